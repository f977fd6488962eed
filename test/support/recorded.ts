/** The HTTP requests that real Prometheus servers were asked, with all that they answered. */
import { fixtureText } from './fixtures.js';

/** One request and its answer. */
export interface Recorded {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** The body of the request, a form; absent where there was none. */
  readonly form?: string;
  readonly status: number;
  /** The content type where it was not JSON. */
  readonly type?: string;
  /** JSON, or the text where `type` is given. */
  readonly body: unknown;
}

/** All requests that a fixture's server was asked. */
export function recordedRequests(fixture: string): Recorded[] {
  return fixtureText(fixture, 'queries.jsonl.gz')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ method: 'GET', ...(JSON.parse(line) as Omit<Recorded, 'method'>) }));
}

/** The same request for a handler. */
export function requestOf({ method, path, form }: Recorded): Request {
  const url = `http://localhost${path}`;
  if (form === undefined) return new Request(url, { method });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return new Request(url, { method, headers, body: form });
}
