/**
 * What the records of a log say: the first payload byte is the type, and here are the six types
 * that carry no samples (tsdb/record/record.go). Samples: sample-record.ts; histograms:
 * histogram-record.ts.
 *
 *     1 series      ref <8b> | labels                                          repeated to the end
 *     3 tombstones  ref <8b> | min time <varint> | max time <varint>           repeated
 *     4 exemplars   ref0 <8b> | t0 <8b> |
 *                   ref - ref0 <varint> | t - t0 <varint> | value <8b> | labels    repeated
 *     5 markers     ref <8b> | head chunk ref <8b>                             repeated
 *     6 metadata    ref <uvarint> | type <1b> | fields <uvarint> | name, value …   repeated
 *     labels        count <uvarint> | name <str> | value <str> | …
 *
 * Decoders empty the array that they are given, fill it, and throw a `DecodeError` for a record
 * that is not all theirs.
 */
import { ByteReader } from '../encoding/byte-reader.js';
import type { ByteWriter } from '../encoding/byte-writer.js';
import type { TextCache } from '../encoding/text-cache.js';
import { assert } from '../model/assert.js';
import { DecodeError } from '../model/errors.js';
import { Labels } from '../model/labels.js';
import { compareUtf8 } from '../model/utf8.js';

export const RECORD_SERIES = 1;
export const RECORD_SAMPLES = 2;
export const RECORD_TOMBSTONES = 3;
export const RECORD_EXEMPLARS = 4;
export const RECORD_MMAP_MARKERS = 5;
export const RECORD_METADATA = 6;
export const RECORD_HISTOGRAMS = 7;
export const RECORD_FLOAT_HISTOGRAMS = 8;
export const RECORD_CUSTOM_HISTOGRAMS = 9;
export const RECORD_CUSTOM_FLOAT_HISTOGRAMS = 10;
export const RECORD_SAMPLES_V2 = 11;
export const RECORD_HISTOGRAMS_V2 = 12;
export const RECORD_FLOAT_HISTOGRAMS_V2 = 13;

/** The names of metadata's fields; readers pass over others. */
const FIELD_UNIT = 'UNIT';
const FIELD_HELP = 'HELP';

/** A name and a value take a length byte each. */
const LABEL_BYTES_MIN = 2;

export interface SeriesEntry {
  readonly ref: number;
  readonly labels: Labels;
}

export interface TombstoneEntry {
  readonly ref: number;
  /** A closed range in ms; int64's extremes are ±2^63 (model/interval.ts). */
  readonly minTime: number;
  readonly maxTime: number;
}

/** A class, because a value's NaN bits survive in class fields. */
export class ExemplarEntry {
  readonly ref: number;
  readonly time: number;
  readonly value: number;
  readonly labels: Labels;

  constructor(ref: number, time: number, value: number, labels: Labels) {
    this.ref = ref;
    this.time = time;
    this.value = value;
    this.labels = labels;
  }
}

/** The out-of-order samples of a series so far lie in m-mapped chunks up to this one. */
export interface MmapMarker {
  readonly seriesRef: number;
  /** Head chunk file * 2^32 + offset of the chunk (chunks/head-chunks.ts); 0 for none yet. */
  readonly chunkRef: number;
}

export interface MetadataEntry {
  readonly ref: number;
  /**
   * 0 unknown, 1 counter, 2 gauge, 3 histogram, 4 gauge histogram, 5 summary, 6 info, 7 stateset.
   */
  readonly type: number;
  readonly unit: string;
  readonly help: string;
}

/**
 * The type of a record; 0 for an empty one, which no type has. Unknown ones are to be passed over.
 */
export function recordType(record: Uint8Array): number {
  return record.length === 0 ? 0 : record[0];
}

/** Whether a record of this type is one that Prometheus had by the time this was written. */
export function isKnownRecordType(type: number): boolean {
  return type <= RECORD_FLOAT_HISTOGRAMS_V2;
}

/** A reader behind the type byte of a record, which is one of `types`. */
export function payloadOf(record: Uint8Array, ...types: number[]): ByteReader {
  assert(types.includes(recordType(record)), 'a record goes to the decoder of its type');
  return new ByteReader(record, 1);
}

/**
 * `texts` lets the series of a log share equal names and values: with eight labels each, a quarter
 * of the time and of the memory (1,130 → 280 bytes a series).
 */
export function decodeSeries(record: Uint8Array, into: SeriesEntry[], texts?: TextCache): void {
  const reader = payloadOf(record, RECORD_SERIES);
  into.length = 0;
  while (reader.remaining > 0) into.push({ ref: reader.u64(), labels: readLabels(reader, texts) });
}

export function encodeSeries(series: readonly SeriesEntry[], out: ByteWriter): void {
  out.u8(RECORD_SERIES);
  for (const { ref, labels } of series) writeLabels(labels, out.u64(ref));
}

