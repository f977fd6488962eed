/**
 * Reads the chunks of one series after the other where they lie one behind the other, as in all
 * blocks: through a window of the file in the kernel's own memory, in which their checksums are
 * checked, and out of which they are written on. No page is mapped, no byte copied twice.
 */
import { type MergeSlot, SLOT_CHUNKS_MAX, WINDOW_BYTES } from '../kernel/merge-slot.js';
import type { ChunkEntries } from './chunk-entries.js';
import { ENCODING_BYTES, refOffset } from './segment-format.js';
import type { ChunkColumns, ChunkSegments } from './segment-reader.js';

export class EntryWindow {
  private readonly segments: ChunkSegments;
  private readonly slot: MergeSlot;

  constructor(segments: ChunkSegments, slot: MergeSlot) {
    this.segments = segments;
    this.slot = slot;
  }

  /** Whether the first `count` chunks of the slot are checked in the window and are a run. */
  checkRun(count: number): boolean {
    return count > 0 && this.checkSlot(0, count) === count && this.slot.isRun;
  }

  /**
   * Adds the entries of the chunks `[from, to)` of a series to `into`, undecoded, their checksums
   * checked; they are valid until the next call.
   */
  readEntries(chunks: ChunkColumns, from: number, to: number, into: ChunkEntries): void {
    if (from === to) return;
    const at = this.placeInSlot(chunks.refs, from, to);
    const count = at === null ? 0 : this.checkSlot(at, at + to - from);
    if (at !== null) this.push(chunks, from, count, at, into);
    // Slow path: what is damaged, out of order, or does not fit into the window with the others.
    if (from + count < to) this.segments.readEntries(chunks, from + count, to, into);
  }

  /** Where in the slot the references are, copied there where need be; null: they do not fit. */
  private placeInSlot(refs: ArrayLike<number>, from: number, to: number): number | null {
    if (refs === this.slot.refs) return from;
    if (to - from > SLOT_CHUNKS_MAX) return null;
    for (let i = from; i < to; i++) this.slot.refs[i - from] = refs[i];
    return 0;
  }

  /** Has the window begin with the chunk `ref`; false: there can be none. */
  load(ref: number): boolean {
    const { slot } = this;
    const source = this.segments.sourceAt(ref);
    const offset = refOffset(ref);
    slot.setChunkWindow(0, 0);
    const length = Math.min(WINDOW_BYTES, source.size - offset);
    if (length <= 0) return false;
    source.readInto(offset, slot.chunkWindow.subarray(0, length));
    slot.setChunkWindow(ref, length);
    return true;
  }

  /** Has as many of the slot's chunks as can be in the window checked. */
  private checkSlot(from: number, to: number): number {
    const { slot } = this;
    const first = slot.refs[from];
    if (first >= slot.chunkStart && first < slot.chunkStart + slot.chunkLength) {
      const count = slot.checkChunks(from, to);
      if (count === to - from) return count;
    }
    return this.load(first) ? slot.checkChunks(from, to) : 0;
  }

  /** Adds `count` chunks from `from` on, which are those from `at` on in the slot. */
  private push(
    { refs, minTimes, maxTimes }: ChunkColumns,
    from: number,
    count: number,
    at: number,
    into: ChunkEntries,
  ): void {
    const { chunkWindow, places, chunkStart } = this.slot;
    for (let i = 0; i < count; i++) {
      const dataStart = places[2 * (at + i)] + ENCODING_BYTES;
      const dataEnd = dataStart + places[2 * (at + i) + 1];
      into.push(chunkWindow, refs[from + i] - chunkStart, dataStart, dataEnd);
      into.setTimes(minTimes[from + i], maxTimes[from + i]);
    }
  }
}
