/**
 * Remote write's request, read by hand: at thousands of requests a minute the same label sets come
 * again and again, so the bytes of a label set are looked up and not decoded. Accepts and refuses
 * what the generated code does (the oracle in test/api/write-request.test.ts).
 *
 *     WriteRequest  (1: TimeSeries | 3: metadata)*
 *     TimeSeries    (1: Label | 2: Sample | 3: exemplar | 4: histogram)*
 *     Sample        1: value <f64, little-endian> | 2: time <int64>
 *
 * Fields may come in any order and unknown ones are passed over, as protobuf has it.
 */
import { DecodeError } from '../model/errors.js';
import { Labels, METRIC_NAME } from '../model/labels.js';
import { decodeUtf8, isValidUtf8 } from '../model/utf8.js';
import { decodeMessage, TimeSeries } from './remote-messages.js';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const GROUP = 3;
const GROUP_END = 4;
const FIXED32 = 5;
/** How deep groups may nest. */
const DEPTH_MAX = 100;

/** Times of one series in a row; more are split. */
const SAMPLES_INITIAL = 64;
/** Label sets that are remembered; twice as many live between two generations. */
const SERIES_MAX = 250_000;
const TWO_32 = 0x1_0000_0000;
/** Bytes of labels up to which looking them up beats decoding them. */
const KEY_BYTES_MAX = 8192;

/** A label set, or why it is none: Prometheus leaves such series out. */
export type SeriesLabels = Labels | 'invalid';

/** One series of a request at a time; valid until the next `next()`. */
export class WriteRequestReader {
  labels: SeriesLabels = Labels.EMPTY;
  /** How many of `times` and `values` count. */
  sampleCount = 0;
  times = new Float64Array(SAMPLES_INITIAL);
  values = new Float64Array(SAMPLES_INITIAL);
  /** Of the request so far. */
  exemplarCount = 0;
  histogramCount = 0;

  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly known: KnownLabels;
  private at = 0;
  private end: number;

