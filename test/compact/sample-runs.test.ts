/** Samples sorted in bounded memory: the same order however little fits in. */
import fc from 'fast-check';
import { SampleRuns } from '../../compact/sample-runs.js';
import { SeriesRows } from '../../compact/series-rows.js';
import { SpillFile } from '../../compact/spill-file.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

interface Sample {
  readonly slice: number;
  readonly series: number;
}

/** By slice: `SERIES:LINE…` as they are read; the line is the sample's place. */
function sorted(samples: readonly Sample[], ranks: Uint32Array, rowsMax: number): string[] {
  const disk = new WritableMemoryDisk(['/d']);
  const spill = new SpillFile(disk, '/d', 'X');
  const runs = new SampleRuns(spill, rowsMax);
  const seen = new Set<number>();
  samples.forEach(({ slice, series }, line) => {
    if (runs.isFull) runs.spillRun(ranks);
    seen.add(slice);
    runs.add(slice, series, line, Float64Array.of(line), line);
  });
  runs.finish(ranks);
  const lines: string[] = [];
  for (const slice of [...seen].sort((a, b) => a - b)) {
    const rows = new SeriesRows(runs.cursors(slice), ranks);
    let text = `${slice}`;
    while (rows.nextSeries()) {
      text += ` ${rows.series}`;
      while (rows.nextRow()) {
        const { line, values, at } = rows.cursor;
        text += values[at] === line ? `:${line}` : `:${line} has the value ${values[at]}`;
      }
    }
    lines.push(text);
  }
  spill.remove();
  expect([...disk.files.keys()]).toEqual([]);
  expect(disk.openFiles).toBe(0);
  return lines;
}

it('samples come by slice, by the place of their series, and as they came', () => {
  const samples = [
    { slice: 1, series: 0 },
    { slice: 0, series: 1 },
    { slice: 1, series: 1 },
    { slice: 1, series: 0 },
    { slice: 0, series: 0 },
  ];
  const ranks = Uint32Array.from([1, 0]);
  for (const rowsMax of [1, 2, 3, 5, 100]) {
    expect(sorted(samples, ranks, rowsMax)).toEqual(['0 1:1 0:4', '1 1:2 0:0:3']);
  }
});

it('the order does not depend on how many fit into memory', () => {
  const sample = fc.record({ slice: fc.nat(3), series: fc.nat(5) });
  const places = fc.constantFrom([0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 0, 4, 1, 5, 2]);
  fc.assert(
    fc.property(
      fc.array(sample),
      places,
      fc.integer({ min: 1, max: 20 }),
      (all, order, rowsMax) => {
        const ranks = Uint32Array.from(order);
        expect(sorted(all, ranks, rowsMax)).toEqual(sorted(all, ranks, 1000));
      },
    ),
  );
});

it('many samples are no other case', () => {
  const samples = Array.from({ length: 50_000 }, (_, i) => ({ slice: i % 3, series: i % 7 }));
  const ranks = Uint32Array.from([6, 5, 4, 3, 2, 1, 0]);
  expect(sorted(samples, ranks, 20_000)).toEqual(sorted(samples, ranks, 1_000_000));
});
