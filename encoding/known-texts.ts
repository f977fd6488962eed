/**
 * Byte strings that come again and again at the start of lines, each with a number that was found
 * out for it once: in a metrics file, the text of a series and the series that it means.
 *
 * Made for input that repeats itself: a text is first looked for where it is likely (the one that
 * followed last time, the same one again), then by hash. Bounded: when the texts fill
 * `TEXT_BYTES_MAX`, no more are remembered.
 */
import { assert } from '../model/assert.js';

/** What all remembered texts may hold together. */
const TEXT_BYTES_MAX = 256 * 1024 * 1024;
const INITIAL_TEXTS = 1024;
const INITIAL_BYTES = 64 * 1024;

const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

const HASH_SEED = 0x811c9dc5;
const HASH_PRIME = 0x01000193;

export class KnownTexts {
  /** How many texts there are; they are numbered from 0. */
  count = 0;
  private bytes = new Uint8Array(INITIAL_BYTES);
  private starts = new Uint32Array(INITIAL_TEXTS + 1);
  private kinds = new Uint8Array(INITIAL_TEXTS);
  private values = new Uint32Array(INITIAL_TEXTS);
  private hashes = new Int32Array(INITIAL_TEXTS);
  /** By text: the one that came after it last time. */
  private followers = new Uint32Array(INITIAL_TEXTS);
  /** By hash: the text's number plus one, 0 where there is none. */
  private slots = new Uint32Array(4 * INITIAL_TEXTS);
  private last = 0;
  private readonly bytesMax: number;

  constructor(bytesMax = TEXT_BYTES_MAX) {
    this.bytesMax = bytesMax;
  }

  /**
   * The number of the text of this kind that stands at `at` with a space behind it, -1 if it is not
   * known. Nothing at or behind `end` is looked at.
   */
  find(bytes: Uint8Array, at: number, end: number, kind: number): number {
    if (this.count === 0) return -1;
    let found = this.followers[this.last];
    if (!this.standsAt(found, bytes, at, end, kind)) {
      found = this.last;
      if (!this.standsAt(found, bytes, at, end, kind))
        found = this.findByHash(bytes, at, end, kind);
    }
    if (found < 0) return -1;
    this.followers[this.last] = found;
    this.last = found;
    return found;
  }

  lengthOf(text: number): number {
    return this.starts[text + 1] - this.starts[text];
  }

  valueOf(text: number): number {
    return this.values[text];
  }

  /** Remembers `bytes[start, end)`, which is not known yet, with its number, 0 to 2^32 - 1. */
  add(bytes: Uint8Array, start: number, end: number, kind: number, value: number): void {
    const from = this.starts[this.count];
    const to = from + end - start;
    if (to > this.bytesMax) return;
    assert(end > start, 'a known text is not empty');
    this.grow(to);
    for (let i = start, to = from; i < end; i++, to++) this.bytes[to] = bytes[i];
    const text = this.count++;
    this.starts[text + 1] = to;
    this.kinds[text] = kind;
    this.values[text] = value;
    this.hashes[text] = hashOf(bytes, start, end, kind);
    this.followers[text] = text;
    this.followers[this.last] = text;
    this.last = text;
    this.insert(text);
  }

  private findByHash(bytes: Uint8Array, at: number, end: number, kind: number): number {
    const length = seriesLength(bytes, at, end);
    if (length === 0) return -1;
    const hash = hashOf(bytes, at, at + length, kind);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const text = this.slots[slot] - 1;
      if (this.hashes[text] === hash && this.standsAt(text, bytes, at, end, kind)) return text;
    }
    return -1;
  }

  private standsAt(
    text: number,
    bytes: Uint8Array,
    at: number,
    end: number,
    kind: number,
  ): boolean {
    const start = this.starts[text];
    const length = this.starts[text + 1] - start;
    if (at + length >= end || bytes[at + length] !== SPACE || this.kinds[text] !== kind) {
      return false;
    }
    // From the back: neighbours in a file differ in their last label more often than in their name.
    const known = this.bytes;
    for (let i = length - 1; i >= 0; i--) if (known[start + i] !== bytes[at + i]) return false;
    return true;
  }

  private insert(text: number): void {
    if (2 * this.count > this.slots.length) {
      this.slots = new Uint32Array(2 * this.slots.length);
      for (let other = 0; other < text; other++) this.occupy(other);
    }
    this.occupy(text);
  }

  private occupy(text: number): void {
    const mask = this.slots.length - 1;
    let slot = this.hashes[text] & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = text + 1;
  }

  /** Makes room for one more text, the last of whose bytes comes before `bytes`. */
  private grow(bytes: number): void {
    if (bytes > this.bytes.length) {
      const larger = new Uint8Array(Math.max(bytes, 2 * this.bytes.length));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    if (this.count < this.kinds.length) return;
    const capacity = 2 * this.kinds.length;
    const starts = new Uint32Array(capacity + 1);
    const kinds = new Uint8Array(capacity);
    const values = new Uint32Array(capacity);
    const hashes = new Int32Array(capacity);
    const followers = new Uint32Array(capacity);
    starts.set(this.starts);
    kinds.set(this.kinds);
    values.set(this.values);
    hashes.set(this.hashes);
    followers.set(this.followers);
    this.starts = starts;
    this.kinds = kinds;
    this.values = values;
    this.hashes = hashes;
    this.followers = followers;
  }
}

/** The length of the series that seems to stand at `at`, its closing brace included; 0: none. */
function seriesLength(bytes: Uint8Array, at: number, end: number): number {
  let isQuoted = false;
  let isInBraces = false;
  for (let i = at; i < end; i++) {
    const byte = bytes[i];
    if (isQuoted) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) isQuoted = false;
    } else if (byte === QUOTE) isQuoted = true;
    else if (byte === OPEN) isInBraces = true;
    else if (byte === CLOSE) return i + 1 - at;
    else if (byte === SPACE || byte === NEWLINE) return isInBraces ? 0 : i - at;
  }
  return 0;
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, start: number, end: number, kind: number): number {
  let hash = HASH_SEED ^ kind;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], HASH_PRIME);
  return hash ^ (hash >>> 15);
}
