/** A head in the making of a test: its chunks in a file, and the snapshot of it. */
import { ENCODING_XOR } from '../../chunks/chunk.js';
import { ChunkCutter } from '../../chunks/chunk-cutter.js';
import { HeadChunkWriter } from '../../chunks/head-chunk-writer.js';
import { XorAppender } from '../../chunks/xor.js';
import { type HeadSnapshot, HeadSnapshotBuilder } from '../../compact/head-snapshot.js';
import type { WritableDisk } from '../../disk/writable-disk.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';

const CHUNK_RANGE_MS = 2 * 3600 * 1000;

/** A series: labels, sorted by name, and samples. */
export interface HeadTestSeries {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/**
 * Fills a head as Prometheus' own: full chunks in files in `dir`, which exists, the last one open.
 */
export class TestHead {
  private readonly chunks: HeadChunkWriter;
  private readonly builder = new HeadSnapshotBuilder();
  private readonly pairs = new Map<string, number>();
  private refs = 0;

  constructor(disk: WritableDisk, dir: string) {
    this.chunks = new HeadChunkWriter(disk, dir);
  }

  /** Tells of a pair that no series has. */
  addPair(name: string, value: string): number {
    const key = `${name}\0${value}`;
    let id = this.pairs.get(key);
    if (id === undefined) {
      // With gaps, as where series are gone.
      id = 3 * this.pairs.size + 1;
      this.pairs.set(key, id);
      this.builder.addPair(id, name, value);
    }
    return id;
  }

  add({ labels, times, values }: HeadTestSeries): void {
    const ids = labels.map(([name, value]) => this.addPair(name, value));
    this.refs++;
    this.builder.beginSeries();
    for (const id of ids) this.builder.addSeriesPair(id);
    const cutter = new ChunkCutter(CHUNK_RANGE_MS);
    let appender = new XorAppender();
    let first = 0;
    for (let row = 0; row < times.length; row++) {
      const isCut = cutter.cutsBefore(times[row], row - first, appender.bytes().length);
      if (isCut && row > first) {
        this.addFull(appender.bytes(), times[first], times[row - 1]);
        appender = new XorAppender();
        first = row;
      }
      appender.append(times, values, row);
    }
    if (first === times.length) return;
    const bytes = appender.bytes();
    const offset = this.builder.addOpenBytes(bytes);
    const range = { minTime: times[first], maxTime: times[times.length - 1] };
    this.builder.addOpenChunk({ offset, length: bytes.length, ...range });
  }

  async finish(): Promise<HeadSnapshot> {
    await this.chunks.flush();
    return this.builder.finish();
  }

  private addFull(data: Uint8Array, minTime: number, maxTime: number): void {
    const entry = new ByteWriter();
    entry.u64(this.refs).u64(minTime).u64(maxTime).u8(ENCODING_XOR);
    entry.uvarint(data.length).raw(data);
    entry.u32(crc32c(entry.bytes()));
    const ref = this.chunks.append(entry.bytes(), maxTime);
    this.builder.addChunk({ ref, dataLength: data.length, minTime, maxTime });
  }
}
