/**
 * Text and bytes of an answer, collected into pieces of a size that is worth sending: each takes a
 * turn of the event loop, which others want as well.
 */

const PIECE_BYTES = 256 * 1024;
/** Most answers are small, and memory that they do not fill is garbage all the same. */
const FIRST_BYTES = 1024;
const NOTHING = Buffer.alloc(0);
/** UTF-8 of a UTF-16 unit. */
const UTF8_BYTES_MAX = 3;

export class PieceBuffer {
  private buffer = NOTHING;
  private used = 0;
  /** What the next piece begins with. */
  private size = FIRST_BYTES;

  /** Whether it is time to `take()`. */
  get isFull(): boolean {
    return this.used >= PIECE_BYTES / 2;
  }

  text(text: string): void {
    this.reserve(UTF8_BYTES_MAX * text.length);
    this.used += this.buffer.write(text, this.used, 'utf8');
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** The same of `bytes[from, to)`, which are few: byte by byte, since a view costs more. */
  copy(bytes: Uint8Array, from = 0, to = bytes.length): void {
    this.reserve(to - from);
    const { buffer } = this;
    let { used } = this;
    for (let i = from; i < to; i++) buffer[used++] = bytes[i];
    this.used = used;
  }

  /** What was collected since the last time. */
  take(): Uint8Array {
    const taken = this.buffer.subarray(0, this.used);
    this.buffer = NOTHING;
    this.used = 0;
    this.size = PIECE_BYTES;
    return taken;
  }

  private reserve(extra: number): void {
    const wanted = this.used + extra;
    if (wanted <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(wanted, this.size, 2 * this.buffer.length));
    larger.set(this.buffer.subarray(0, this.used));
    this.buffer = larger;
  }
}
