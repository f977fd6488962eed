/** Whole queries over arrays: types of answers, limits, errors, aborts, turns of the event loop. */
import { Engine, type RangeOptions } from '../../promql/engine.js';
import { QueryError } from '../../model/errors.js';
import { ArrayQueryable, series } from '../support/queryable.js';

const MINUTE = 60_000;

const db = new ArrayQueryable([
  series({ __name__: 'requests_total', job: 'a', code: '200' }, '0 60 120 180 240 300'),
  series({ __name__: 'requests_total', job: 'a', code: '500' }, '0 6 12 18 0 6'),
  series({ __name__: 'requests_total', job: 'b', code: '200' }, '5 5 5 5 5 5'),
  series({ __name__: 'up', job: 'a' }, '1 1 stale _ 1 1'),
  series({ __name__: 'up', job: 'b' }, '0 0 0 0 0 0'),
  series({ __name__: 'down', job: 'b' }, '0 0 0 0 0 0'),
]);

const engine = new Engine({ experimentalFunctions: true });

async function instant(query: string, time = 5 * MINUTE): Promise<unknown> {
  const { value } = await engine.instant(db, query, { time });
  return JSON.parse(JSON.stringify(value)) as unknown;
}

const RANGE: RangeOptions = { start: 0, end: 5 * MINUTE, step: MINUTE };

async function range(query: string, options: Partial<RangeOptions> = {}): Promise<unknown> {
  const { value } = await engine.range(db, query, { ...RANGE, ...options });
  return (JSON.parse(JSON.stringify(value)) as { result: unknown }).result;
}

