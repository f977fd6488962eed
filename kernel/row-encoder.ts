/**
 * Makes log records of samples, type 2 (wal/sample-record.ts), of rows that lie in a head kernel's
 * memory: for the kernel itself, and by a module of its own in a thread that has no head.
 */
import { ROW_ENCODER_WASM } from './row-encoder-wasm.js';
import type { SampleRows } from './sample-rows.js';
import { type ExportedNumber, type SharedMemory, startModule } from './web-assembly.js';

/** Who makes such records. */
export interface RowEncoding {
  /**
   * The first `count` rows of the columns at `at` (sample-rows.ts) with the refs of their slots:
   * valid until the next call.
   */
  encodeAt(at: number, capacity: number, count: number): Uint8Array;
  /**
   * That record, of `length` bytes, framed for a place in a page of the log that has room for a
   * header (wal/frame-buffer.ts): valid until the next call.
   */
  frame(length: number, pageOffset: number): Uint8Array;
}

/** Whose rows they are: a head kernel. */
export interface RowSource extends RowEncoding {
  readonly memory: SharedMemory;
  /** All rows, likewise. */
  encode(rows: SampleRows): Uint8Array;
}

/** What a module exports that makes such records. */
export interface EncoderExports {
  readonly encodedAt: ExportedNumber;
  readonly framedAt: ExportedNumber;
  encodeRows(columns: number, capacity: number, count: number): number;
  frameRows(length: number, pageOffset: number): number;
}

export class RowEncoder implements RowEncoding {
  private readonly exports: EncoderExports;
  private readonly bytes: Uint8Array;
  private readonly encoded: number;
  private readonly framed: number;

  /** Over the memory of a head kernel; one for each at most. Its own kernel gives its `exports`. */
  constructor(memory: SharedMemory, exports?: EncoderExports) {
    this.exports =
      exports ?? (startModule(ROW_ENCODER_WASM, { env: { memory } }) as EncoderExports);
    this.bytes = new Uint8Array(memory.buffer);
    this.encoded = this.exports.encodedAt.value;
    this.framed = this.exports.framedAt.value;
  }

  encodeAt(at: number, capacity: number, count: number): Uint8Array {
    const length = this.exports.encodeRows(at, capacity, count);
    return this.bytes.subarray(this.encoded, this.encoded + length);
  }

  frame(length: number, pageOffset: number): Uint8Array {
    const bytes = this.exports.frameRows(length, pageOffset);
    return this.bytes.subarray(this.framed, this.framed + bytes);
  }
}
