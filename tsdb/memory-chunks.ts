/**
 * The full chunks of a head without a directory: in memory, in portions that are dropped as files
 * are, once all their chunks are too old.
 */
import { copyBytes } from '../encoding/shared-copy.js';
import { assert } from '../model/assert.js';
import { dataOfEntry, type FullChunks, TWO_32 } from './full-chunks.js';

const PORTION_BYTES = 1024 * 1024;

interface Portion {
  readonly bytes: Uint8Array;
  length: number;
  maxTime: number;
}

export class MemoryChunks implements FullChunks {
  readonly areInFiles = false;
  private readonly portions = new Map<number, Portion>();
  private last = 0;

  append(entries: Uint8Array, maxTime: number): number {
    const portion = this.portionFor(entries.length);
    const ref = this.last * TWO_32 + portion.length;
    copyBytes(entries, portion.bytes, portion.length);
    portion.length += entries.length;
    portion.maxTime = Math.max(portion.maxTime, maxTime);
    return ref;
  }

  data(ref: number, dataLength: number): Uint8Array {
    const portion = this.portions.get(Math.floor(ref / TWO_32));
    assert(portion !== undefined, 'a chunk is read before it is dropped');
    return dataOfEntry(portion.bytes.subarray(ref % TWO_32, portion.length), dataLength);
  }

  flush(): Promise<void> {
    // There is nowhere to write to.
    return Promise.resolve();
  }

  truncate(minTime: number): void {
    for (const [number, { maxTime }] of this.portions) {
      if (maxTime >= minTime) break;
      this.portions.delete(number);
    }
  }

  get memoryBytes(): number {
    let bytes = 0;
    for (const portion of this.portions.values()) bytes += portion.bytes.length;
    return bytes;
  }

  close(): Promise<void> {
    this.portions.clear();
    return Promise.resolve();
  }

  private portionFor(length: number): Portion {
    const current = this.portions.get(this.last);
    if (current !== undefined && current.length + length <= current.bytes.length) return current;
    const bytes = new Uint8Array(Math.max(PORTION_BYTES, length));
    const portion: Portion = { bytes, length: 0, maxTime: -Infinity };
    this.portions.set(++this.last, portion);
    return portion;
  }
}
