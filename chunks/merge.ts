/**
 * Merges runs of samples that may overlap in time into one, a sample a time.
 *
 * Where several runs have a sample at the same time exactly one survives. Which one follows
 * Prometheus' chainSampleIterator (storage/merge.go): the run in hand goes on while its time is
 * below the others' least; on a tie it goes back among them and the least of them takes over.
 */
import type { Columns } from '../model/columns.js';
import { Heap } from '../model/heap.js';

/** A place in one run. */
class RunCursor {
  row = 0;
  readonly run: Columns;

  constructor(run: Columns) {
    this.run = run;
  }

  get time(): number {
    return this.run.times[this.row];
  }
}

/** Appends the merge of `runs`, each sorted by time, to `into`. */
export function mergeColumns(runs: readonly Columns[], into: Columns): void {
  // Fast path: most runs do not overlap, then they follow one another.
  if (followOneAnother(runs)) {
    for (const run of runs) into.pushRows(run, 0, run.count);
    return;
  }
  const waiting = new Heap<RunCursor>((a, b) => a.time < b.time);
  for (const run of runs.slice(1)) {
    if (run.count > 0) waiting.push(new RunCursor(run));
  }
  let current = new RunCursor(runs[0]);
  let lastTime = NaN;
  for (;;) {
    if (current.row < current.run.count) {
      const next = waiting.peek();
      if (current.time !== lastTime && next !== undefined && current.time >= next.time) {
        waiting.push(current);
        current = waiting.pop() as RunCursor;
      }
    } else {
      const next = waiting.pop();
      if (next === undefined) return;
      current = next;
    }
    if (current.time !== lastTime) {
      lastTime = current.time;
      into.pushRow(current.run, current.row);
    }
    current.row++;
  }
}

function followOneAnother(runs: readonly Columns[]): boolean {
  let lastTime = -Infinity;
  for (const run of runs) {
    if (run.count === 0) continue;
    if (run.times[0] <= lastTime) return false;
    lastTime = run.times[run.count - 1];
  }
  return true;
}
