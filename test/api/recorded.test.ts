import { createHandler, type FetchHandler } from '../../api/handler.js';
import { openReadOnly, type ReadOnlyDatabase } from '../../tsdb/db.js';
import { FIXTURES, fixtureData, isBy314 } from '../support/fixtures.js';
import { type Recorded, recordedRequests, requestOf } from '../support/recorded.js';
import { describeShared } from '../support/shared.js';

/** What answers of ours cannot or should not equal, by path; the tests below say what they hold. */
const LEFT_OUT: readonly RegExp[] = [
  // There are exemplars in the fixtures, and none here yet.
  /^\/api\/v1\/query_exemplars\?query=(rate\(|)rw2/,
  // Chunks of the head are counted as we hold them, and features are ours.
  /^\/api\/v1\/status\/tsdb\?limit=3$/,
  /^\/api\/v1\/features$/,
  // `new Request` has taken the dots out of the path before we see it.
  /\/\.\.\//,
  // The order of the answer is that of a map of Go's; so is which of two series is named first.
  /query=info\(up\)|query=up%20%2B%20on\(job\)%20up/,
];

/** Native histograms come in a later step: what is asked of series that have them. */
const NATIVE_HISTOGRAMS =
  /latency|float_hist|gauge_hist|nhcb|rate\(prometheus_http_request_duration_seconds%5B/;

/** What the recorded servers had. */
const EXPERIMENTAL = {
  experimentalFunctions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};

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
      handler = createHandler(db, { enableRemoteWriteReceiver: true, promql: EXPERIMENTAL });
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
        (recorded) =>
          !LEFT_OUT.some((pattern) => pattern.test(recorded.path)) && !asksForHistograms(recorded),
      );
      expect(compared.length).toBeGreaterThan(200);
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
    }, 60_000);

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

function asksForHistograms({ path, body }: Recorded): boolean {
  return NATIVE_HISTOGRAMS.test(path) || /"histograms?":\[/.test(JSON.stringify(body));
}

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
