/** The benchmarks of reading at their small size, in this process: they run, and find what is there. */
import { type ReadParameters, type ReadRow } from '../../bench/support/read-groups.js';
import { runReadTask } from '../../bench/support/read-task.js';
import { groupsOf, run, SMALL, table } from '../../bench/read.bench.js';

/** Tells of nothing while it measures. */
async function rowsOf(
  group: Parameters<typeof run>[1][number],
  parameters: ReadParameters = SMALL,
): Promise<ReadRow[]> {
  const progress = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    return await run(parameters, [group], runReadTask);
  } finally {
    progress.mockRestore();
  }
}

function namesAndResults(rows: readonly ReadRow[]): [string, number][] {
  return rows.map(({ name, results }) => [name, results]);
}

describe('the benchmarks of reading', () => {
  it('open as many blocks as they say', async () => {
    expect(namesAndResults(await rowsOf('open'))).toEqual([
      ['openReadOnly, 1 blocks', 1],
      ['listBlocks, 1 blocks', 1],
      ['openReadOnly, 3 blocks', 3],
      ['listBlocks, 3 blocks', 3],
    ]);
  });

  it('ask for a point, a series, a hundredth and everything', async () => {
    const rows = await rowsOf('query');
    const found = (name: string): [number, number] => {
      const row = rows.find((one) => one.name === `${name}, mmap, warm`);
      return [row?.results ?? NaN, row?.samples ?? NaN];
    };
    const { scanSeries, scanChunks } = SMALL;
    expect(found('a point of one series')).toEqual([1, 4]);
    expect(found('one series')).toEqual([1, scanChunks * 120]);
    expect(found('1 % of the series')).toEqual([scanSeries / 100, scanChunks * 1.2 * scanSeries]);
    expect(found('all series')).toEqual([scanSeries, scanChunks * 120 * scanSeries]);
    for (const { touched } of rows.filter(({ name }) => name.endsWith('cold'))) {
      expect(touched?.total).toBeGreaterThan(0);
    }
  });

  it('scan every sample of several blocks', async () => {
    const { scanSeries, scanChunks, scanBlocks } = SMALL;
    const samples = scanSeries * scanChunks * scanBlocks * 120;
    const rows = await rowsOf('scan');
    expect(rows.map((row) => row.samples)).toEqual([samples, samples, samples, samples]);
    expect(new Set(rows.map((row) => row.results))).toEqual(new Set([scanSeries]));
  });

  it('find names and values with and without matchers', async () => {
    const rows = namesAndResults(await rowsOf('labels'));
    expect(Object.fromEntries(rows)).toMatchObject({
      'label names': 3,
      'label names where c_ninety="value0"': 3,
      'values of b_tens': 10,
      'values of b_tens where c_ninety="value0"': 9,
      'values of a_unique': SMALL.labelSeries,
      'values of a_unique where b_tens="value7"': SMALL.labelSeries / 10,
      'series where b_tens=~"value[3-5]"': (3 * SMALL.labelSeries) / 10,
    });
  });

  it('measure an idle loop, and print a line a row', async () => {
    const rows = await rowsOf('idle');
    expect(rows).toHaveLength(1);
    expect(table(rows).split('\n')).toHaveLength(2);
    expect(table(rows)).toContain('idle: nothing');
  });

  it('take the names of groups, and no others', () => {
    expect(groupsOf([])).toContain('scan');
    expect(groupsOf(['--only', 'labels,open'])).toEqual(['open', 'labels']);
    expect(() => groupsOf(['--only', 'lables'])).toThrow('--only takes idle, open,');
  });
});
