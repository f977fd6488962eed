/**
 * What merge.ts does, for runs of floats that lie one behind the other in the same columns: the
 * chunks of blocks that overlap, where at every other sample another run takes over. The heap is
 * numbers in columns, and sifts as Go's (model/heap.ts), since its order decides ties.
 */
import type { Columns } from '../model/columns.js';

export class FloatMerger {
  /** The runs that wait, by the time of their next row. */
  private runs = new Int32Array(16);
  private keys = new Float64Array(16);
  private size = 0;
  /** By run: its next row. */
  private rows = new Int32Array(16);

  /**
   * Appends the merge of runs, each sorted by time without equal times, to `into`; run i is the
   * rows `[bounds[i], bounds[i + 1])` of `from`, and no run is empty.
   */
  merge(from: Columns, bounds: readonly number[], into: Columns): void {
    const count = bounds.length - 1;
    this.start(from.times, bounds, count);
    into.reserve(bounds[count] - bounds[0]);
    const { times, values } = from;
    const { times: outTimes, values: outValues } = into;
    const { rows, keys } = this;
    let out = into.count;
    let run = 0;
    let row = bounds[0];
    let end = bounds[1];
    let last = NaN;
    for (;;) {
      if (row < end) {
        const time = times[row];
        if (time !== last && this.size > 0 && time >= keys[0]) {
          rows[run] = row;
          this.push(run, time);
          run = this.pop();
          row = rows[run];
          end = bounds[run + 1];
        }
      } else {
        if (this.size === 0) break;
        run = this.pop();
        row = rows[run];
        end = bounds[run + 1];
      }
      if (times[row] === last) {
        row++;
        continue;
      }
      const limit = this.size > 0 ? keys[0] : Infinity;
      do {
        last = times[row];
        outTimes[out] = last;
        outValues[out++] = values[row++];
      } while (row < end && times[row] < limit);
    }
    into.commitFloats(out - into.count);
  }

  private start(times: Float64Array, bounds: readonly number[], count: number): void {
    if (count > this.rows.length) {
      this.runs = new Int32Array(2 * count);
      this.keys = new Float64Array(2 * count);
      this.rows = new Int32Array(2 * count);
    }
    this.size = 0;
    for (let run = 0; run < count; run++) this.rows[run] = bounds[run];
    // The first one is in hand, the others wait.
    for (let run = 1; run < count; run++) this.push(run, times[bounds[run]]);
  }

  private push(run: number, key: number): void {
    const { runs, keys } = this;
    let child = this.size++;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!(key < keys[parent])) break;
      keys[child] = keys[parent];
      runs[child] = runs[parent];
      child = parent;
    }
    keys[child] = key;
    runs[child] = run;
  }

  /** Takes out the run with the least key. */
  private pop(): number {
    const { runs, keys } = this;
    const least = runs[0];
    const last = --this.size;
    const key = keys[last];
    const run = runs[last];
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      if (left >= last) break;
      const right = left + 1;
      const child = right < last && keys[right] < keys[left] ? right : left;
      if (!(keys[child] < key)) break;
      keys[parent] = keys[child];
      runs[parent] = runs[child];
      parent = child;
    }
    keys[parent] = key;
    runs[parent] = run;
    return least;
  }
}
