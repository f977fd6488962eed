/** Queries over many series give the event loop its turns, and stop when they are told to. */
import { addBlock, type TestBlock } from '../support/block-builder.js';
import { dataDirectory, DIR, records, segment } from '../support/data-directory.js';
import {
  ClosedError,
  matcher,
  type Matcher,
  openReadOnly,
  type ReadOnlyDatabase,
} from '../../tsdb/db.js';

const COUNT = 10_000;
const valueOf = (i: number): string => `v${String(i).padStart(5, '0')}`;
const VALUES = Array.from({ length: COUNT }, (_, i) => valueOf(i));
const labelsOf = (i: number): Record<string, string> => ({ n: valueOf(i), x: `x${i % 2}` });

/** Each has one sample, at 10 ms; the last one, at 20 ms. */
const BLOCK: TestBlock = {
  series: [
    ...VALUES.map((_, i) => [labelsOf(i), [{ times: [10] }]] as const),
    [{ z: 'late' }, [{ times: [20] }]],
  ],
};

const SOURCES = {
  'a block': () => {
    const disk = dataDirectory({});
    addBlock(disk, BLOCK);
    return disk;
  },
  'the head': () => {
    const series = BLOCK.series.map(([labels], i): [number, typeof labels] => [i + 1, labels]);
    const samples = BLOCK.series.map(([, [{ times }]], i): [number, number, number] => [
      i + 1,
      times[0],
      1,
    ]);
    return dataDirectory({
      wal: [segment(records.series(...series), records.samples(...samples))],
    });
  },
};

/** What `work` gives, and how many turns the event loop had meanwhile. */
async function countTurns<T>(work: () => Promise<T>): Promise<[result: T, turns: number]> {
  let turns = 0;
  let immediate = setImmediate(function count() {
    turns++;
    immediate = setImmediate(count);
  });
  try {
    const result = await work();
    return [result, turns];
  } finally {
    clearImmediate(immediate);
  }
}

const everyX = [matcher('n', '=~', 'v.*[0-9]')];
/** Passes over all series to find that the two lists share none. */
const disjoint = [matcher('x', '=', 'x0'), matcher('x', '=~', 'x[1-9]')];

async function count(db: ReadOnlyDatabase, matchers: Matcher[], minTime = 0): Promise<number> {
  let series = 0;
  for await (const { samples } of db.select(matchers, { minTime })) series += samples.count;
  return series;
}

describe.each(Object.entries(SOURCES))('on %s of many series', (_, makeDisk) => {
  const disk = makeDisk();
  let db: ReadOnlyDatabase;
  beforeAll(async () => {
    db = await openReadOnly(DIR, { disk });
  });
  afterAll(() => db.close());

  it.each<[string, () => Promise<unknown>, unknown]>([
    ['label values', () => db.labelValues('n'), VALUES],
    ['label values by a pattern', () => db.labelValues('n', { matchers: everyX }), VALUES],
    ['label values of what matches', () => db.labelValues('x', { matchers: everyX }), ['x0', 'x1']],
    ['label names of what matches', () => db.labelNames({ matchers: everyX }), ['n', 'x']],
    ['series', async () => (await db.series(everyX)).length, COUNT],
    ['samples', () => count(db, everyX), COUNT],
    ['series without samples in the range', () => db.series([], { minTime: 11, maxTime: 19 }), []],
    ['lists that share nothing', () => db.series(disjoint), []],
  ])('%s: the loop runs meanwhile', async (_name, ask, wanted) => {
    const [answer, turns] = await countTurns(ask);
    expect(answer).toEqual(wanted);
    expect(turns).toBeGreaterThanOrEqual(1);
  });

  it.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
    ['label values', (signal) => db.labelValues('n', { signal })],
    ['label names', (signal) => db.labelNames({ matchers: everyX, signal })],
    ['series', (signal) => db.series(everyX, { signal })],
    ['passing over series', (signal) => db.series([], { minTime: 11, maxTime: 19, signal })],
  ])('%s: an abort stops the work at its next turn', async (_name, ask) => {
    const stop = new AbortController();
    setImmediate(() => stop.abort(new Error('enough')));
    const [message, turns] = await countTurns(() => ask(stop.signal).catch(String));
    expect(message).toBe('Error: enough');
    expect(turns).toBeLessThanOrEqual(2);
  });

  it('closing in the middle of work harms nobody', async () => {
    const asking = [db.labelValues('n', { matchers: everyX }), db.labelValues('n')];
    const selecting = count(db, []).catch((error: unknown) => error);
    const listing = db.series([], { minTime: 11, maxTime: 19 });
    await new Promise((resolve) => setImmediate(resolve));
    await db.close();
    expect(await Promise.all(asking)).toEqual([VALUES, VALUES]);
    expect(await selecting).toBeInstanceOf(ClosedError);
    expect(await listing).toEqual([]);
    await expect(db.labelValues('n')).rejects.toThrow(ClosedError);
  });
});

describe('the first use of an index', () => {
  it('gives turns while its tables are loaded, and loads them once for all', async () => {
    const disk = SOURCES['a block']();
    await using db = await openReadOnly(DIR, { disk });
    const [names, alone] = await countTurns(() => db.labelNames());
    expect(names).toEqual(['n', 'x', 'z']);
    expect(alone).toBeGreaterThanOrEqual(2);

    await using other = await openReadOnly(DIR, { disk });
    const ask = () => Promise.all(Array.from({ length: 20 }, () => other.labelNames()));
    const [answers, together] = await countTurns(ask);
    expect(answers).toEqual(Array.from({ length: 20 }, () => names));
    expect(together).toBeLessThan(2 * alone);
  });
});
