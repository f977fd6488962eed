/**
 * The groups that a log's thread has not acknowledged yet. A group bears an epoch: where one fails,
 * those of its epoch that came after it fail too, because they may build on it.
 */
import type { GroupListener } from './log.js';

interface Flight {
  readonly group: number;
  readonly epoch: number;
  readonly listener: GroupListener;
}

export class LogFlights {
  /** In order of their numbers, of 32 bits. */
  private flights: Flight[] = [];

  get isEmpty(): boolean {
    return this.flights.length === 0;
  }

  add(group: number, epoch: number, listener: GroupListener): void {
    this.flights.push({ group, epoch, listener });
  }

  /** All groups up to `group` are in the log; whether there was any. */
  acknowledge(group: number): boolean {
    const { flights } = this;
    let count = 0;
    while (count < flights.length && isUpTo(flights[count].group, group)) count++;
    // Taken out first: who is told may add others.
    for (const { listener } of flights.splice(0, count)) listener.flushed();
    return count > 0;
  }

  /** The groups of `epoch` from `first` on are not. */
  refuse(first: number, epoch: number, error: Error): void {
    const { flights } = this;
    const isRefused = (one: Flight): boolean => one.epoch === epoch && isUpTo(first, one.group);
    this.flights = flights.filter((one) => !isRefused(one));
    for (const one of flights) if (isRefused(one)) one.listener.refused(error);
  }

  refuseAll(error: Error): void {
    for (const { listener } of this.flights.splice(0)) listener.refused(error);
  }
}

function isUpTo(group: number, last: number): boolean {
  return ((last - group) | 0) >= 0;
}
