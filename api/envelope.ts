/**
 * The envelope of the JSON API, written in this one place: what a handler returns or throws becomes
 * a status, headers and `{"status":…}`.
 */
import { messageOf } from '../model/errors.js';
import { type ErrorType, errorTypeOf, STATUS_OF, TextError } from './api-error.js';
import { type Body, bodyOf, type Piece } from './compression.js';
import { JsonText } from './json-text.js';

/** What a handler returns; `null` in its place is 204 without a body. */
export interface Answer {
  /** Anything that `JSON.stringify` takes, or text in pieces. */
  readonly data: unknown;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** The warning where a `limit` cut an answer. */
export const TRUNCATED = 'results truncated due to limit';

/** What the constructor takes: `Uint8Array` over any buffer too, whatever the types say. */
type ResponseBody = ConstructorParameters<typeof Response>[0];

const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** The successful answer, compressed as the client likes. */
export async function respond(answer: Answer | null, request: Request): Promise<Response> {
  if (answer === null) return new Response(null, { status: 204 });
  const { body, headers } = await bodyOf(envelopeOf(answer), request);
  return new Response(body as ResponseBody, {
    status: 200,
    headers: { ...headers, 'content-type': JSON_TYPE },
  });
}

function envelopeOf({ data, warnings = [], infos = [] }: Answer): Body {
  let end = '';
  if (warnings.length > 0) end += `,"warnings":${JSON.stringify(warnings)}`;
  if (infos.length > 0) end += `,"infos":${JSON.stringify(infos)}`;
  const start = '{"status":"success","data":';
  if (data instanceof JsonText) return around(start, data.pieces, `${end}}`);
  return `${start}${JSON.stringify(data)}${end}}`;
}

async function* around(
  start: string,
  pieces: AsyncIterable<Piece>,
  end: string,
): AsyncGenerator<Piece, void, undefined> {
  yield start;
  yield* pieces;
  yield end;
}

/** The answer to whatever was thrown. */
export function respondError(error: unknown): Response {
  if (error instanceof TextError) return plainText(error.status, `${error.message}\n`);
  const errorType: ErrorType = errorTypeOf(error);
  const body = JSON.stringify({ status: 'error', errorType, error: messageOf(error) });
  return new Response(body, {
    status: STATUS_OF[errorType],
    headers: { 'content-type': JSON_TYPE },
  });
}

/** Text as it stands. */
export function plainText(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(text, { status, headers: { 'content-type': TEXT_TYPE, ...headers } });
}
