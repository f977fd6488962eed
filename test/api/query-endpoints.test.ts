import { createHandler } from '../../api/handler.js';
import type { ApiOptions } from '../../api/options.js';
import { MemoryApiDatabase } from '../support/api-database.js';

function database(series = 3, samples = 10): MemoryApiDatabase {
  const db = new MemoryApiDatabase();
  for (let s = 0; s < series; s++) {
    db.add(
      { __name__: 'up', instance: `i${s}` },
      Array.from({ length: samples }, (_, i) => [1000 * i, s + i] as const),
    );
  }
  return db;
}

interface Body {
  readonly status: string;
  readonly data?: {
    readonly resultType: string;
    readonly result: unknown;
    readonly stats?: object;
  };
  readonly errorType?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
}

async function ask(
  path: string,
  options: ApiOptions = {},
  db = database(),
): Promise<Body & { code: number }> {
  const handler = createHandler(db, { now: () => 5000, ...options });
  const answer = await handler(new Request(`http://localhost/api/v1/${path}`));
  return { code: answer.status, ...((await answer.json()) as Body) };
}

describe('query', () => {
  it('is answered for now, or another time', async () => {
    expect((await ask('query?query=sum(up)')).data).toEqual({
      resultType: 'vector',
      result: [{ metric: {}, value: [5, '18'] }],
    });
    expect((await ask('query?query=sum(up)&time=2')).data?.result).toEqual([
      { metric: {}, value: [2, '9'] },
    ]);
    expect((await ask('query?query=1%2B1')).data).toEqual({
      resultType: 'scalar',
      result: [5, '2'],
    });
  });

  it('is cut at a limit, and says so', async () => {
    const { data, warnings } = await ask('query?query=up&limit=2');
    expect(data?.result).toHaveLength(2);
    expect(warnings).toEqual(['results truncated due to limit']);
    expect((await ask('query?query=up&limit=3')).warnings).toBeUndefined();
  });

  it('tells how long it took, where that is asked', async () => {
    expect((await ask('query?query=up&stats=all')).data?.stats).toMatchObject({
      timings: { execTotalTime: 0 },
    });
    const { data, warnings } = await ask('query?query=up&stats=x');
    expect(data?.stats).toBeDefined();
    expect(warnings?.[0]).toMatch(/^value "x" for parameter "stats" is deprecated/);
  });

  it('looks back as far as it is told', async () => {
    const back = async (query: string, options: ApiOptions = {}): Promise<unknown> =>
      (await ask(`query?query=count(up)&time=20${query}`, options)).data?.result;
    expect(await back('')).toHaveLength(1);
    expect(await back('&lookback_delta=5s')).toEqual([]);
    expect(await back('', { lookbackMs: 5000 })).toEqual([]);
    expect(await back('&lookback_delta=0', { lookbackMs: 5000 })).toEqual([]);
  });

  it('over a limit fails with the name of the limit, and lets go of everything', async () => {
    const db = database(100, 100);
    const answer = await ask('query?query=sum_over_time(up[1h])', { querySamplesMax: 50 }, db);
    expect(answer).toMatchObject({ code: 422, errorType: 'execution' });
    expect(answer.error).toContain('too many samples');
    expect(db.openQueriers).toBe(0);
  });

  it('that takes too long is ended', async () => {
    const db = database(2000, 500);
    const answer = await ask('query?query=sum(up)&timeout=0.001', {}, db);
    if (answer.code !== 200) expect(answer).toMatchObject({ code: 503, errorType: 'timeout' });
    expect(db.openQueriers).toBe(0);
  });

  it('is given up when its client goes away', async () => {
    const db = database(2000, 500);
    const handler = createHandler(db);
    const gone = new AbortController();
    const request = new Request('http://localhost/api/v1/query?query=sum(up)', {
      signal: gone.signal,
    });
    const answer = handler(request);
    gone.abort();
    expect((await answer).status).toBe(499);
    expect(db.openQueriers).toBe(0);
  });
});

describe('query_range', () => {
  it('is answered from step to step', async () => {
    expect((await ask('query_range?query=sum(up)&start=1&end=3&step=1')).data).toEqual({
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [1, '6'],
            [2, '9'],
            [3, '12'],
          ],
        },
      ],
    });
  });

  it('has at most 11,000 points', async () => {
    expect((await ask('query_range?query=1&start=0&end=11000&step=1')).code).toBe(200);
    expect((await ask('query_range?query=1&start=0&end=11001&step=1')).error).toMatch(
      /^exceeded maximum resolution of 11,000 points/,
    );
  });

  it('takes steps below a millisecond for one', async () => {
    const { data } = await ask('query_range?query=1&start=1&end=1.002&step=0.0005');
    expect(data?.result).toEqual([
      {
        metric: {},
        values: [
          [1, '1'],
          [1.001, '1'],
          [1.002, '1'],
        ],
      },
    ]);
  });

  it('refuses ranges that are none', async () => {
    const { code, error } = await ask('query_range?query=up[5m]&start=1&end=2&step=1');
    expect([code, error]).toEqual([
      400,
      'invalid parameter "query": invalid expression type "range vector" for range query, ' +
        'must be Scalar or instant Vector',
    ]);
  });
});
