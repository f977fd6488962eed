/**
 * The out-of-order samples of one series that are not in m-mapped chunks yet.
 *
 * As Prometheus keeps them (tsdb/ooo_head.go): an open run of at most 32 samples sorted by time, in
 * which the first sample of a time wins; a full run is closed and a new one opened. Samples of the
 * same time in different runs are all kept; reading merges them.
 */
import { Columns } from '../model/columns.js';
import type { Histogram } from '../model/histogram.js';
import { columnsRun, type MemoryRun } from './memory-run.js';

/** Prometheus' default of `OutOfOrderCapMax`. */
const RUN_SAMPLES_MAX = 32;

export class OutOfOrderRuns {
  private readonly closed: Columns[] = [];
  private open: Columns | null = null;

  /** Takes row `row` of `values`. */
  insertFloat(time: number, startTime: number, values: Float64Array, row: number): void {
    const sample = new Columns(1);
    sample.count = 1;
    sample.times[0] = time;
    sample.values[0] = values[row];
    if (startTime !== 0) sample.withStartTimes()[0] = startTime;
    this.insert(sample);
  }

  insertHistogram(time: number, startTime: number, histogram: Histogram): void {
    const sample = new Columns(1);
    sample.pushHistogram(time, startTime, histogram);
    this.insert(sample);
  }

  /** Forgets the open run: its samples are in an m-mapped chunk. */
  clearOpen(): void {
    this.open = null;
  }

  /** What there is, oldest run first. */
  runs(): MemoryRun[] {
    const all = this.open === null ? this.closed : [...this.closed, this.open];
    return all.map(columnsRun);
  }

  private insert(sample: Columns): void {
    if (this.open !== null && this.open.count === RUN_SAMPLES_MAX) {
      this.closed.push(this.open);
      this.open = null;
    }
    const open = this.open ?? new Columns(RUN_SAMPLES_MAX);
    const time = sample.times[0];
    let at = open.count;
    while (at > 0 && open.times[at - 1] >= time) at--;
    if (at < open.count && open.times[at] === time) return;
    // Rebuilt around the new row: runs are short, and rows carry more than two columns.
    const larger = new Columns(RUN_SAMPLES_MAX);
    larger.pushRows(open, 0, at);
    larger.pushRows(sample, 0, 1);
    larger.pushRows(open, at, open.count);
    this.open = larger;
  }
}
