/**
 * Copies bytes where one side is shared memory. There V8 copies byte by byte, unless both sides
 * begin at the same place within a word, and word by word then (5 and 30 GB/s, in the processor's
 * caches); Node's `fill` with bytes copies as fast as anything does (90 GB/s).
 */

/** Under so many bytes the call costs more than it spares. */
const SHORT_BYTES = 192;
const { fill } = Buffer.prototype as Filled;

/** `Buffer`, as far as any bytes are one. */
interface Filled {
  readonly fill: (this: Uint8Array, bytes: Uint8Array, from: number, to: number) => unknown;
}

/** `target.set(source, at)`. */
export function copyBytes(source: Uint8Array, target: Uint8Array, at: number): void {
  const end = at + source.length;
  const isShort = source.length < SHORT_BYTES;
  if (isShort || end > target.length || isShared(source) === isShared(target)) {
    target.set(source, at);
  } else fill.call(target, source, at, end);
}

function isShared({ buffer }: Uint8Array): boolean {
  return buffer instanceof SharedArrayBuffer;
}