export function decodeTombstones(record: Uint8Array, into: TombstoneEntry[]): void {
  const reader = payloadOf(record, RECORD_TOMBSTONES);
  into.length = 0;
  while (reader.remaining > 0) {
    const ref = reader.u64();
    into.push({ ref, minTime: reader.varint(false), maxTime: reader.varint(false) });
  }
}

export function encodeTombstones(tombstones: readonly TombstoneEntry[], out: ByteWriter): void {
  out.u8(RECORD_TOMBSTONES);
  for (const { ref, minTime, maxTime } of tombstones) out.u64(ref).varint(minTime).varint(maxTime);
}

export function decodeExemplars(record: Uint8Array, into: ExemplarEntry[]): void {
  const reader = payloadOf(record, RECORD_EXEMPLARS);
  into.length = 0;
  if (reader.remaining === 0) return;
  const firstRef = reader.u64();
  const firstTime = reader.i64();
  while (reader.remaining > 0) {
    const at = reader.offset;
    const ref = checkRef(firstRef + reader.varint(), at);
    const time = checkTime(firstTime + reader.varint(), at);
    into.push(new ExemplarEntry(ref, time, reader.f64(), readLabels(reader)));
  }
}

export function encodeExemplars(exemplars: readonly ExemplarEntry[], out: ByteWriter): void {
  out.u8(RECORD_EXEMPLARS);
  if (exemplars.length === 0) return;
  const first = exemplars[0];
  out.u64(first.ref).u64(first.time);
  for (const exemplar of exemplars) {
    out
      .varint(exemplar.ref - first.ref)
      .varint(exemplar.time - first.time)
      .f64(exemplar.value);
    writeLabels(exemplar.labels, out);
  }
}

export function decodeMmapMarkers(record: Uint8Array, into: MmapMarker[]): void {
  const reader = payloadOf(record, RECORD_MMAP_MARKERS);
  into.length = 0;
  while (reader.remaining > 0) into.push({ seriesRef: reader.u64(), chunkRef: reader.u64() });
}

export function encodeMmapMarkers(markers: readonly MmapMarker[], out: ByteWriter): void {
  out.u8(RECORD_MMAP_MARKERS);
  for (const { seriesRef, chunkRef } of markers) out.u64(seriesRef).u64(chunkRef);
}

export function decodeMetadata(record: Uint8Array, into: MetadataEntry[]): void {
  const reader = payloadOf(record, RECORD_METADATA);
  into.length = 0;
  while (reader.remaining > 0) {
    const ref = reader.uvarint();
    const type = reader.u8();
    let unit = '';
    let help = '';
    for (let left = reader.count(LABEL_BYTES_MIN, 'fields'); left > 0; left--) {
      const name = reader.string();
      const value = reader.string();
      if (name === FIELD_UNIT) unit = value;
      else if (name === FIELD_HELP) help = value;
    }
    into.push({ ref, type, unit, help });
  }
}

export function encodeMetadata(metadata: readonly MetadataEntry[], out: ByteWriter): void {
  out.u8(RECORD_METADATA);
  for (const { ref, type, unit, help } of metadata) {
    out.uvarint(ref).u8(type).uvarint(2);
    out.string(FIELD_UNIT).string(unit).string(FIELD_HELP).string(help);
  }
}

/** A series ref that was put together from a first one and a difference. */
export function checkRef(ref: number, offset: number): number {
  if (ref >= 0 && ref <= Number.MAX_SAFE_INTEGER) return ref;
  throw new DecodeError(`series ref ${ref} is not between 0 and 2^53`, offset);
}

/** A time in ms that was put together from a first one and a difference. */
export function checkTime(time: number, offset: number): number {
  if (Number.isSafeInteger(time)) return time;
  throw new DecodeError(`time ${time} exceeds ±2^53`, offset);
}

/**
 * Labels as the log has them. Prometheus writes them sorted, without duplicates and empty values,
 * and trusts that when it reads; what is otherwise is put in order here.
 */
function readLabels(reader: ByteReader, texts?: TextCache): Labels {
  const count = reader.count(LABEL_BYTES_MIN, 'labels');
  const pairs: string[] = [];
  let isInOrder = true;
  for (let i = 0; i < count; i++) {
    const name = readText(reader, texts);
    const value = readText(reader, texts);
    if (value === '' || (i > 0 && compareUtf8(pairs[2 * i - 2], name) >= 0)) isInOrder = false;
    pairs.push(name, value);
  }
  if (isInOrder) return Labels.fromSortedPairs(pairs);
  const entries: [string, string][] = [];
  for (let i = 0; i < pairs.length; i += 2) entries.push([pairs[i], pairs[i + 1]]);
  return Labels.from(entries);
}

function readText(reader: ByteReader, texts?: TextCache): string {
  if (texts === undefined) return reader.string();
  const length = reader.uvarint();
  const start = reader.offset;
  reader.skip(length);
  return texts.text(reader.bytes, start, start + length);
}

function writeLabels(labels: Labels, out: ByteWriter): void {
  out.uvarint(labels.size);
  for (let i = 0; i < labels.size; i++) out.string(labels.nameAt(i)).string(labels.valueAt(i));
}
