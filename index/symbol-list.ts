/**
 * The symbols of an index in the making, as bytes in one piece: sorted bytewise, each once, so that
 * their numbers compare as they do.
 */
import { assert } from '../model/assert.js';
import { compareBytes, decodeUtf8, encodeUtf8 } from '../model/utf8.js';

const INITIAL_BYTES = 4096;
const INITIAL_COUNT = 256;

export class SymbolList {
  count = 0;
  private bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  /** Where each ends; each begins where the one before it ends. */
  private ends = new Uint32Array(INITIAL_COUNT);

  /** The list of sorted texts. */
  static of(texts: Iterable<string>): SymbolList {
    const list = new SymbolList();
    for (const text of texts) list.push(encodeUtf8(text));
    return list;
  }

  /** Adds a symbol behind the others. */
  push(symbol: Uint8Array): void {
    const { count } = this;
    if (count > 0) assert(compareBytes(this.at(count - 1), symbol) < 0, 'symbols are sorted');
    const start = this.start(count);
    const end = start + symbol.length;
    if (end > this.bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.bytes.length));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    if (count === this.ends.length) {
      const larger = new Uint32Array(2 * count);
      larger.set(this.ends);
      this.ends = larger;
    }
    this.bytes.set(symbol, start);
    this.ends[count] = end;
    this.count++;
  }

  /** A symbol's bytes; valid until the next push. */
  at(index: number): Uint8Array {
    return this.bytes.subarray(this.start(index), this.ends[index]);
  }

  textAt(index: number): string {
    return decodeUtf8(this.bytes, this.start(index), this.ends[index]);
  }

  private start(index: number): number {
    return index === 0 ? 0 : this.ends[index - 1];
  }
}
