import { STALE_NAN, isStaleAt } from '../../encoding/float-bits.js';
import { ArgumentError, InvalidLabelsError } from '../../model/errors.js';
import { Labels } from '../../model/labels.js';
import { Columns } from '../../model/columns.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { atOnce } from '../../model/steps.js';
import type { Appender } from '../../tsdb/appender.js';
import type { LiveHead } from '../../tsdb/live-head.js';
import { ALL, ANY, headContent, memoryHead } from '../support/live-heads.js';
import { advance } from '../support/moving.js';

const UP = Labels.from({ __name__: 'up' });

/** Commits samples of one series. */
async function commit(head: LiveHead, ...samples: [number, number][]): Promise<void> {
  const appender = head.appender();
  for (const [time, value] of samples) appender.append(UP, time, value);
  await appender.commit();
}

/** The code of what appending throws, or the ref. */
function outcome(
  appender: Appender,
  time: number,
  value: number,
  series: number | Labels = UP,
): unknown {
  try {
    return appender.append(series, time, value);
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

describe('an appender', () => {
  it('takes labels, plain records and refs, and shows nothing before it commits', async () => {
    const head = memoryHead();
    const appender = head.appender();
    const ref = appender.append({ job: 'a', __name__: 'up' }, 10, 1);
    expect(appender.append(Labels.from({ __name__: 'up', job: 'a' }), 11, 2)).toBe(ref);
    expect(appender.append(ref, 12, 3)).toBe(ref);
    expect(appender.append({ __name__: 'up', job: 'b', empty: '' }, 12, 4)).toBe(ref + 1);
    expect(appender.sampleCount).toBe(4);
    expect(headContent(head)).toEqual({});
    const result = await appender.commit();
    expect(result).toEqual({ appended: 4, outOfOrder: 0, duplicate: 0, outOfBounds: 0 });
    expect(headContent(head)).toEqual({
      '{__name__="up", job="a"}': [
        [10, 1],
        [11, 2],
        [12, 3],
      ],
      '{__name__="up", job="b"}': [[12, 4]],
    });
  });

  it('refuses each wrong sample by name and keeps the others', async () => {
    const head = memoryHead({ latestTime: () => 5000 });
    await commit(head, [1000, 1], [2000, 2]);
    const appender = head.appender();
    expect(outcome(appender, 1999, 1)).toBe('TSDB_OUT_OF_ORDER');
    expect(outcome(appender, 2000, 3)).toBe('TSDB_DUPLICATE_SAMPLE');
    expect(outcome(appender, 1499, 3)).toBe('TSDB_OUT_OF_BOUNDS');
    expect(outcome(appender, 5001, 3)).toBe('TSDB_TOO_FAR_IN_FUTURE');
    expect(outcome(appender, 2000.5, 3)).toBe('TSDB_INVALID_SAMPLE');
    expect(outcome(appender, NaN, 3)).toBe('TSDB_INVALID_SAMPLE');
    expect(outcome(appender, 2 ** 53, 3)).toBe('TSDB_INVALID_SAMPLE');
    expect(outcome(appender, 3000, '3' as unknown as number)).toBe('TSDB_INVALID_SAMPLE');
    expect(outcome(appender, 3000, 3, 99)).toBe('TSDB_UNKNOWN_SERIES');
    expect(outcome(appender, 3000, 3, Labels.EMPTY)).toBe('TSDB_INVALID_LABELS');
    expect(outcome(appender, 2000, 2)).toBe(1);
    expect(outcome(appender, 3000, 3)).toBe(1);
    expect((await appender.commit()).appended).toBe(1);
    expect(headContent(head)['{__name__="up"}']).toEqual([
      [1000, 1],
      [2000, 2],
      [3000, 3],
    ]);
  });

  it('tells which sample it was', async () => {
    const head = memoryHead();
    await commit(head, [1000, 1]);
    let error: unknown;
    try {
      head.appender().append(UP, 999, STALE_NAN[0]);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ series: '{__name__="up"}', time: 999 });
    expect((error as Error).message).toContain('out of order');
  });

  it('refuses labels that are no labels, and series beyond the limit', () => {
    const appender = memoryHead({ seriesMax: 1 }).appender();
    const bad = { a: 5 } as unknown as Record<string, string>;
    expect(() => appender.append(bad, 1, 1)).toThrow('no text');
    appender.append({ a: 'x' }, 1, 1);
    expect(() => appender.append({ a: 'y' }, 1, 1)).toThrow('seriesMax');
  });

  it('refuses by name whatever is no label set, and makes no series of it', () => {
    const head = memoryHead();
    const appender = head.appender();
    const bad: unknown[] = [null, undefined, 'up', true, 1n, Symbol('x'), ['a', 'b'], new Date()];
    bad.push(
      { a: Object.create(null) as unknown },
      { a: Symbol('s') },
      { a: '\ud800' },
      { '': 'x' },
    );
    bad.push(
      Labels.fromSortedPairs(['a', '1', 'a', '2']),
      Labels.fromSortedPairs(['b', '1', 'a', '2']),
    );
    for (const labels of bad) {
      expect(() => appender.append(labels as Labels, 1, 1)).toThrow(InvalidLabelsError);
    }
    expect(head.seriesCount).toBe(0);
  });

  it('takes names that mean something to JavaScript', async () => {
    const head = memoryHead();
    const appender = head.appender();
    const text = '{"__proto__":"x","constructor":"y","hasOwnProperty":"z"}';
    appender.append(JSON.parse(text) as Record<string, string>, 1, 1);
    await appender.commit();
    const [name] = Object.keys(headContent(head));
    expect(name).toBe('{__proto__="x", constructor="y", hasOwnProperty="z"}');
  });

  it('refuses by name refs that cannot be', () => {
    const appender = memoryHead().appender();
    appender.append(UP, 1, 1);
    for (const ref of [-1, 0, 0.5, 1.5, 2, 1e9, 2 ** 32, 2 ** 53, NaN, Infinity, -Infinity]) {
      expect(outcome(appender, 2, 1, ref)).toBe('TSDB_UNKNOWN_SERIES');
    }
  });

  it('refuses by name columns that are none, before it takes a row', () => {
    const appender = memoryHead().appender();
    const ref = appender.append(UP, 1, 1);
    const values = Float64Array.of(1);
    const bad: unknown[][] = [
      [null, [2], values],
      [[ref], undefined, values],
      [BigInt64Array.of(1n), [2], values],
      [[ref], BigInt64Array.of(2n), values],
      [[ref], [2], [1]],
      [[ref], [2], null],
      [[ref], [2, 3], values],
    ];
    for (const columns of bad) {
      const append = (): unknown =>
        appender.appendColumns(...(columns as unknown as [number[], number[], Float64Array]));
      expect(append).toThrow(ArgumentError);
    }
    expect(appender.sampleCount).toBe(1);
  });

  it('lets the first sample decide which times are taken', async () => {
    const head = memoryHead();
    const [early, late] = [head.appender(), head.appender()];
    late.append(UP, 10_000, 1);
    expect([head.minTime, head.maxTime]).toEqual([10_000, 10_000]);
    expect(outcome(early, 9499, 1)).toBe('TSDB_OUT_OF_BOUNDS');
    early.append(UP, 9500, 2);
    await Promise.all([early.commit(), late.commit()]);
    expect([head.minTime, head.maxTime]).toEqual([9500, 10_000]);
  });

  it('counts at the commit what others have overtaken', async () => {
    const head = memoryHead();
    const [a, b] = [head.appender(), head.appender()];
    for (const time of [100, 200, 300]) a.append(UP, time, time);
    b.append(UP, 150, 1);
    b.append(UP, 200, 1);
    b.append(UP, 300, 300);
    b.append(UP, 400, 1);
    b.append(UP, 400, 1);
    b.append(UP, 399, 1);
    const results = await Promise.all([a.commit(), b.commit()]);
    expect(results.map(({ appended }) => appended)).toEqual([3, 1]);
    expect(results[1]).toEqual({ appended: 1, outOfOrder: 3, duplicate: 0, outOfBounds: 0 });
  });

  it('appends columns and tells row by row what was wrong', async () => {
    const head = memoryHead();
    const first = head.appender();
    const ref = first.append(UP, 1000, 1);
    await first.commit();
    const appender = head.appender();
    const refs = Float64Array.of(ref, ref, 77, ref, ref, ref);
    const times = Float64Array.of(1000, 1001, 1002, 999, 1.5, 1003);
    const outcome = appender.appendColumns(refs, times, Float64Array.of(1, 2, 3, 4, 5, 6));
    expect(outcome).toEqual({
      accepted: 3,
      refusedRows: [2, 3, 4],
      refusals: ['unknownSeries', 'outOfOrder', 'invalidSample'],
    });
    expect(() => appender.appendColumns([1], [1, 2], new Float64Array(1))).toThrow('same length');
    expect((await appender.commit()).appended).toBe(2);
  });

  it('appends the first column of all, with a stale marker', async () => {
    const head = memoryHead();
    const maker = head.appender();
    const refs = [maker.append({ a: 'x' }, 5, 0), maker.append({ a: 'y' }, 5, 0)];
    maker.rollback();
    const appender = head.appender();
    const values = new Float64Array(2);
    values.set(STALE_NAN, 1);
    expect(appender.appendColumns(refs, [5, 5], values).accepted).toBe(2);
    await appender.commit();
    const reader = head.reader(ALL);
    const cursor = atOnce(reader?.select(ANY, MIN_TIME, MAX_TIME) ?? fail());
    const columns = new Columns();
    while (advance(cursor)) cursor.series.read(columns);
    expect([columns.count, isStaleAt(columns.values, 1)]).toEqual([2, true]);
  });

  it('is closed by commit and by rollback', async () => {
    const head = memoryHead();
    const [a, b] = [head.appender(), head.appender()];
    a.append(UP, 1, 1);
    await a.commit();
    b.append(UP, 2, 1);
    b.rollback();
    for (const appender of [a, b]) {
      expect(() => appender.append(UP, 3, 1)).toThrow('closed');
      expect(() => appender.appendColumns([1], [3], new Float64Array(1))).toThrow('closed');
      expect(() => appender.rollback()).toThrow('closed');
      await expect(appender.commit()).rejects.toThrow('closed');
    }
    expect(headContent(head)['{__name__="up"}']).toEqual([[1, 1]]);
  });

  it('takes more samples than one set of columns has', async () => {
    const head = memoryHead({ chunkRangeMs: 1_000_000 });
    const appender = head.appender();
    for (let i = 0; i < 40_000; i++) appender.append(UP, i, i);
    expect(appender.sampleCount).toBe(40_000);
    expect((await appender.commit()).appended).toBe(40_000);
    expect(headContent(head)['{__name__="up"}']).toHaveLength(40_000);
  });
});

function fail(): never {
  throw new Error('there is a reader');
}
