import type { DatabaseSource } from '../../api/api-database.js';
import { createHandler, type FetchHandler } from '../../api/handler.js';
import { ClosedError, CorruptionError } from '../../model/errors.js';
import { MemoryApiDatabase } from '../support/api-database.js';

const BASE = 'http://localhost';

async function ask(
  handler: FetchHandler,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const answer = await handler(new Request(BASE + path, init));
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

describe('the handler', () => {
  it('answers in the envelope', async () => {
    const db = new MemoryApiDatabase();
    db.add({ __name__: 'up', job: 'a' }, [[1, 1]]);
    const { status, text, headers } = await ask(createHandler(db), '/api/v1/labels');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(JSON.parse(text)).toEqual({ status: 'success', data: ['__name__', 'job'] });
  });

  it('knows its paths and their methods', async () => {
    const handler = createHandler(new MemoryApiDatabase());
    const absent = await ask(handler, '/api/v1/nope');
    expect([absent.status, absent.text]).toEqual([404, '404 page not found\n']);
    const wrong = await ask(handler, '/api/v1/label/job/values', { method: 'POST' });
    expect([wrong.status, wrong.text]).toEqual([405, 'Method Not Allowed\n']);
    expect(wrong.headers.get('allow')).toBe('GET, OPTIONS');
    expect((await ask(handler, '/-/healthy', { method: 'HEAD' })).status).toBe(200);
  });

  it('lets browsers call, and tells them before they do', async () => {
    const handler = createHandler(new MemoryApiDatabase());
    const headers = { origin: 'https://grafana.example' };
    for (const path of ['/api/v1/labels', '/api/v1/nope']) {
      const preflight = await ask(handler, path, { method: 'OPTIONS', headers });
      expect([preflight.status, preflight.text]).toEqual([204, '']);
      expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    }
    const { headers: got } = await ask(handler, '/api/v1/labels', { headers });
    expect(got.get('access-control-allow-methods')).toBe('GET, POST, OPTIONS');
    expect(got.get('vary')).toBe('Accept-Encoding, Origin');
  });

  it('compresses as the client likes', async () => {
    const handler = createHandler(new MemoryApiDatabase());
    const { headers } = await ask(handler, '/api/v1/labels', {
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(headers.get('content-encoding')).toBe('gzip');
  });

  it('answers 503 until the database is open, and again when it closes', async () => {
    const source = { state: 'starting', database: null, replay: { min: 0, max: 9, current: 4 } };
    const handler = createHandler(source as DatabaseSource);
    const early = await ask(handler, '/api/v1/labels');
    expect([early.status, early.text]).toEqual([503, 'Service Unavailable']);
    expect(early.headers.get('x-prometheus-stopping')).toBe('false');
    expect((await ask(handler, '/-/ready')).status).toBe(503);
    expect((await ask(handler, '/-/healthy')).status).toBe(200);
    expect(JSON.parse((await ask(handler, '/api/v1/status/walreplay')).text)).toEqual({
      status: 'success',
      data: { min: 0, max: 9, current: 4 },
    });
    source.state = 'stopping';
    const late = await ask(handler, '/api/v1/labels');
    expect(late.headers.get('x-prometheus-stopping')).toBe('true');
  });

  it('says what went wrong, by class, and tells the log of what is ours', async () => {
    const db = new MemoryApiDatabase();
    const warned: string[] = [];
    const logger = { info: () => {}, warn: (text: string) => warned.push(text) };
    const handler = createHandler(db, { logger });
    db.labelNames = () => Promise.reject(new CorruptionError('index', 5, 'bits flipped'));
    expect(await ask(handler, '/api/v1/labels')).toMatchObject({
      status: 500,
      text: JSON.stringify({
        status: 'error',
        errorType: 'internal',
        error: 'index: corrupt at byte 5: bits flipped',
      }),
    });
    expect(warned).toEqual(['GET /api/v1/labels: index: corrupt at byte 5: bits flipped']);
    db.labelNames = () => Promise.reject(new ClosedError('the database'));
    const closed = await ask(handler, '/api/v1/labels');
    expect([closed.status, JSON.parse(closed.text)]).toEqual([
      500,
      { status: 'error', errorType: 'unavailable', error: 'the database is closed' },
    ]);
  });

  it('refuses wrong options', () => {
    expect(() => createHandler(new MemoryApiDatabase(), { lookbackMs: 0 })).toThrow('lookbackMs');
    expect(() => createHandler(new MemoryApiDatabase(), { corsOrigin: '(' })).toThrow();
  });
});

describe('lifecycle endpoints', () => {
  it('do nothing unless they are enabled', async () => {
    const handler = createHandler(new MemoryApiDatabase());
    expect(await ask(handler, '/-/quit', { method: 'POST' })).toMatchObject({
      status: 403,
      text: 'Lifecycle API is not enabled.',
    });
    expect(await ask(handler, '/-/reload')).toMatchObject({
      status: 405,
      text: 'Only POST or PUT requests allowed',
    });
  });

  it('reload and quit', async () => {
    const called: string[] = [];
    const handler = createHandler(new MemoryApiDatabase(), {
      enableLifecycle: true,
      onQuit: () => called.push('quit'),
      onReload: () => {
        called.push('reload');
        return called.length > 1 ? Promise.reject(new Error('line 3')) : Promise.resolve();
      },
    });
    expect((await ask(handler, '/-/reload', { method: 'PUT' })).status).toBe(200);
    expect(await ask(handler, '/-/reload', { method: 'POST' })).toMatchObject({
      status: 500,
      text: 'failed to reload config: line 3\n',
    });
    expect((await ask(handler, '/-/quit', { method: 'POST' })).status).toBe(200);
    expect(called).toEqual(['reload', 'reload', 'quit']);
  });

  it('tell the version', async () => {
    const { text } = await ask(createHandler(new MemoryApiDatabase()), '/version');
    expect(JSON.parse(text)).toMatchObject({ version: '3.14.0' });
  });
});

describe('admin endpoints', () => {
  const admin = {
    enableAdminApi: true,
    dataDir: '/data',
    now: () => Date.UTC(2026, 10, 25, 18, 1),
  };

  it('are refused unless they are enabled', async () => {
    const handler = createHandler(new MemoryApiDatabase());
    const { status, text } = await ask(handler, '/api/v1/admin/tsdb/snapshot', { method: 'POST' });
    expect([status, JSON.parse(text)]).toEqual([
      500,
      { status: 'error', errorType: 'unavailable', error: 'admin APIs disabled' },
    ]);
  });

  it('delete, clean up and take snapshots', async () => {
    const db = new MemoryApiDatabase();
    const handler = createHandler(db, admin);
    const post = (path: string): ReturnType<typeof ask> =>
      ask(handler, `/api/v1/admin/tsdb/${path}`, { method: 'POST' });
    const deleted = await post('delete_series?match[]=up&match[]={a="b"}&start=1&end=2');
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expect((await post('clean_tombstones')).status).toBe(204);
    const snapshot = JSON.parse((await post('snapshot?skip_head=true')).text) as {
      data: { name: string };
    };
    expect(snapshot.data.name).toMatch(/^20261125T180100Z-[0-7][0-9a-f]{15}$/);
    expect(db.told).toEqual([
      'delete __name__="up" 1000 2000',
      'delete a="b" 1000 2000',
      'clean tombstones',
      `snapshot /data/snapshots/${snapshot.data.name} without head`,
    ]);
  });

  it('refuse what is wrong with a request', async () => {
    const handler = createHandler(new MemoryApiDatabase(), admin);
    const refuse = async (path: string, error: string): Promise<void> => {
      const answer = await ask(handler, `/api/v1/admin/tsdb/${path}`, { method: 'PUT' });
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([400, { error }]);
    };
    await refuse('delete_series', 'no match[] parameter provided');
    await refuse(
      'delete_series?match[]=up{',
      'invalid parameter "match[]": 1:4: parse error: unexpected end of input inside braces',
    );
    await refuse(
      'snapshot?skip_head=x',
      'invalid parameter "skip_head": unable to parse boolean: strconv.ParseBool: parsing "x": invalid syntax',
    );
  });
});
