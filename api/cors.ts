/** The headers with which browsers let pages of other origins call the API (util/httputil). */
import type { Matcher } from '../model/matcher.js';

/** Which origins may call. */
export type Origins = Matcher;

const ANY_ORIGIN = '.*';

const HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['access-control-allow-headers', 'Accept, Authorization, Content-Type, Origin'],
  ['access-control-allow-methods', 'GET, POST, OPTIONS'],
  ['access-control-expose-headers', 'Date'],
];

/** None where the request names no origin. */
export function corsHeaders(
  request: Request,
  origins: Origins,
): readonly (readonly [name: string, value: string])[] {
  const origin = request.headers.get('origin');
  if (origin === null || origin === '') return [];
  if (origins.value === ANY_ORIGIN) return [...HEADERS, ['access-control-allow-origin', '*']];
  if (!origins.matches(origin)) return HEADERS;
  return [...HEADERS, ['access-control-allow-origin', origin]];
}
