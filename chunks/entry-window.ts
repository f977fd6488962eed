/**
 * Reads the chunks of one series after the other where they lie one behind the other, as in all
 * blocks: through a window of the file in the kernel's own memory, in which their checksums are
 * checked, and out of which they are written on. No page is mapped, no byte copied twice.
 */
import { EntryKernel, WINDOW_BYTES, WINDOW_CHUNKS_MAX } from '../kernel/entry-kernel.js';
import { ENTRY_AT, ENTRY_DATA_BYTES, ENTRY_WORDS } from '../kernel/entry-words.js';
import type { ByteSource } from '../disk/byte-source.js';
import type { ChunkEntries } from './chunk-entries.js';
import { ENCODING_BYTES, refOffset } from './segment-format.js';
import type { ChunkColumns, ChunkSegments } from './segment-reader.js';

export class EntryWindow {
  private readonly segments: ChunkSegments;
  private readonly kernel = new EntryKernel();
  /** The reference of what would be a chunk at the window's first byte, and how long it is. */
  private start = 0;
  private length = 0;

  constructor(segments: ChunkSegments) {
    this.segments = segments;
  }

  /**
   * Adds the entries of the chunks `[from, to)` of a series to `into`, undecoded, their checksums
   * checked; they are valid until the next call.
   */
  readEntries(chunks: ChunkColumns, from: number, to: number, into: ChunkEntries): void {
    if (from === to) return;
    const count = this.check(chunks.refs, from, to);
    if (count > 0) this.push(chunks, from, count, into);
    // Slow path: what is damaged, out of order, or does not fit into the window with the others.
    if (from + count < to) this.segments.readEntries(chunks, from + count, to, into);
  }

  /** Has as many of the chunks as can be in the window; the kernel's entries tell of them. */
  private check(refs: ArrayLike<number>, from: number, to: number): number {
    if (to - from > WINDOW_CHUNKS_MAX) return 0;
    const first = refs[from];
    if (first >= this.start && first < this.start + this.length) {
      const count = this.checkLoaded(refs, from, to);
      if (count === to - from) return count;
    }
    this.load(this.segments.sourceAt(first), first);
    return this.checkLoaded(refs, from, to);
  }

  private checkLoaded(refs: ArrayLike<number>, from: number, to: number): number {
    const { start, length } = this;
    let last = from;
    while (last < to && refs[last] >= start && refs[last] < start + length) last++;
    return this.kernel.check(length, refs, { from, to: last, base: start });
  }

  private load(source: ByteSource, ref: number): void {
    const offset = refOffset(ref);
    this.length = 0;
    const length = Math.min(WINDOW_BYTES, source.size - offset);
    if (length <= 0) return;
    source.readInto(offset, this.kernel.window.subarray(0, length));
    this.start = ref;
    this.length = length;
  }

  private push(
    { refs, minTimes, maxTimes }: ChunkColumns,
    from: number,
    count: number,
    into: ChunkEntries,
  ): void {
    const { start } = this;
    const { window, entries } = this.kernel;
    for (let i = 0; i < count; i++) {
      const dataStart = entries[ENTRY_WORDS * i + ENTRY_AT] + ENCODING_BYTES;
      const dataEnd = dataStart + entries[ENTRY_WORDS * i + ENTRY_DATA_BYTES];
      into.push(window, refs[from + i] - start, dataStart, dataEnd);
      into.setTimes(minTimes[from + i], maxTimes[from + i]);
    }
  }
}