/** Runs `query` and returns what it fails with. */
async function failure(
  query: string,
  of: Engine = engine,
  options: Partial<RangeOptions> = {},
): Promise<QueryError> {
  try {
    await of.range(db, query, { ...RANGE, ...options });
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error(`${query} did not fail`);
}

describe('answers', () => {
  it('are vectors at one moment, in the order of labels', async () => {
    expect(await instant('up', MINUTE)).toEqual({
      resultType: 'vector',
      result: [
        { metric: { __name__: 'up', job: 'a' }, value: [60, '1'] },
        { metric: { __name__: 'up', job: 'b' }, value: [60, '0'] },
      ],
    });
  });

  it('are scalars and texts where the expression is one', async () => {
    expect(await instant('1 / 0')).toEqual({ resultType: 'scalar', result: [300, '+Inf'] });
    expect(await instant('"a"')).toEqual({ resultType: 'string', result: [300, 'a'] });
  });

  it('are the samples themselves for a range selector, without stale markers', async () => {
    expect(await instant('up{job="a"}[5m]')).toEqual({
      resultType: 'matrix',
      result: [
        {
          metric: { __name__: 'up', job: 'a' },
          values: [
            [60, '1'],
            [240, '1'],
            [300, '1'],
          ],
        },
      ],
    });
  });

  it('are matrices over a range; a stale marker ends a series until it comes back', async () => {
    expect(await range('up{job="a"}')).toEqual([
      {
        metric: { __name__: 'up', job: 'a' },
        values: [
          [0, '1'],
          [60, '1'],
          [240, '1'],
          [300, '1'],
        ],
      },
    ]);
  });

  it('come in typed arrays; series with all steps share one column of times', async () => {
    const { value } = await engine.range(db, 'sum by (job) (requests_total)', RANGE);
    if (value.type !== 'matrix') throw new Error('a range query gives a matrix');
    expect(value.series.map(({ labels }) => labels.toJSON())).toEqual([{ job: 'a' }, { job: 'b' }]);
    expect(value.series[0].values).toEqual(Float64Array.of(0, 66, 132, 198, 240, 306));
    expect(value.series[0].times).toBe(value.series[1].times);
  });

  it('tell of a rate over what does not look like a counter, with the place', async () => {
    const { infos, warnings } = await engine.instant(db, 'sum(\n rate(up[5m]))', { time: 300_000 });
    expect(warnings).toEqual([]);
    expect(infos).toEqual([
      'PromQL info: metric might not be a counter, name does not end in ' +
        '_total/_sum/_count/_bucket: "up" (2:7)',
    ]);
  });
});

describe('evaluation', () => {
  it('extrapolates rates to the bounds of their windows, and knows resets', async () => {
    expect(await range('increase(requests_total{job="a"}[3m])', { start: 5 * MINUTE })).toEqual([
      { metric: { code: '200', job: 'a' }, values: [[300, '180']] },
      { metric: { code: '500', job: 'a' }, values: [[300, '9']] },
    ]);
  });

  it('reads identical selectors once', async () => {
    const counted = new ArrayQueryable(db.series);
    await engine.range(counted, 'requests_total / requests_total + requests_total', RANGE);
    expect([counted.selects, counted.reads, counted.released]).toEqual([1, 3, 1]);
  });

  it('evaluates what is the same at every step once', async () => {
    expect(await range('sum(requests_total @ 60)', { step: 100_000 })).toEqual([
      {
        metric: {},
        values: [
          [0, '71'],
          [100, '71'],
          [200, '71'],
          [300, '71'],
        ],
      },
    ]);
  });

  it('evaluates subqueries on their own grid', async () => {
    expect(await instant('max_over_time(sum(requests_total)[3m:1m])')).toEqual({
      resultType: 'vector',
      result: [{ metric: {}, value: [300, '311'] }],
    });
  });

  it('joins vectors, and says why it cannot', async () => {
    const query = 'sum by (job) (requests_total) * on (job) up';
    expect(await range(query, { end: 0 })).toEqual([
      { metric: { job: 'a' }, values: [[0, '0']] },
      { metric: { job: 'b' }, values: [[0, '0']] },
    ]);
    expect((await failure('up * on (job) requests_total')).message).toBe(
      'found duplicate series for the match group {job="a"} on the right hand-side of the ' +
        'operation: [{__name__="requests_total", code="200", job="a"}, ' +
        '{__name__="requests_total", code="500", job="a"}];many-to-many matching not allowed: ' +
        'matching labels must be unique on one side',
    );
    expect((await failure('requests_total * on (job) up')).message).toBe(
      'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
    );
  });

  it('refuses series that are the same without their names', async () => {
    const { message } = await failure('rate({__name__=~"up|down"}[5m:])');
    expect(message).toBe('vector cannot contain metrics with the same labelset');
  });

  it('keeps names to the end where that is chosen', async () => {
    const delayed = new Engine({ delayedNameRemoval: true });
    const query = 'label_replace(rate({__name__=~"up|down"}[5m]), "n", "$1", "__name__", "(.*)")';
    const { value } = await delayed.instant(db, query, { time: 5 * MINUTE });
    if (value.type !== 'vector') throw new Error('a vector');
    expect(value.labels.map((labels) => labels.toJSON())).toEqual([
      { job: 'b', n: 'down' },
      { job: 'a', n: 'up' },
      { job: 'b', n: 'up' },
    ]);
  });
});

describe('limits', () => {
  it.each([
    ['samples', { samplesMax: 10 }, 'query processing would load too many samples into memory'],
    ['series', { seriesMax: 2 }, 'query limit series: a query selects at most 2 series'],
    ['bytes', { bytesMax: 10 }, 'query limit bytes: a query keeps at most 10 bytes'],
    ['steps', { stepsMax: 5 }, 'query limit steps: a query has at most 5 steps'],
  ])('%s: a query over it fails with its name', async (limit, options, message) => {
    const error = await failure('sum(requests_total) + sum(up)', new Engine(options));
    expect(error.limit).toBe(limit);
    expect(error.type).toBe('execution');
    expect(error.message).toContain(message);
  });

  it('time: a query that takes longer is stopped', async () => {
    const signal = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
    const error = await failure('up', engine, { signal });
    expect([error.type, error.limit]).toEqual(['timeout', 'time']);
    expect(error.message).toBe('query timed out in query queue');
  });

  it('an abort cancels, while a query waits and while it runs', async () => {
    const one = new Engine({ concurrencyMax: 1 });
    const many = new ArrayQueryable(
      Array.from({ length: 400 }, (_, i) => series({ __name__: 'x', i: String(i) }, '1 2 3 4')),
    );
    const controller = new AbortController();
    const long = { start: 0, end: 3_600_000, step: 1000, signal: controller.signal };
    const running = one.range(many, 'sum(x)', long);
    const waiting = one.range(many, 'sum(x)', long);
    const after = one.instant(many, 'count(x)', { time: 0 });
    setImmediate(() => controller.abort());
    await expect(running).rejects.toThrow('query was canceled in expression evaluation');
    await expect(waiting).rejects.toThrow('query was canceled in query queue');
    expect(JSON.stringify((await after).value)).toContain('"400"');
  });

  it('wrong arguments and options are named', async () => {
    await expect(engine.instant(db, 'up', { time: NaN })).rejects.toThrow('time is a whole number');
    await expect(engine.range(db, 'up', { ...RANGE, step: 0 })).rejects.toThrow('step is');
    await expect(engine.range(db, 'up', { ...RANGE, end: -1 })).rejects.toThrow(
      'end is not before',
    );
    await expect(engine.range(db, 'up[5m]', RANGE)).rejects.toThrow(
      'invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    );
    expect(() => new Engine({ lookbackMs: 0 })).toThrow('lookbackMs is a whole number from 1');
  });
});
