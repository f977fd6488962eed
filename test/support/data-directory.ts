/** Data directories in memory, of what a test writes into their logs and head chunk files. */
import {
  HEAD_CHUNKS_HEADER_BYTES,
  HEAD_CHUNKS_MAGIC,
  HEAD_CHUNKS_VERSION,
} from '../../chunks/head-chunks.js';
import { OUT_OF_ORDER_FLAG } from '../../chunks/head-chunk-entry.js';
import { ENCODING_XOR } from '../../chunks/chunk.js';
import { XorAppender } from '../../chunks/xor.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import type { Columns } from '../../model/columns.js';
import { Labels } from '../../model/labels.js';
import { segmentName } from '../../wal/format.js';
import { encodeHistograms, type HistogramEntry } from '../../wal/histogram-record.js';
import {
  encodeMmapMarkers,
  encodeSeries,
  encodeTombstones,
  type MmapMarker,
  type TombstoneEntry,
} from '../../wal/record.js';
import { SampleBatch } from '../../wal/sample-batch.js';
import { encodeSamples } from '../../wal/sample-record.js';
import { MemoryDisk } from './memory-disk.js';
import { SegmentBuilder } from './wal-builder.js';

export const DIR = '/data';

/** [ref, time, value] */
type Sample = readonly [number, number, number];

function record(encode: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  encode(out);
  return out.bytes().slice();
}

/** The records that tests put into logs. */
export const records = {
  series: (...series: [ref: number, labels: Readonly<Record<string, string>>][]): Uint8Array =>
    record((out) =>
      encodeSeries(
        series.map(([ref, labels]) => ({ ref, labels: Labels.from(labels) })),
        out,
      ),
    ),
  samples(...samples: Sample[]): Uint8Array {
    const batch = new SampleBatch();
    batch.reset(samples.length);
    for (const [ref, time, value] of samples) batch.push(ref, time, 0, value);
    return record((out) => encodeSamples(batch, out));
  },
  /** One sample whose value is a column's first, bits and all. */
  sampleOf(ref: number, time: number, column: Float64Array): Uint8Array {
    const batch = new SampleBatch();
    batch.reset(1);
    batch.push(ref, time, 0, column[0]);
    return record((out) => encodeSamples(batch, out));
  },
  histograms: (type: number, ...entries: HistogramEntry[]): Uint8Array =>
    record((out) => encodeHistograms(entries, { type }, out)),
  tombstones: (...entries: TombstoneEntry[]): Uint8Array =>
    record((out) => encodeTombstones(entries, out)),
  markers: (...markers: MmapMarker[]): Uint8Array =>
    record((out) => encodeMmapMarkers(markers, out)),
};

export function segment(...payloads: Uint8Array[]): Uint8Array {
  const builder = new SegmentBuilder();
  for (const payload of payloads) builder.add(payload);
  return builder.bytes();
}

/** What a head chunk file holds. */
export interface MappedSamples {
  readonly seriesRef: number;
  readonly times: readonly number[];
  /** Every sample has this value. */
  readonly value: number;
  readonly isOutOfOrder?: boolean;
}

/** A head chunk file and the refs of its chunks, if it is file number 1. */
export function headChunkFile(...chunks: MappedSamples[]): { bytes: Uint8Array; refs: number[] } {
  const file = new ByteWriter();
  file.u32(HEAD_CHUNKS_MAGIC).u8(HEAD_CHUNKS_VERSION);
  file.raw(new Uint8Array(HEAD_CHUNKS_HEADER_BYTES - file.length));
  const refs: number[] = [];
  for (const { seriesRef, times, value, isOutOfOrder = false } of chunks) {
    refs.push(2 ** 32 + file.length);
    const appender = new XorAppender();
    const timeColumn = Float64Array.from(times);
    const values = new Float64Array(times.length).fill(value);
    for (let i = 0; i < times.length; i++) appender.append(timeColumn, values, i);
    const entry = new ByteWriter();
    entry
      .u64(seriesRef)
      .u64(times[0])
      .u64(times[times.length - 1]);
    entry.u8(ENCODING_XOR | (isOutOfOrder ? OUT_OF_ORDER_FLAG : 0));
    entry.uvarint(appender.bytes().length).raw(appender.bytes());
    file.raw(entry.bytes()).u32(crc32c(entry.bytes()));
  }
  return { bytes: file.bytes().slice(), refs };
}

/** A directory with these log segments and head chunks. */
export function dataDirectory(parts: {
  readonly wal?: readonly Uint8Array[];
  readonly wbl?: readonly Uint8Array[];
  readonly headChunks?: Uint8Array;
}): MemoryDisk {
  const disk = new MemoryDisk();
  (parts.wal ?? []).forEach((bytes, i) => disk.files.set(`${DIR}/wal/${segmentName(i)}`, bytes));
  (parts.wbl ?? []).forEach((bytes, i) => disk.files.set(`${DIR}/wbl/${segmentName(i)}`, bytes));
  if (parts.headChunks !== undefined) {
    disk.files.set(`${DIR}/chunks_head/000001`, parts.headChunks);
  }
  return disk;
}

/** `time:value`, with `stale` and `histogram` for what is no plain number. */
export function sampleTexts(columns: Columns): string[] {
  return [...columns.times.subarray(0, columns.count)].map((time, row) => {
    const histogram = columns.histograms?.[row];
    return `${time}:${histogram === undefined ? columns.values[row] : 'histogram'}`;
  });
}
