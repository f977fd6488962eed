/**
 * Merges runs of samples that may overlap in time into one, a sample a time.
 *
 * Where several runs have a sample at the same time exactly one survives. Which one follows
 * Prometheus' chainSampleIterator (storage/merge.go): the run in hand goes on while its time is
 * below the others' least; on a tie it goes back among them and the least of them takes over.
 */
import type { Columns } from '../model/columns.js';
import { Heap } from '../model/heap.js';
import { HINT_GAUGE, HINT_UNKNOWN } from '../model/histogram.js';

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

  /** Appends its row, and those behind it that lie before `limit`; returns the time of the last. */
  pushUntil(limit: number, into: Columns): number {
    const { times, count } = this.run;
    let end = this.row + 1;
    while (end < count && times[end] < limit) end++;
    into.pushRows(this.run, this.row, end);
    this.row = end;
    return times[end - 1];
  }
}

/** Appends the merge of `runs`, each sorted by time without equal times, to `into`. */
export function mergeColumns(runs: readonly Columns[], into: Columns): void {
  // Fast path: most runs do not overlap, then they follow one another, given in whatever order.
  const byTime = runs.filter((run) => run.count > 0).sort((a, b) => a.times[0] - b.times[0]);
  if (followOneAnother(byTime)) {
    for (const run of byTime) {
      into.pushRows(run, 0, run.count);
      forgetReset(into, into.count - run.count);
    }
    return;
  }
  const waiting = new Heap<RunCursor>((a, b) => a.time < b.time);
  for (const run of runs.slice(1)) {
    if (run.count > 0) waiting.push(new RunCursor(run));
  }
  let current = new RunCursor(runs[0]);
  let lastTime = NaN;
  let isNew = true;
  for (;;) {
    if (current.row < current.run.count) {
      const next = waiting.peek();
      if (current.time !== lastTime && next !== undefined && current.time >= next.time) {
        waiting.push(current);
        current = waiting.pop() as RunCursor;
        isNew = true;
      }
    } else {
      const next = waiting.pop();
      if (next === undefined) return;
      current = next;
      isNew = true;
    }
    if (current.time === lastTime) {
      current.row++;
      continue;
    }
    const row = into.count;
    lastTime = current.pushUntil(waiting.peek()?.time ?? Infinity, into);
    if (isNew) forgetReset(into, row);
    isNew = false;
  }
}

/** Where another run takes over, nothing is known any more of a counter's reset before a row. */
function forgetReset(into: Columns, row: number): void {
  const histogram = into.histograms?.[row];
  if (histogram === undefined) return;
  const { counterResetHint } = histogram;
  if (counterResetHint === HINT_GAUGE || counterResetHint === HINT_UNKNOWN) return;
  into.withHistograms()[row] = histogram.withHint(HINT_UNKNOWN);
}

/** Whether each run, of those sorted by their first times, ends before the next one begins. */
function followOneAnother(runs: readonly Columns[]): boolean {
  for (let i = 1; i < runs.length; i++) {
    const previous = runs[i - 1];
    if (previous.times[previous.count - 1] >= runs[i].times[0]) return false;
  }
  return true;
}
