/** Encodes floats, series by series, in XOR chunks that end where those of Prometheus' head do. */
import { ENCODING_XOR } from '../chunks/chunk.js';
import { BYTES_BEFORE_APPEND_MAX, ChunkCutter, SAMPLE_BYTES_MAX } from '../chunks/chunk-cutter.js';
import { COUNT_BYTES, XorAppender } from '../chunks/xor.js';
import type { WrittenChunk } from './block-writer.js';

export class FloatEncoder {
  private readonly cutter: ChunkCutter;
  private appender = new XorAppender();
  /** The open chunk has at most so many bytes: its length itself is asked for when that matters. */
  private bytesMax = COUNT_BYTES;
  private minTime = 0;
  private maxTime = 0;
  private chunks: WrittenChunk[] = [];

  /** `chunkRangeMs`: the ranges, counted from the epoch, that no chunk crosses. */
  constructor(chunkRangeMs: number) {
    this.cutter = new ChunkCutter(chunkRangeMs);
  }

  /** Appends `values[row]` at `times[row]`, later than what came before. */
  append(times: Float64Array, values: Float64Array, row: number): void {
    const time = times[row];
    if (this.bytesMax > BYTES_BEFORE_APPEND_MAX) this.bytesMax = this.appender.bytes().length;
    if (this.cutter.cutsBefore(time, this.appender.sampleCount, this.bytesMax)) {
      this.endChunk();
      this.minTime = time;
    }
    this.appender.append(times, values, row);
    this.bytesMax += SAMPLE_BYTES_MAX;
    this.maxTime = time;
  }

  /** The series' chunks; the next sample is of another series. */
  finish(): readonly WrittenChunk[] {
    this.endChunk();
    const { chunks } = this;
    this.chunks = [];
    return chunks;
  }

  private endChunk(): void {
    if (this.appender.sampleCount === 0) return;
    this.chunks.push({
      encoding: ENCODING_XOR,
      data: this.appender.bytes(),
      minTime: this.minTime,
      maxTime: this.maxTime,
    });
    this.appender = new XorAppender();
    this.bytesMax = COUNT_BYTES;
  }
}
