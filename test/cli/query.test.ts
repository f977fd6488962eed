import { join } from 'node:path';
import { createHandler } from '../../api/handler.js';
import { listen, type Listening } from '../../api/listen.js';
import { run } from '../../cli/program.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { MemoryApiDatabase } from '../support/api-database.js';

const SMALL = join(__dirname, '../fixtures/small');

/** What a command line prints, says and exits with. */
async function mmtsdb(
  ...argv: string[]
): Promise<{ code: number; lines: string[]; messages: string[] }> {
  const terminal = new CapturedTerminal();
  const code = await run(argv, terminal);
  return {
    code,
    lines: (await terminal.text()).split('\n').slice(0, -1),
    messages: terminal.messages,
  };
}

function database(): MemoryApiDatabase {
  const db = new MemoryApiDatabase();
  const rows = Array.from({ length: 10 }, (_, i) => [1000 * i, i] as const);
  db.add({ __name__: 'up', job: 'a' }, rows);
  db.add({ __name__: 'up', job: 'b' }, rows);
  return db;
}

describe('query of a server', () => {
  let server: Listening;

  beforeAll(async () => {
    server = await listen(createHandler(database()), { port: 0 });
  });

  afterAll(async () => {
    await server.close(0);
  });

  it('prints what an expression is at a moment', async () => {
    expect(await mmtsdb('query', 'instant', server.url, 'up', '--time=5')).toEqual({
      code: 0,
      lines: ['up{job="a"} => 5 @[5]', 'up{job="b"} => 5 @[5]'],
      messages: [],
    });
    expect(
      (await mmtsdb('query', 'instant', server.url, 'up', '--time=5', '--json')).lines,
    ).toEqual([
      '[{"metric":{"__name__":"up","job":"a"},"value":[5,"5"]},' +
        '{"metric":{"__name__":"up","job":"b"},"value":[5,"5"]}]',
    ]);
    expect((await mmtsdb('query', 'instant', server.url, 'up', '--time=5', '--csv')).lines).toEqual(
      ['__name__,job,time,value', 'up,a,5,5', 'up,b,5,5'],
    );
  });

  it('prints or draws what it is over a range', async () => {
    const range = ['query', 'range', server.url, 'sum(up)', '--start=1', '--end=3'];
    expect((await mmtsdb(...range)).lines).toEqual(['{} =>', '2 @[1]', '4 @[2]', '6 @[3]']);
    expect((await mmtsdb(...range, '--step=2s')).lines).toEqual(['{} =>', '2 @[1]', '6 @[3]']);
    const drawn = (await mmtsdb(...range, '--plot')).lines;
    expect(drawn[0]).toBe('{}');
    expect(drawn).toHaveLength(14);
    expect(drawn[1]).toMatch(/^6 ┤/);
  });

  it('lists series and values of labels', async () => {
    expect((await mmtsdb('query', 'series', server.url, '--match=up')).lines).toEqual([
      '{__name__="up", job="a"}',
      '{__name__="up", job="b"}',
    ]);
    expect((await mmtsdb('query', 'labels', server.url, 'job')).lines).toEqual(['a', 'b']);
    expect((await mmtsdb('query', 'labels', server.url, 'job', '--json')).lines).toEqual([
      '["a","b"]',
    ]);
  });

  it('says what the server said', async () => {
    expect(await mmtsdb('query', 'instant', server.url, 'sum(')).toEqual({
      code: 1,
      lines: [],
      messages: [
        'mmtsdb: query error: bad_data: invalid parameter "query": ' +
          '1:5: parse error: unclosed left parenthesis',
      ],
    });
    const { code, messages } = await mmtsdb('query', 'instant', 'http://127.0.0.1:1', 'up');
    expect([code, messages[0]]).toEqual([1, expect.stringContaining('127.0.0.1:1')]);
    expect((await mmtsdb('query', 'instant', `${server.url}/x`, 'up')).messages).toEqual([
      'mmtsdb: query error: server answered 404: 404 page not found',
    ]);
  });

  it('refuses ranges and headers that are none', async () => {
    const wrong = await mmtsdb('query', 'range', server.url, 'up', '--start=5', '--end=5');
    expect(wrong).toMatchObject({
      code: 1,
      messages: ['mmtsdb: start time is not before end time'],
    });
    expect((await mmtsdb('query', 'instant', server.url, 'up', '--header=x')).code).toBe(1);
    expect((await mmtsdb('query', 'range', server.url, 'up', '--step=0')).code).toBe(2);
    expect((await mmtsdb('query', 'series', server.url)).code).toBe(2);
  });
});

describe('query of a server with users', () => {
  it('sends what stands in the URL, and headers', async () => {
    const seen: (string | null)[] = [];
    const handler = createHandler(database());
    const server = await listen(
      (request) => {
        seen.push(request.headers.get('authorization'), request.headers.get('x-scope'));
        return handler(request);
      },
      { port: 0 },
    );
    const url = server.url.replace('http://', 'http://al%40ice:pass@');
    expect((await mmtsdb('query', 'labels', url, 'job', '--header=x-scope=t')).code).toBe(0);
    await server.close(0);
    expect(seen).toEqual([`Basic ${Buffer.from('al@ice:pass').toString('base64')}`, 't']);
  });
});

describe('query of a directory', () => {
  it('answers as a server would', async () => {
    const { code, lines } = await mmtsdb('query', 'labels', SMALL, '__name__');
    expect(code).toBe(0);
    expect(lines.length).toBeGreaterThan(3);
    const series = await mmtsdb('query', 'series', SMALL, '--match={__name__=~".+"}', '--json');
    expect((JSON.parse(series.lines[0]) as unknown[]).length).toBeGreaterThan(5);
  });

  it('fails where there is none', async () => {
    const { code, messages } = await mmtsdb('query', 'instant', '/nowhere', 'up');
    expect([code, messages[0]]).toEqual([1, expect.stringContaining('/nowhere')]);
  });
});