  constructor(bytes: Uint8Array, known: KnownLabels) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.known = known;
    this.end = bytes.length;
  }

  /** Reads the next series; false at the end. Throws a `DecodeError` for what is no message. */
  next(): boolean {
    while (this.at < this.end) {
      const tag = this.tag();
      if (tag === ((1 << 3) | BYTES)) {
        this.readSeries();
        return true;
      }
      this.skip(tag);
    }
    return false;
  }

  private readSeries(): void {
    const outer = this.enter();
    this.sampleCount = 0;
    let labelsFrom = -1;
    let labelsTo = -1;
    let isScattered = false;
    while (this.at < this.end) {
      const from = this.at;
      const tag = this.tag();
      if (tag === ((1 << 3) | BYTES)) {
        this.skipValue(BYTES);
        if (labelsFrom < 0) labelsFrom = from;
        else if (labelsTo !== from) isScattered = true;
        labelsTo = this.at;
      } else if (tag === ((2 << 3) | BYTES)) {
        this.readSample();
      } else {
        if (tag === ((3 << 3) | BYTES)) this.exemplarCount++;
        if (tag === ((4 << 3) | BYTES)) this.histogramCount++;
        this.skip(tag);
      }
    }
    // Labels with other fields between them are nobody's way of writing: they are decoded together.
    this.labels = isScattered
      ? decodeLabels(this.bytes, labelsFrom, this.end)
      : this.known.labels(this.bytes, Math.max(labelsFrom, 0), Math.max(labelsTo, 0));
    this.end = outer;
  }

  private readSample(): void {
    const outer = this.enter();
    const row = this.sampleCount;
    if (row === this.times.length) this.grow();
    this.times[row] = 0;
    this.values[row] = 0;
    while (this.at < this.end) {
      const tag = this.tag();
      if (tag === ((1 << 3) | FIXED64)) {
        if (this.at + 8 > this.end) throw truncated(this.at);
        this.values[row] = this.view.getFloat64(this.at, true);
        this.at += 8;
      } else if (tag === ((2 << 3) | VARINT)) {
        this.times[row] = this.int64();
      } else {
        this.skip(tag);
      }
    }
    this.sampleCount = row + 1;
    this.end = outer;
  }

  /** Steps into a message of known length; returns where the outer one ends. */
  private enter(): number {
    const length = this.length();
    const outer = this.end;
    this.end = this.at + length;
    return outer;
  }

  private grow(): void {
    const times = new Float64Array(2 * this.times.length);
    const values = new Float64Array(2 * this.values.length);
    times.set(this.times);
    values.set(this.values);
    this.times = times;
    this.values = values;
  }

  private tag(): number {
    const at = this.at;
    const tag = this.uint32();
    if (tag >>> 3 === 0) throw new DecodeError('protobuf: illegal field number 0', at);
    return tag;
  }

  private length(): number {
    const at = this.at;
    const length = this.uint32();
    if (length > this.end - this.at) throw truncated(at);
    return length;
  }

  private uint32(): number {
    const at = this.at;
    // Fast path: tags and nearly all lengths.
    if (at < this.end && this.bytes[at] < 0x80) return this.bytes[this.at++];
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw truncated(at);
      const byte = this.bytes[this.at++];
      if (shift < 32) value |= (byte & 0x7f) << shift;
      else if (shift < 63 && (byte & 0x7f) !== 0) {
        throw new DecodeError('protobuf: number exceeds 32 bits', at);
      }
      if (byte < 0x80) return value >>> 0;
    }
    throw new DecodeError('protobuf: varint is longer than 10 bytes', at);
  }

  /** Rounded beyond ±2^53: no sample has such a time, and whoever appends it hears so. */
  private int64(): number {
    const at = this.at;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw truncated(at);
      const byte = this.bytes[this.at++];
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else if (shift === 28) {
        low |= (byte & 0x0f) << 28;
        high |= (byte & 0x7f) >> 4;
      } else high |= (byte & 0x7f) << (shift - 32);
      if (byte < 0x80) return high * TWO_32 + (low >>> 0);
    }
    throw new DecodeError('protobuf: varint is longer than 10 bytes', at);
  }

  /** Passes over a field whose tag was read. */
  private skip(tag: number): void {
    const type = tag & 7;
    if (type === GROUP) this.skipGroup(tag >>> 3);
    else this.skipValue(type);
  }

  private skipValue(type: number): void {
    const at = this.at;
    let size = 0;
    if (type === BYTES) size = this.length();
    else if (type === VARINT) this.int64();
    else if (type === FIXED64) size = 8;
    else if (type === FIXED32) size = 4;
    else throw new DecodeError(`protobuf: wire type ${type} is not supported`, at);
    if (size > this.end - this.at) throw truncated(at);
    this.at += size;
  }

  /** Groups are long out of use, but may still stand in a field that we do not know. */
  private skipGroup(field: number): void {
    const open = [field];
    while (open.length > 0) {
      const at = this.at;
      const tag = this.tag();
      if ((tag & 7) === GROUP) {
        if (open.length === DEPTH_MAX) {
          throw new DecodeError(`protobuf: groups nest deeper than ${DEPTH_MAX}`, at);
        }
        open.push(tag >>> 3);
      } else if ((tag & 7) !== GROUP_END) {
        this.skipValue(tag & 7);
      } else if (open.pop() !== tag >>> 3) {
        throw new DecodeError('protobuf: a group ends that did not begin', at);
      }
    }
  }
}

/**
 * Label sets by the bytes that spell them. Two generations: when the young one is full, it becomes
 * the old one, and what is asked for from there is young again.
 */
export class KnownLabels {
  private young = new Map<string, SeriesLabels>();
  private old = new Map<string, SeriesLabels>();
  private readonly seriesMax: number;

  constructor(seriesMax = SERIES_MAX) {
    this.seriesMax = seriesMax;
  }

  /** The labels of `bytes[start, end)`: fields of Label messages, one behind the other. */
  labels(bytes: Uint8Array, start: number, end: number): SeriesLabels {
    if (end - start > KEY_BYTES_MAX) return decodeLabels(bytes, start, end);
    const key = latin1(bytes, start, end);
    const young = this.young.get(key);
    if (young !== undefined) return young;
    const labels = this.old.get(key) ?? decodeLabels(bytes, start, end);
    if (this.young.size >= this.seriesMax) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, labels);
    return labels;
  }
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/**
 * Slow path: a label set that was not seen before. The range is a TimeSeries message by itself;
 * other fields than labels in it are passed over.
 */
function decodeLabels(bytes: Uint8Array, start: number, end: number): SeriesLabels {
  const { labels } = decodeMessage(TimeSeries, bytes.subarray(start, end));
  const byName = new Map<string, string>();
  for (const label of labels) {
    const name = decodeUtf8(label.name);
    const value = decodeUtf8(label.value);
    const isValid = name !== '' && isValidUtf8(name) && isValidUtf8(value);
    if (!isValid || byName.has(name)) return 'invalid';
    byName.set(name, value);
  }
  if ((byName.get(METRIC_NAME) ?? '') === '') return 'invalid';
  return Labels.from(byName);
}

function truncated(at: number): DecodeError {
  return new DecodeError('protobuf: message is cut off', at);
}
