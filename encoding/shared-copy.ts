/**
 * Copies bytes where one side is shared memory. V8 does that byte by byte (2.4 GB/s), unless both
 * sides begin at the same place within a word (12 to 17 GB/s): then a piece of memory of our own in
 * between, where any copy is fast, helps.
 */

const WORD_BYTES = 8;
const PIECE_BYTES = 32 * 1024;
const between = new Uint8Array(PIECE_BYTES + WORD_BYTES);

/** `target.set(source, at)`. */
export function copyBytes(source: Uint8Array, target: Uint8Array, at: number): void {
  const from = source.byteOffset % WORD_BYTES;
  const to = (target.byteOffset + at) % WORD_BYTES;
  const isFromShared = isShared(source);
  const hasRoom = at + source.length <= target.length;
  if (from === to || isFromShared === isShared(target) || !hasRoom) {
    target.set(source, at);
    return;
  }
  const begin = isFromShared ? from : to;
  for (let done = 0; done < source.length; done += PIECE_BYTES) {
    const piece = source.subarray(done, done + PIECE_BYTES);
    between.set(piece, begin);
    target.set(between.subarray(begin, begin + piece.length), at + done);
  }
}

function isShared({ buffer }: Uint8Array): boolean {
  return buffer instanceof SharedArrayBuffer;
}
