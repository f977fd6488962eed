/**
 * Writes chunks into segments (segment-format.ts), cut where Prometheus' writer cuts them: the
 * chunks of one series are one batch, and what would not fit into the open segment, counted with
 * the largest length field, goes on in the next one.
 *
 * It only makes bytes: the sink of each segment stores them, in order, and is told of its end.
 */
import { assert } from '../model/assert.js';
import { crc32c } from '../encoding/crc32c.js';
import { ByteWriter } from '../encoding/byte-writer.js';
import type { MergeSlot } from '../kernel/merge-slot.js';
import type { ChunkEntries } from './chunk-entries.js';
import {
  CRC_BYTES,
  ENCODING_BYTES,
  LENGTH_BYTES_MAX,
  type RawChunk,
  SEGMENT_BYTES_MAX,
  SEGMENT_HEADER_BYTES,
  SEGMENT_MAGIC,
  SEGMENT_VERSION,
  chunkRef,
} from './segment-format.js';

/** Receives the bytes of one segment. */
export interface SegmentSink {
  /** `bytes` holds only until `write` returns. */
  write(bytes: Uint8Array): void;
  /** The segment is whole. */
  end(): void;
}

export class SegmentWriter {
  private readonly openSink: (index: number) => SegmentSink;
  private readonly segmentBytesMax: number;
  private readonly scratch = new ByteWriter();
  private sink: SegmentSink | null = null;
  /** Of the open segment, counting from 0. */
  private index = -1;
  /** Of the open segment. */
  private size = 0;

  /** `openSink(index)` is called for each segment, from 0; its file is `segmentName(index + 1)`. */
  constructor(
    openSink: (index: number) => SegmentSink,
    segmentBytesMax: number = SEGMENT_BYTES_MAX,
  ) {
    this.openSink = openSink;
    this.segmentBytesMax = segmentBytesMax;
  }

  /** Writes the chunks of one series, in order, and returns their references. */
  write(chunks: readonly RawChunk[]): number[] {
    let planned = this.size;
    let isFirstBatch = this.size > SEGMENT_HEADER_BYTES;
    if (planned === 0) planned = SEGMENT_HEADER_BYTES;
    return chunks.map((chunk, i) => {
      const bytesMax = LENGTH_BYTES_MAX + ENCODING_BYTES + chunk.data.length + CRC_BYTES;
      // A fresh segment takes at least one chunk, whatever its size.
      const mayCut = i > 0 || isFirstBatch;
      if (mayCut && planned + bytesMax > this.segmentBytesMax) {
        this.cut();
        isFirstBatch = false;
        planned = SEGMENT_HEADER_BYTES;
      }
      planned += bytesMax;
      return this.writeEntry(chunk);
    });
  }

  /**
   * Writes the entries of one series, in order, as they are, and puts their references into `refs`.
   * What lies in one piece is written in one.
   */
  writeEntries(entries: ChunkEntries, refs: number[]): void {
    const { bytes, starts, dataStarts, dataEnds, count } = entries;
    let planned = this.size === 0 ? SEGMENT_HEADER_BYTES : this.size;
    let mayCut = this.size > SEGMENT_HEADER_BYTES;
    /** The first entry that is not written yet. */
    let first = 0;
    for (let i = 0; i < count; i++) {
      const dataBytes = dataEnds[i] - dataStarts[i];
      const bytesMax = LENGTH_BYTES_MAX + ENCODING_BYTES + dataBytes + CRC_BYTES;
      if (mayCut && planned + bytesMax > this.segmentBytesMax) {
        this.putEntries(entries, first, i);
        first = i;
        this.cut();
        planned = SEGMENT_HEADER_BYTES;
      } else if (i > first && (bytes[i] !== bytes[i - 1] || starts[i] !== entries.endAt(i - 1))) {
        this.putEntries(entries, first, i);
        first = i;
      }
      mayCut = true;
      planned += bytesMax;
      if (this.index < 0) this.cut();
      refs[i] = chunkRef(this.index, this.size + starts[i] - starts[first]);
    }
    this.putEntries(entries, first, count);
  }

  /**
   * Writes the chunks of one series that are runs in the windows of slots, as they are, and puts
   * into `shifts` what is to be added to the references of each slot; false, and nothing is
   * written, where the segment may have to be cut between them.
   */
  writeRuns(slots: readonly MergeSlot[], shifts: Float64Array): boolean {
    let planned = this.size === 0 ? SEGMENT_HEADER_BYTES : this.size;
    for (const { runStart, runEnd, chunkCount } of slots) {
      planned += runEnd - runStart + LENGTH_BYTES_MAX * chunkCount;
    }
    if (planned > this.segmentBytesMax) return false;
    if (this.index < 0) this.cut();
    for (let i = 0; i < slots.length; i++) {
      const { refs, chunkWindow, runStart, runEnd } = slots[i];
      shifts[i] = chunkRef(this.index, this.size) - refs[0];
      this.put(chunkWindow.subarray(runStart, runEnd));
    }
    return true;
  }

  /** The reference of what is written next, and how many planned bytes its segment takes. */
  get next(): { readonly ref: number; readonly room: number } {
    const size = this.size === 0 ? SEGMENT_HEADER_BYTES : this.size;
    return { ref: chunkRef(Math.max(0, this.index), size), room: this.segmentBytesMax - size };
  }

  /** Writes chunks that were laid out for `next`. */
  writeLaidOut(bytes: Uint8Array): void {
    if (this.index < 0) this.cut();
    this.put(bytes);
  }

  /** Writes the entries `[from, to)`, which lie in one piece. */
  private putEntries(entries: ChunkEntries, from: number, to: number): void {
    if (from === to) return;
    this.put(entries.bytes[from].subarray(entries.starts[from], entries.endAt(to - 1)));
  }

  /** Ends the last segment; nothing may be written afterwards. */
  end(): void {
    this.sink?.end();
    this.sink = null;
  }

  private writeEntry({ encoding, data }: RawChunk): number {
    if (this.index < 0) this.cut();
    assert(this.sink !== null, 'an ended segment writer is not written to');
    const ref = chunkRef(this.index, this.size);
    const head = this.scratch;
    head.clear();
    head.uvarint(data.length).u8(encoding);
    const encodingByte = head.bytes().subarray(head.length - ENCODING_BYTES);
    const crc = crc32c(data, crc32c(encodingByte));
    this.put(head.bytes());
    this.put(data);
    head.clear();
    this.put(head.u32(crc).bytes());
    return ref;
  }

  private cut(): void {
    this.sink?.end();
    this.index++;
    this.sink = this.openSink(this.index);
    this.size = 0;
    this.scratch.clear();
    this.scratch.u32(SEGMENT_MAGIC).u8(SEGMENT_VERSION).u8(0).u16(0);
    this.put(this.scratch.bytes());
  }

  private put(bytes: Uint8Array): void {
    assert(this.sink !== null, 'an ended segment writer is not written to');
    this.sink.write(bytes);
    this.size += bytes.length;
  }
}
