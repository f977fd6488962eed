/**
 * Applies the records of series to a head that is rebuilt, by Prometheus' rules (tsdb/head_wal.go):
 * a series takes the m-mapped chunks that were found under its ref. Where a record repeats labels
 * the series begins anew, with the chunks under the ref of that record alone.
 */
import type { HeadChunkList } from '../chunks/head-chunk-list.js';
import type { ReplayRows } from '../kernel/replay-rows.js';
import { MAX_TIME } from '../model/interval.js';
import { atOnce } from '../model/steps.js';
import { decodeSeries, type SeriesEntry } from '../wal/record.js';
import { GoneSeries } from './gone-series.js';
import type { HeadData } from './head-data.js';
import { LoggedSeries } from './logged-series.js';

export class ReplaySeries {
  /** Ref of a record that repeats labels → the ref of the series that has them. */
  readonly sameAs = new Map<number, number>();
  private readonly data: HeadData;
  private readonly replay: ReplayRows;
  /** Full chunks; each record of a series takes its own anew. */
  private readonly mapped: HeadChunkList;
  /** By their numbers there: whose chunks were taken. */
  private readonly taken: Uint8Array;
  private readonly logged: LoggedSeries;
  private readonly entries: SeriesEntry[] = [];
  private readonly flush: () => void;

  /** `flush` appends the samples that wait. */
  constructor(data: HeadData, mapped: HeadChunkList, flush: () => void) {
    this.data = data;
    this.replay = data.kernel.replay;
    this.mapped = mapped;
    this.taken = new Uint8Array(mapped.seriesCount);
    data.lists.enter(mapped);
    this.logged = new LoggedSeries(data.store.postings.pairs);
    this.flush = flush;
  }

  /** Applies a record and returns how many series it has. */
  apply(record: Uint8Array): number {
    const { logged } = this;
    if (!logged.take(record)) return this.applySlowly(record);
    const { store } = this.data;
    let count = 0;
    for (; logged.next(); count++) {
      if (logged.count === 0 || logged.ref === 0) continue;
      const slot = store.findPairs(logged.ids, logged.count);
      if (slot >= 0) this.restart(slot, logged.ref);
      else this.start(store.addPairs(logged.ref, logged.ids, logged.count), logged.ref);
    }
    return count;
  }

  /** No record follows: drops chunks of series that none has named. */
  end(): void {
    this.taken.forEach((isTaken, number) => {
      if (isTaken === 0) this.data.lists.leave(this.mapped.chainOf(number));
    });
  }

  /** The series was compacted away early: its like starts anew, and what comes for it is lost. */
  remove(slot: number): void {
    this.flush();
    const gone = new GoneSeries();
    this.data.lists.dropBefore(slot, MAX_TIME);
    this.replay.forget(this.data.kernel.refs[slot]);
    this.data.store.takeOut(slot, gone);
    atOnce(this.data.store.forget(gone));
  }

  /** Slow path: long label sets, labels out of order, or damage, which this tells. */
  private applySlowly(record: Uint8Array): number {
    const { store } = this.data;
    decodeSeries(record, this.entries);
    for (const { ref, labels } of this.entries) {
      if (labels.size === 0 || ref === 0) continue;
      const slot = store.find(labels);
      if (slot >= 0) this.restart(slot, ref);
      else this.start(store.add(labels, ref), ref);
    }
    return this.entries.length;
  }

  private start(slot: number, ref: number): void {
    this.data.lists.start(slot);
    this.replay.enter(ref, slot);
    this.takeMapped(slot, ref);
  }

  /**
   * A record repeats the labels of a series: what was replayed of it is dropped, for the chunks
   * under this ref, even if there are none, stand for all before (resetSeriesWithMMappedChunks).
   */
  private restart(slot: number, ref: number): void {
    const { data } = this;
    this.flush();
    const known = data.kernel.refs[slot];
    if (ref !== known) {
      this.sameAs.set(ref, known);
      this.replay.ask(ref);
      data.store.skipRefsTo(ref);
    }
    data.lists.dropBefore(slot, MAX_TIME);
    if (data.kernel.hasOpenChunk(slot)) {
      // The buffer of finished chunks was emptied by `flush`: this one goes nowhere.
      data.kernel.finishSlot(slot);
      data.kernel.finished.clear();
    }
    data.kernel.setLastTime(slot, -Infinity);
    this.takeMapped(slot, ref);
  }

  private takeMapped(slot: number, ref: number): void {
    const { data, mapped } = this;
    const number = mapped.numberOf(ref);
    if (number < 0) return;
    const chain = mapped.chainOf(number);
    if (this.taken[number] === 0) data.lists.take(slot, chain);
    // Slow path: another record had them, and their places may be others' by now.
    else
      for (let i = chain.first; i >= 0; i = mapped.nextOf(i)) data.lists.push(slot, mapped.at(i));
    this.taken[number] = 1;
    data.widen(mapped.minTimes[chain.first], mapped.maxTimes[chain.last]);
    data.kernel.setLastTime(slot, mapped.maxTimes[chain.last]);
  }
}
