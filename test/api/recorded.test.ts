import { createHandler, type FetchHandler } from '../../api/handler.js';
import { openReadOnly, type ReadOnlyDatabase } from '../../tsdb/db.js';
import { FIXTURES, fixtureData, isBy314 } from '../support/fixtures.js';
import { type Recorded, recordedRequests, requestOf } from '../support/recorded.js';
import { describeShared } from '../support/shared.js';

/** What answers of ours cannot or should not equal, by path; the tests below say what they hold. */
const LEFT_OUT: readonly RegExp[] = [
  /^\/api\/v1\/(query|query_range|format_query|parse_query)(\?|$)/,
  // There are exemplars in the fixtures, and none here yet.
  /^\/api\/v1\/query_exemplars/,
  // Chunks of the head are counted as we hold them, and features are ours.
  /^\/api\/v1\/status\/tsdb\?limit=3$/,
  /^\/api\/v1\/features$/,
  // `new Request` has taken the dots out of the path before we see it.
  /\/\.\.\//,
];

/** One answer, as far as it is compared. */
interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

describeShared('recorded answers', () => {
  describe.each(FIXTURES.filter(isBy314))('of Prometheus 3.14 for %s', (fixture) => {
    let db: ReadOnlyDatabase;
    let handler: FetchHandler;

    beforeAll(async () => {
      db = await openReadOnly(fixtureData(fixture));
      handler = createHandler(db, { enableRemoteWriteReceiver: true });
    });

    afterAll(async () => {
      await db.close();
    });

    async function ask(recorded: Recorded): Promise<Answer> {
      const answer = await handler(requestOf(recorded));
      const type = answer.headers.get('content-type');
      const text = await answer.text();
      return { status: answer.status, type, body: type === JSON_TYPE ? JSON.parse(text) : text };
    }

    it('are ours, statuses and error bodies included', async () => {
      const compared = recordedRequests(fixture).filter(
        ({ path }) => !LEFT_OUT.some((pattern) => pattern.test(path)),
      );
      expect(compared.length).toBeGreaterThan(50);
      for (const recorded of compared) {
        expect({ asked: nameOf(recorded), answer: await ask(recorded) }).toEqual({
          asked: nameOf(recorded),
          answer: {
            status: recorded.status,
            type: recorded.type ?? JSON_TYPE,
            body: recorded.body,
          },
        });
      }
    });

    it('about cardinality are ours but for the number of chunks', async () => {
      const recorded = recorded314('/api/v1/status/tsdb?limit=3');
      const { body } = await ask(recorded);
      expect(withoutChunks(body)).toEqual(withoutChunks(recorded.body));
    });

    it('about features have our features among theirs', async () => {
      const recorded = recorded314('/api/v1/features');
      const { body } = await ask(recorded);
      expect(namesOf(recorded.body)).toEqual(expect.arrayContaining(namesOf(body)));
    });

    function recorded314(path: string): Recorded {
      const found = recordedRequests(fixture).find((recorded) => recorded.path === path);
      if (found === undefined) throw new Error(`${path} was not recorded`);
      return found;
    }
  });
});

const JSON_TYPE = 'application/json';

function nameOf({ method, path, form }: Recorded): string {
  return [method, path, form ?? ''].join(' ');
}

function withoutChunks(body: unknown): unknown {
  const { data } = body as { data: { headStats: Record<string, number> } };
  return { ...data, headStats: { ...data.headStats, chunkCount: 0 } };
}

function namesOf(body: unknown): string[] {
  const { data } = body as { data: Record<string, Record<string, boolean>> };
  return Object.entries(data).flatMap(([category, features]) =>
    Object.keys(features).map((feature) => `${category}/${feature}`),
  );
}
