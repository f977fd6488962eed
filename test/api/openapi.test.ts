import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { createHandler, type FetchHandler } from '../../api/handler.js';
import type { RuntimeInfo } from '../../api/options.js';
import { WriteRequest } from '../../api/remote-messages.js';
import { snappyCompress } from '../../encoding/snappy.js';
import { openReadOnly, type ReadOnlyDatabase } from '../../tsdb/db.js';
import { MemoryApiDatabase } from '../support/api-database.js';
import { fixtureData } from '../support/fixtures.js';
import { describeShared, hasShared, shared } from '../support/shared.js';

const FIXTURE = 'live-3.14-running';
const RANGE = 'start=1795404082&end=1795405878';

/**
 * A request for each endpoint that we serve with JSON; several where answers differ. Left out is
 * what Prometheus' own answers fail: strings, targets by state, the 204 of deletions and what is
 * done about them, remote read's protobuf, and the plain text in which writes and reads are refused.
 */
const REQUESTS: readonly (readonly [path: string, ...queries: string[]])[] = [
  ['/query', 'query=up&time=1795405817', 'query=up[1m]&time=1795405817', 'query=1'],
  ['/query', 'query=up&time=1795405817&stats=all', 'query=rw2_latency_seconds&time=1795405817'],
  ['/query_range', `query=up&${RANGE}&step=60`, `query=rw2_latency_seconds&${RANGE}&step=60`],
  ['/query_exemplars', `query=up&${RANGE}`],
  ['/format_query', 'query=up'],
  ['/parse_query', 'query=sum(rate(up[5m])) / on(job) group_left up{a="b"} offset 5m @ start()'],
  ['/labels', '', 'limit=1'],
  ['/label/{name}/values', ''],
  ['/series', `match[]=up&${RANGE}`],
  ['/metadata', ''],
  ['/scrape_pools', ''],
  ['/targets', ''],
  ['/targets/metadata', ''],
  ['/rules', ''],
  ['/alerts', ''],
  ['/alertmanagers', ''],
  ['/status/config', ''],
  ['/status/runtimeinfo', ''],
  ['/status/buildinfo', ''],
  ['/status/flags', ''],
  ['/status/tsdb', '', 'limit=3'],
  ['/status/tsdb/blocks', ''],
  ['/status/walreplay', ''],
  ['/notifications', ''],
  ['/features', ''],
  ['/admin/tsdb/snapshot', '', 'skip_head=true'],
];

/** Requests that are refused: their bodies have a schema, too. */
const WRONG: readonly (readonly [path: string, query: string])[] = [
  ['/query', 'query=up{'],
  ['/query_range', 'query=up&start=2&end=1&step=1'],
  ['/labels', 'start=x'],
  ['/series', ''],
  ['/label/{name}/values', 'limit=x'],
  ['/status/tsdb', 'limit=0'],
  ['/rules', 'type=x'],
  ['/targets/relabel_steps', ''],
  ['/targets/relabel_steps', 'scrapePool=x&labels={}'],
  ['/admin/tsdb/delete_series', ''],
  ['/admin/tsdb/delete_series', 'match[]=up{'],
  ['/admin/tsdb/snapshot', 'skip_head=x'],
];

const METHODS = ['get', 'post', 'put'];

const ONE_SERIES = {
  timeseries: [
    {
      labels: [{ name: Buffer.from('__name__'), value: Buffer.from('up') }],
      samples: [{ value: 1, time: 1 }],
      exemplars: [],
      histograms: [],
    },
  ],
  metadata: [],
};

interface Operation {
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

interface ResponseObject {
  readonly content?: Readonly<Record<string, unknown>>;
}

type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

describeShared('the OpenAPI document of Prometheus', () => {
  const document = hasShared
    ? (parse(readFileSync(shared('conformance/api/openapi_3.1.yaml'), 'utf8')) as Document)
    : { paths: {} };
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'api');
  let db: ReadOnlyDatabase;
  let reading: FetchHandler;
  const writing = createHandler(new MemoryApiDatabase(), {
    enableAdminApi: true,
    enableRemoteWriteReceiver: true,
    dataDir: '/data',
  });

  beforeAll(async () => {
    db = await openReadOnly(fixtureData(FIXTURE));
    reading = createHandler(db, { runtimeInfo: () => RUNTIME_INFO, flags: { 'a.b': 'c' } });
  });

  afterAll(async () => {
    await db.close();
  });

  /** The schema of an answer, by its place in the document. */
  function schemaOf(path: string, method: string, status: number): ValidateFunction {
    const { responses } = document.paths[path][method];
    const code = String(status) in responses ? String(status) : 'default';
    const parts = [
      'paths',
      path,
      method,
      'responses',
      code,
      'content',
      'application/json',
      'schema',
    ];
    const pointer = parts.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
    const found = ajv.getSchema(`api#/${pointer}`);
    if (found === undefined) throw new Error(`${method} ${path} has no schema for ${code}`);
    return found;
  }

  async function check(
    path: string,
    query: string,
    status: number,
    handler = path.startsWith('/admin/') ? writing : reading,
  ): Promise<void> {
    const methods = Object.keys(document.paths[path]).filter((one) => METHODS.includes(one));
    expect(methods).not.toEqual([]);
    for (const method of methods) {
      const answer = await handler(requestOf(path, query, method));
      const body: unknown = await answer.json();
      const validate = schemaOf(path, method, answer.status);
      validate(body);
      expect({ path, method, query, status: answer.status, errors: validate.errors }).toEqual({
        path,
        method,
        query,
        status,
        errors: null,
      });
    }
  }

  it.each(REQUESTS.flatMap(([path, ...queries]) => queries.map((query) => [path, query])))(
    'has our answers: %s?%s',
    (path, query) => check(path, query, 200),
  );

  it.each(WRONG)('has our refusals: %s?%s', (path, query) => check(path, query, 400));

  it.each(['delete_series', 'clean_tombstones', 'snapshot'])(
    'has the refusal of admin endpoints that are not enabled: %s',
    (name) => check(`/admin/tsdb/${name}`, 'match[]=up', 500, reading),
  );

  it('has the status of a write', async () => {
    const body = Buffer.from(snappyCompress(WriteRequest.encode(ONE_SERIES).finish()));
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };
    const request = new Request('http://localhost/api/v1/write', { method: 'POST', headers, body });
    const { status } = await writing(request);
    expect(Object.keys(document.paths['/write'].post.responses)).toContain(String(status));
  });
});

function requestOf(path: string, query: string, method: string): Request {
  const url = `http://localhost/api/v1${path.replace('{name}', 'job')}`;
  if (method === 'get') return new Request(`${url}?${encoded(query)}`);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return new Request(url, { method: method.toUpperCase(), headers, body: encoded(query) });
}

function encoded(query: string): string {
  return new URLSearchParams(
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair): [string, string] => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at), pair.slice(at + 1)];
      }),
  ).toString();
}

const RUNTIME_INFO: RuntimeInfo = {
  startTime: '2026-11-25T18:00:00Z',
  CWD: '/',
  hostname: 'host',
  serverTime: '2026-11-25T18:00:01Z',
  reloadConfigSuccess: true,
  lastConfigTime: '2026-11-25T18:00:00Z',
  corruptionCount: 0,
  goroutineCount: 3,
  GOMAXPROCS: 2,
  GOMEMLIMIT: 4_000_000_000,
  GOGC: '',
  GODEBUG: '',
  storageRetention: '15d',
};
