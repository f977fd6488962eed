import { createHandler } from '../../api/handler.js';
import { STALE_NAN } from '../../encoding/float-bits.js';
import { MemoryApiDatabase } from '../support/api-database.js';

const NOW = 1_000_000;

async function federate(
  db: MemoryApiDatabase,
  query: string,
  accept = '',
  externalLabels: Record<string, string> = {},
): Promise<string> {
  const handler = createHandler(db, { now: () => NOW, externalLabels });
  const answer = await handler(
    new Request(`http://localhost/federate?${query}`, { headers: { accept } }),
  );
  expect(answer.status).toBe(200);
  return answer.text();
}

describe('federation', () => {
  it('gives the newest sample of each series, by metric', async () => {
    const db = new MemoryApiDatabase();
    db.add({ __name__: 'b', job: 'x' }, [
      [NOW - 2, 1],
      [NOW - 1, 1e6],
    ]);
    db.add({ __name__: 'a', instance: 'i', job: 'x"\\\n' }, [[NOW - 5, -0]]);
    db.add({ __name__: 'a', job: 'x' }, [[NOW - 5, Infinity]]);
    db.add({ __name__: 'old', job: 'x' }, [[NOW - 300_001, 1]]);
    expect(await federate(db, 'match[]={job=~"x.*"}&match[]=a')).toBe(
      `# TYPE a untyped
a{instance="i",job="x\\"\\\\\\n"} -0 ${NOW - 5}
a{job="x",instance=""} +Inf ${NOW - 5}
# TYPE b untyped
b{job="x",instance=""} 1e+06 ${NOW - 1}
`,
    );
  });

  it('leaves out series that ended', async () => {
    const db = new MemoryApiDatabase();
    db.add({ __name__: 'a' }, [
      [NOW - 5, 1],
      [NOW - 1, 0],
    ]);
    db.stored.forEach(({ samples }) => samples.values.set(STALE_NAN, 1));
    expect(await federate(db, 'match[]=a')).toBe('');
  });

  it('adds external labels, which do not count before a series own', async () => {
    const db = new MemoryApiDatabase();
    db.add({ __name__: 'a', region: 'own' }, [[NOW, 1]]);
    expect(await federate(db, 'match[]=a', '', { region: 'eu', zone: '1' })).toContain(
      'a{region="own",instance="",zone="1"} 1 1000000',
    );
  });

  it('escapes names, or quotes them for those who understand', async () => {
    const db = new MemoryApiDatabase();
    db.add({ __name__: 'a.b', 'c.d': 'x' }, [[NOW, 1]]);
    expect(await federate(db, 'match[]={"a.b"}')).toContain('a_b{c_d="x",instance=""} 1 1000000');
    const accept = 'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.9,*/*;q=0.1';
    expect(await federate(db, 'match[]={"a.b"}', accept)).toContain(
      '{"a.b","c.d"="x",instance=""} 1 1000000',
    );
  });
});
