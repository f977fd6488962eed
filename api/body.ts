/** Bodies of requests, read up to a limit and no further. */
import { ApiError } from './api-error.js';

/** A body has more bytes than its endpoint reads. */
export class BodyTooLargeError extends ApiError {
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super('bad_data', `request body exceeds the ${limitBytes} bytes limit`);
    this.name = 'BodyTooLargeError';
    this.limitBytes = limitBytes;
  }
}

/**
 * All bytes of the body. Throws a `BodyTooLargeError` as soon as there is one byte too many: what
 * the client sends after that is not read, and never held.
 */
export async function readBody(request: Request, limitBytes: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > limitBytes) throw new BodyTooLargeError(limitBytes);
  if (request.body === null) return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > limitBytes) throw new BodyTooLargeError(limitBytes);
      parts.push(value);
    }
  } finally {
    // Not cancelled: that would end the connection before the answer. The server drops the rest.
    reader.releaseLock();
  }
  return parts.length === 1 ? parts[0] : Buffer.concat(parts, length);
}
