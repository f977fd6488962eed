/**
 * The series of a log's records (wal/record.ts has the format), as numbers of label pairs: a pair
 * that was met before is recognized by its bytes, and nothing is made of it. Most series of a log
 * have no new pair.
 *
 * A record is checked as a whole before anything is made of it. What is not as it nearly always is
 * — damage, labels that are not in order, long ones — is left to `decodeSeries`.
 */
import { TextCache } from '../encoding/text-cache.js';
import type { LabelPairs } from '../index/label-pairs.js';

const U64_BYTES = 8;
/** What takes one byte is below it. */
const SHORT = 0x80;
/** The upper half of a ref that is a safe integer is below it. */
const HIGH_MAX = 0x20_0000;
const TWO_32 = 0x1_0000_0000;
/** Pairs that are remembered: one takes the place of another with the same hash. */
const PLACES = 1 << 14;

export class LoggedSeries {
  /** Of the series in hand; 0 is none. */
  ref = 0;
  /** Its pairs, made where there were none: `ids[0, count)`. */
  readonly ids = new Uint32Array(SHORT);
  count = 0;
  private readonly pairs: LabelPairs;
  private readonly texts = new TextCache();
  /** By the hash of a pair's bytes: its id + 1. */
  private readonly places = new Int32Array(PLACES);
  private record: Uint8Array = new Uint8Array(0);
  private at = 0;

  constructor(pairs: LabelPairs) {
    this.pairs = pairs;
  }

  /** Takes a record in hand, for `next`; false where `decodeSeries` is to be asked. */
  take(record: Uint8Array): boolean {
    this.record = record;
    this.at = 1;
    return isPlain(record);
  }

  /** Moves to the next series of the record; false at its end. */
  next(): boolean {
    const { record, ids } = this;
    if (this.at === record.length) return false;
    this.ref = u32(record, this.at) * TWO_32 + u32(record, this.at + 4);
    const count = record[this.at + U64_BYTES];
    let at = this.at + U64_BYTES + 1;
    for (let i = 0; i < count; i++) {
      const valueAt = endOfText(record, at);
      const end = endOfText(record, valueAt);
      ids[i] = this.idOf(at, valueAt, end);
      at = end;
    }
    this.count = count;
    this.at = at;
    return true;
  }

  /** The id of the pair that stands at `[at, end)`, its value from `valueAt` on. */
  private idOf(at: number, valueAt: number, end: number): number {
    const { record, pairs, places, texts } = this;
    const nameStart = startOfText(record, at);
    const valueStart = startOfText(record, valueAt);
    const place = hashOf(record, at, end) & (PLACES - 1);
    const known = places[place] - 1;
    if (
      known >= 0 &&
      pairs.isAlive(known) &&
      stands(pairs.nameOf(known), record, nameStart, valueAt) &&
      stands(pairs.valueOf(known), record, valueStart, end)
    ) {
      return known;
    }
    const name = texts.text(record, nameStart, valueAt);
    const id = pairs.intern(name, texts.text(record, valueStart, end));
    places[place] = id + 1;
    return id;
  }
}

/** Whether all series of a record are whole, and their labels in order and not empty. */
function isPlain(record: Uint8Array): boolean {
  const { length } = record;
  let at = 1;
  while (at < length) {
    if (at + U64_BYTES >= length || u32(record, at) >= HIGH_MAX) return false;
    const count = record[at + U64_BYTES];
    if (count >= SHORT) return false;
    at += U64_BYTES + 1;
    let before = at;
    for (let i = 0; i < count; i++) {
      const valueAt = endOfText(record, at);
      if (valueAt >= length) return false;
      const end = endOfText(record, valueAt);
      if (end > length || end === startOfText(record, valueAt)) return false;
      if (i > 0 && !isBefore(record, before, at)) return false;
      before = at;
      at = end;
    }
  }
  return true;
}

/** Where the text begins whose length stands at `at`. */
function startOfText(record: Uint8Array, at: number): number {
  return record[at] < SHORT ? at + 1 : at + 2;
}

/** Where it ends; Infinity where its length takes more than two bytes, or is not there. */
function endOfText(record: Uint8Array, at: number): number {
  const first = record[at];
  if (first < SHORT) return at + 1 + first;
  const second = record[at + 1];
  return second < SHORT ? at + 2 + (first & (SHORT - 1)) + SHORT * second : Infinity;
}

/** Whether the name at `a` comes before that at `b`, bytewise. */
function isBefore(record: Uint8Array, a: number, b: number): boolean {
  const first = startOfText(record, a);
  const second = startOfText(record, b);
  const firstLength = endOfText(record, a) - first;
  const secondLength = endOfText(record, b) - second;
  const length = Math.min(firstLength, secondLength);
  for (let i = 0; i < length; i++) {
    const difference = record[first + i] - record[second + i];
    if (difference !== 0) return difference < 0;
  }
  return firstLength < secondLength;
}

/** Whether a text has the bytes `[from, to)`; false too where they are not all ASCII. */
function stands(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash ^ (hash >>> 15);
}

function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
