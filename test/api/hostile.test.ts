/** Requests that are made to hurt: each is answered, or refused with a name, and nothing is left. */
import { createHandler, type FetchHandler } from '../../api/handler.js';
import { MemoryApiDatabase } from '../support/api-database.js';

let db: MemoryApiDatabase;
let handler: FetchHandler;

beforeEach(() => {
  db = new MemoryApiDatabase();
  for (let i = 0; i < 200; i++) {
    db.add({ __name__: 'up', name: `${'a'.repeat(30 + i)}!` }, [[1000 * i, i]]);
  }
  handler = createHandler(db, { now: () => 200_000 });
});

afterEach(() => {
  expect(db.openQueriers).toBe(0);
});

async function ask(path: string, form?: string): Promise<{ status: number; body: string }> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const init = form === undefined ? {} : { method: 'POST', headers, body: form };
  const answer = await handler(new Request(`http://localhost/api/v1/${path}`, init));
  return { status: answer.status, body: await answer.text() };
}

function form(pairs: readonly (readonly [string, string])[]): string {
  return new URLSearchParams(
    pairs.map(([name, value]): [string, string] => [name, value]),
  ).toString();
}

it('a pattern that backtracking engines choke on is answered', async () => {
  const pattern = '(a+)+(a+)+$';
  const { status } = await ask('query', form([['query', `up{name=~"${pattern}"}`]]));
  expect(status).toBe(200);
  const huge = `up{name=~"${'(a|b|[c-z]{0,50}){0,20}'.repeat(50)}"}`;
  const refused = await ask('query', form([['query', huge]]));
  expect([refused.status, refused.body]).toEqual([400, expect.stringContaining('regexpSizeMax')]);
});

it('an expression that is nested too deep is refused with the name of the limit', async () => {
  for (const nested of ['('.repeat(50_000) + '1' + ')'.repeat(50_000), '-'.repeat(50_000) + '1']) {
    const { status, body } = await ask('query', form([['query', nested]]));
    expect([200, 400]).toContain(status);
    if (status === 400) expect(body).toMatch(/bad_data/);
  }
});

it('a query for more than its limit of samples fails with its name', async () => {
  const bounded = createHandler(db, { querySamplesMax: 100, now: () => 200_000 });
  const answer = await bounded(
    new Request('http://localhost/api/v1/query_range?query=up&start=0&end=200&step=0.1'),
  );
  expect([answer.status, await answer.text()]).toEqual([
    422,
    expect.stringContaining('query processing would load too many samples into memory'),
  ]);
});

it('thousands of selectors are answered', async () => {
  const many = Array.from({ length: 5000 }, () => ['match[]', 'up'] as const);
  const { status, body } = await ask('series', form([...many, ['limit', '5']]));
  expect(status).toBe(200);
  expect((JSON.parse(body) as { data: object[] }).data).toHaveLength(5);
}, 30_000);

it('names and values that are no identifiers are only names and values', async () => {
  for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'U____proto__']) {
    expect((await ask(`label/${name}/values`)).body).toBe('{"status":"success","data":[]}');
  }
  expect((await ask('label/%ff/values')).status).toBeLessThan(500);
  expect((await ask('query?query=%00')).status).toBe(400);
});

it('a form of more than ten megabytes is refused', async () => {
  const { status, body } = await ask('query', `query=${'1'.repeat(11 * 1024 * 1024)}`);
  expect([status, body]).toEqual([400, expect.stringContaining('bytes limit')]);
});
