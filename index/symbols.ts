/**
 * The symbol table: every string of the index once, sorted bytewise. Series refer to them by number
 * (in version 1 by byte offset).
 *
 *     len <4b> | count <4b> | count × (len <uvarint> | bytes) | crc32c <4b>
 *
 * In memory stands the place of every 32nd symbol; a lookup scans at most 32. The texts that were
 * looked up last are kept, so that series share their strings.
 */
import type { ByteSource } from '../disk/byte-source.js';
import { ByteReader } from '../encoding/byte-reader.js';
import { DecodeError } from '../model/errors.js';
import type { Steps } from '../model/steps.js';
import { decodeUtf8 } from '../model/utf8.js';
import { type IndexVersion, SAMPLE_EVERY } from './format.js';
import { type Section, SectionCursor, sectionAt } from './section.js';

/** A power of two. Series come in label order, so few distinct symbols are asked for at a time. */
const CACHE_SLOTS = 1024;
/** Longer texts are not kept, which bounds the cache to half a MiB. */
const CACHED_LENGTH_MAX = 256;
const VARINT_BYTES_MAX = 10;
/** After loading so many others may have a turn; what each costs, in the pacer's units. */
const SYMBOLS_PER_STEP = 4096;
const SYMBOL_UNITS = 10;

export class Symbols {
  readonly count: number;
  private readonly source: ByteSource;
  private readonly section: Section;
  private readonly version: IndexVersion;
  /** Where every 32nd symbol begins, from the section's start; its end is the last. */
  private readonly samples: Uint32Array;
  /** Slot `ref % CACHE_SLOTS`: the ref plus 1, and its text. */
  private readonly cachedRefs = new Uint32Array(CACHE_SLOTS);
  private readonly cachedTexts: string[] = [];

  private constructor(
    source: ByteSource,
    section: Section,
    version: IndexVersion,
    table: { count: number; samples: Uint32Array },
  ) {
    this.source = source;
    this.section = section;
    this.version = version;
    this.count = table.count;
    this.samples = table.samples;
  }

  /** Reads the table at `offset` once, to check it and to sample it. */
  static *load(
    source: ByteSource,
    offset: number,
    limit: number,
    version: IndexVersion,
  ): Steps<Symbols> {
    const section = sectionAt(source, offset, limit);
    const cursor = new SectionCursor(source, section, true);
    const count = cursor.u32();
    if (count > cursor.remaining) {
      throw new DecodeError(`${count} symbols do not fit in ${cursor.remaining} bytes`, offset + 4);
    }
    const samples = new Uint32Array(Math.ceil(count / SAMPLE_EVERY) + 1);
    for (let ref = 0; ref < count; ref++) {
      if (ref % SAMPLE_EVERY === 0) samples[ref / SAMPLE_EVERY] = cursor.offset - section.start;
      cursor.skipText();
      if (ref % SYMBOLS_PER_STEP === 0) yield SYMBOLS_PER_STEP * SYMBOL_UNITS;
    }
    samples[samples.length - 1] = cursor.offset - section.start;
    yield* cursor.finish('the symbol table');
    return new Symbols(source, section, version, { count, samples });
  }

  /** The text that a series entry refers to; invalidates what was peeked from the source. */
  textAt(ref: number): string {
    const slot = ref % CACHE_SLOTS;
    if (this.cachedRefs[slot] === ref + 1) return this.cachedTexts[slot];
    const text = this.version === 1 ? this.textAtOffset(ref) : this.textNumber(ref);
    if (text.length <= CACHED_LENGTH_MAX) {
      this.cachedRefs[slot] = ref + 1;
      this.cachedTexts[slot] = text;
    }
    return text;
  }

  /** All symbols in order. */
  *[Symbol.iterator](): Iterator<string> {
    const cursor = new SectionCursor(this.source, this.section, false);
    cursor.skip(4);
    for (let ref = 0; ref < this.count; ref++) yield cursor.string();
  }

  /** All symbols in order, as bytes, with what series refer to them by. */
  cursor(): SymbolCursor {
    const { source, section, version, count } = this;
    return new SymbolCursor(new SectionCursor(source, section, false), version, count);
  }

  private textNumber(ref: number): string {
    if (ref >= this.count) {
      throw new DecodeError(`symbol ${ref} of ${this.count}`, this.section.start);
    }
    const sample = Math.floor(ref / SAMPLE_EVERY);
    const start = this.samples[sample];
    // Not `peek`: the few bytes would take the place of the series that are read by position.
    const bytes = this.source.read(this.section.start + start, this.samples[sample + 1] - start);
    const reader = new ByteReader(bytes);
    for (let i = ref % SAMPLE_EVERY; i > 0; i--) reader.skip(reader.uvarint());
    return reader.string();
  }

  private textAtOffset(offset: number): string {
    const { start, end } = this.section;
    if (offset < start + 4 || offset >= end) {
      throw new DecodeError(`symbol at ${offset} lies outside the symbol table`, start);
    }
    const reader = new ByteReader(
      this.source.peek(offset, Math.min(VARINT_BYTES_MAX, end - offset)),
    );
    const length = reader.uvarint();
    const textStart = offset + reader.offset;
    if (length > end - textStart) {
      throw new DecodeError(`symbol of ${length} bytes leaves the symbol table`, offset);
    }
    return decodeUtf8(this.source.peek(textStart, length));
  }
}

/** Walks the table: `next()`, then `ref` and `bytes` are those of the symbol. */
export class SymbolCursor {
  ref = -1;
  /** Valid until the next call. */
  bytes: Uint8Array = new Uint8Array(0);
  private readonly cursor: SectionCursor;
  private readonly version: IndexVersion;
  private left: number;

  constructor(cursor: SectionCursor, version: IndexVersion, count: number) {
    this.cursor = cursor;
    this.version = version;
    this.left = count;
    cursor.skip(4);
  }

  /** Moves to the next symbol; false: there is none. */
  next(): boolean {
    if (this.left === 0) return false;
    this.left--;
    this.ref = this.version === 1 ? this.cursor.offset : this.ref + 1;
    this.bytes = this.cursor.text();
    return true;
  }
}
