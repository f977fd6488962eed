import type { DatabaseSource } from '../../api/api-database.js';
import { createHandler } from '../../api/handler.js';
import { systemNow } from '../../disk/clock.js';
import { MemoryApiDatabase } from '../support/api-database.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8';

function page(
  database: MemoryApiDatabase | DatabaseSource,
  accept = BROWSER,
  url = 'http://localhost:9090/',
): Promise<Response> {
  const headers = { accept };
  return createHandler(database)(new Request(url, { headers }));
}

function databaseOf(...names: readonly string[]): MemoryApiDatabase {
  const db = new MemoryApiDatabase();
  for (const name of names) db.add({ __name__: name }, [[systemNow() - 60_000, 1]]);
  return db;
}

/** Where the page's links lead. */
function linksOf(html: string): string[] {
  return [...html.matchAll(/href="([^"]*)"/g)].map(([, path]) => path.replaceAll('&amp;', '&'));
}

describe('the front page', () => {
  it('is a page for browsers, and text for who takes anything or wants text', async () => {
    const typeFor = async (accept: string): Promise<string | null> =>
      (await page(databaseOf(), accept)).headers.get('content-type');
    for (const accept of [
      BROWSER,
      'text/html',
      'TEXT/HTML;q=0.9, */*;q=0.1',
      'text/html,text/*;q=.5',
    ]) {
      expect(await typeFor(accept)).toBe('text/html; charset=utf-8');
    }
    for (const accept of [
      '',
      '*/*',
      'text/*',
      'text/html;q=0, */*',
      'text/plain, text/html;q=0.9',
    ]) {
      expect(await typeFor(accept)).toBe('text/plain; charset=utf-8');
    }
    const text = await page(databaseOf(), '*/*');
    expect(text.headers.get('vary')).toBe('Accept');
    expect(await text.text()).toContain('/api/v1/label/__name__/values');
  });

  it('offers queries that find something, of which each answers', async () => {
    const db = databaseOf('a_total', 'up', 'with.dot "quoted" <b>');
    const html = await (await page(db)).text();
    expect(html).toContain('required value="up"');
    expect(html).not.toContain('<b>');
    const links = linksOf(html);
    const handler = createHandler(db);
    for (const path of links) {
      const answer = await handler(new Request(new URL(path, 'http://localhost/')));
      expect([path, answer.status]).toEqual([path, 200]);
      if (!path.startsWith('api/v1/query')) continue;
      expect((await answer.text()).match(/"metric":/g)).toHaveLength(1);
    }
    expect(links.filter((path) => path.startsWith('api/v1/query?'))).toHaveLength(3);
  });

  it('allows no script, and says what a host sends only escaped', async () => {
    const answer = await page(databaseOf(), BROWSER, 'http://a&b:9090/');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await answer.text()).toContain('<code>http://a&amp;b:9090</code>');
  });

  it('is there before the database is, without metrics too', async () => {
    const replay = { min: 0, max: 0, current: 0 };
    const starting = await page({ state: 'starting', database: null, replay });
    expect([starting.status, await starting.text()]).toEqual([
      200,
      expect.stringContaining('reading its log'),
    ]);
    expect(await (await page(databaseOf())).text()).toContain('required value="1 + 1"');
  });
});
