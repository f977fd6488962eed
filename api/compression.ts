/**
 * Bodies of answers: compressed with what the client accepts, sent whole where they are small and
 * as a stream, at the client's pace, where they are not.
 */
import { createDeflate, createGzip, deflate, gzip } from 'node:zlib';
import { promisify } from 'node:util';

/** A part of a text, or of its UTF-8. */
export type Piece = string | Uint8Array;

/** Text, whole or in pieces. */
export type Body = string | AsyncIterable<Piece>;

export type Encoding = 'gzip' | 'deflate' | null;

/** What `Response` takes, and the headers that say how it is to be read. */
export interface EncodedBody {
  readonly body: string | Uint8Array | ReadableStream<Uint8Array>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Up to here an answer is put together and sent with its length. */
const WHOLE_LENGTH_MAX = 128 * 1024;
/** Results are numbers: higher levels take several times as long to save a tenth. */
const LEVEL = 1;

const COMPRESS_WHOLE = { gzip: promisify(gzip), deflate: promisify(deflate) };
const COMPRESS_STREAM = { gzip: createGzip, deflate: createDeflate };

/** The first of gzip and deflate that the client names; as in Prometheus, without weights. */
export function encodingFor(request: Request): Encoding {
  for (const part of (request.headers.get('accept-encoding') ?? '').split(',')) {
    const name = part.trim();
    if (name === 'gzip' || name === 'deflate') return name;
  }
  return null;
}

/** A body as this client wants it. */
export async function bodyOf(body: Body, request: Request): Promise<EncodedBody> {
  const encoding = encodingFor(request);
  const headers: Record<string, string> = { vary: 'Accept-Encoding' };
  if (encoding !== null) headers['content-encoding'] = encoding;
  if (typeof body === 'string') return { body: await whole(body, encoding), headers };
  const pieces = body[Symbol.asyncIterator]();
  const first: Piece[] = [];
  for (let length = 0; length <= WHOLE_LENGTH_MAX;) {
    const next = await pieces.next();
    if (next.done === true) return { body: await whole(joined(first), encoding), headers };
    first.push(next.value);
    length += next.value.length;
  }
  return { body: streamOf(bytesOf(joined(first)), pieces, encoding), headers };
}

/** Texts stay a text, which servers send fastest. */
function joined(pieces: readonly Piece[]): Piece {
  if (pieces.every((piece) => typeof piece === 'string')) return pieces.join('');
  return Buffer.concat(pieces.map(bytesOf));
}

function bytesOf(piece: Piece): Uint8Array {
  return typeof piece === 'string' ? Buffer.from(piece) : piece;
}

async function whole(text: Piece, encoding: Encoding): Promise<Piece> {
  return encoding === null ? text : COMPRESS_WHOLE[encoding](text, { level: LEVEL });
}

function streamOf(
  first: Uint8Array,
  pieces: AsyncIterator<Piece>,
  encoding: Encoding,
): ReadableStream<Uint8Array> {
  const plain = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(first),
      pull: async (controller) => {
        const next = await pieces.next();
        if (next.done === true) controller.close();
        else controller.enqueue(bytesOf(next.value));
      },
      cancel: async () => {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
  return encoding === null ? plain : compressed(plain, encoding);
}

/** By hand rather than by a pipeline: each piece is compressed when the client asks for more. */
function compressed(
  plain: ReadableStream<Uint8Array>,
  encoding: 'gzip' | 'deflate',
): ReadableStream<Uint8Array> {
  const reader = plain.getReader();
  const stream = COMPRESS_STREAM[encoding]({ level: LEVEL });
  const output = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const feed = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!stream.write(value)) await new Promise((resolve) => stream.once('drain', resolve));
    }
    stream.end();
  };
  let feeding: Promise<void> | null = null;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        feeding ??= feed().catch((error: unknown) => {
          stream.destroy(error instanceof Error ? error : new Error(String(error)));
        });
        const next = await output.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: async () => {
        stream.destroy();
        await reader.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}
