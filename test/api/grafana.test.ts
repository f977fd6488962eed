/**
 * The requests that Grafana's Prometheus data source makes (pkg/promlib, packages/grafana-prometheus):
 * methods, paths, forms and headers as it sends them, and of the answers what it looks at.
 */
import { gunzipSync } from 'node:zlib';
import { createHandler } from '../../api/handler.js';
import { listen, type Listening } from '../../api/listen.js';
import { MemoryApiDatabase } from '../support/api-database.js';

const FORM = 'application/x-www-form-urlencoded';

interface Answer {
  readonly status: string;
  readonly data: unknown;
}

describe('Grafana', () => {
  let server: Listening;

  beforeAll(async () => {
    const db = new MemoryApiDatabase();
    for (const instance of ['a', 'b']) {
      db.add(
        { __name__: 'http_requests_total', instance, job: 'api' },
        Array.from({ length: 100 }, (_, i) => [15_000 * i, 10 * i] as const),
      );
    }
    server = await listen(createHandler(db, { now: () => 1_485_000 }), { port: 0 });
  });

  afterAll(async () => {
    await server.close(0);
  });

  /** A request of its backend: forms by POST, and answers compressed. */
  async function post(path: string, form: Record<string, string>): Promise<Answer> {
    const answer = await fetch(`${server.url}/api/v1/${path}`, {
      method: 'POST',
      headers: {
        'content-type': FORM,
        'accept-encoding': 'gzip',
        'user-agent': 'Grafana/12.0.0',
        'x-grafana-org-id': '1',
      },
      body: new URLSearchParams(form).toString(),
    });
    expect([path, answer.status]).toEqual([path, 200]);
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    return (await answer.json()) as Answer;
  }

  async function get(path: string): Promise<Answer> {
    const answer = await fetch(`${server.url}/api/v1/${path}`);
    expect([path, answer.status]).toEqual([path, 200]);
    return (await answer.json()) as Answer;
  }

  it('finds the data source healthy, by an expression without a metric', async () => {
    const { status, data } = await post('query', { query: '1+1', time: '1485' });
    expect([status, data]).toEqual(['success', { resultType: 'scalar', result: [1485, '2'] }]);
  });

  it('tells by the build what may be asked', async () => {
    const { data } = await get('status/buildinfo');
    expect(data).toMatchObject({ version: expect.stringMatching(/^3\./) });
    // Rules tell whether alerting works; they may be none, and must not fail.
    expect(await get('rules')).toEqual({ status: 'success', data: { groups: [] } });
    expect(await get('features')).toMatchObject({ status: 'success' });
  });

  it('fills variables: metric names, label names, values with and without a selector', async () => {
    const range = 'start=0&end=1485';
    expect((await get(`label/__name__/values?${range}&limit=40000`)).data).toEqual([
      'http_requests_total',
    ]);
    const match = encodeURIComponent('{__name__="http_requests_total"}');
    expect((await get(`label/instance/values?match[]=${match}&${range}`)).data).toEqual(['a', 'b']);
    expect(
      (await post('labels', { 'match[]': 'http_requests_total', start: '0', end: '1485' })).data,
    ).toEqual(['__name__', 'instance', 'job']);
    expect(
      (await post('series', { 'match[]': 'http_requests_total', start: '0', end: '1485' })).data,
    ).toHaveLength(2);
    expect(
      (await post('query', { query: 'count(http_requests_total) by (job)', time: '1485' })).data,
    ).toMatchObject({ resultType: 'vector' });
  });

  it('draws panels and explores', async () => {
    const { data } = await post('query_range', {
      query: 'sum(rate(http_requests_total[1m0s]))',
      start: '300',
      end: '1485',
      step: '15',
    });
    const { resultType, result } = data as { resultType: string; result: { values: unknown[] }[] };
    expect(resultType).toBe('matrix');
    expect(result[0].values).toHaveLength(80);
    expect(
      await post('query_exemplars', { query: 'http_requests_total', start: '300', end: '1485' }),
    ).toEqual({ status: 'success', data: [] });
    expect(await get('metadata?limit=40000')).toEqual({ status: 'success', data: {} });
    expect((await post('format_query', { query: 'sum(a)/b' })).data).toBe('sum(a) / b');
    expect((await post('parse_query', { query: 'sum(a)/b' })).data).toMatchObject({
      type: 'binaryExpr',
    });
  });

  it('shows what is wrong with an expression', async () => {
    const answer = await fetch(`${server.url}/api/v1/query_range`, {
      method: 'POST',
      headers: { 'content-type': FORM },
      body: 'query=sum%28&start=1&end=2&step=1',
    });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      {
        status: 'error',
        errorType: 'bad_data',
        error: 'invalid parameter "query": 1:5: parse error: unclosed left parenthesis',
      },
    ]);
  });

  it('gets compressed bytes that are whole', async () => {
    const { request } = await import('node:http');
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      request(
        `${server.url}/api/v1/query?query=http_requests_total[1h]&time=1485`,
        { headers: { 'accept-encoding': 'gzip' } },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => resolve(Buffer.concat(parts)));
        },
      )
        .on('error', reject)
        .end();
    });
    const { data } = JSON.parse(gunzipSync(bytes).toString()) as { data: { result: object[] } };
    expect(data.result).toHaveLength(2);
  });
});
