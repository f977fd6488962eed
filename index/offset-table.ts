/**
 * The postings offset table: for every label pair of the block, where its postings list stands.
 *
 *     len <4b> | count <4b> | count × entry | crc32c <4b>
 *     entry   2 <uvarint> | name <string> | value <string> | offset of the list <uvarint>
 *
 * Sorted by name and value from version 2 on; the first entry is that of all series, under an empty
 * name and value. In memory stand, for every name, the place of its first and of every 32nd
 * value; a lookup scans at most 32 entries.
 */
import type { ByteSource } from '../disk/byte-source.js';
import { DecodeError } from '../model/errors.js';
import { sortSteps } from '../model/sort-steps.js';
import type { Steps } from '../model/steps.js';
import { compareBytes, compareUtf8, decodeUtf8, encodeUtf8 } from '../model/utf8.js';
import { SAMPLE_EVERY } from './format.js';
import { SectionCursor, sectionAt } from './section.js';

/** An entry takes at least so many bytes. */
const ENTRY_BYTES_MIN = 4;
const KEYS_PER_ENTRY = 2;
/** After so many entries, read and looked at, others may have a turn. */
const ENTRIES_PER_STEP = 512;
/** What reading one costs, in the pacer's units. */
const ENTRY_UNITS = 40;

/** Walks the values of a name, in order: the fields are valid after `next()` returned true. */
export interface ValueCursor {
  readonly value: string;
  /** Where in the file its postings list begins. */
  readonly listOffset: number;
  next(): boolean;
}

const NO_VALUES: ValueCursor = { value: '', listOffset: 0, next: () => false };

/** Where the postings lists of an index are, of whatever version. */
export interface OffsetTable {
  /** How many lists there are. */
  readonly count: number;
  /** The label names, sorted, the empty name of all series among them. */
  readonly names: readonly string[];
  /** How many values a name has. */
  valueCount(name: string): number;
  /** The file offset of a pair's list; undefined: no series has the pair. */
  find(name: string, value: string): number | undefined;
  /** The values of a name that begin with `prefix`. */
  values(name: string, prefix: string): ValueCursor;
}

/** The entries of one name. */
interface Run {
  /** How many bytes the key count and the name take in each entry. */
  readonly keyBytes: number;
  /** The first value and every 32nd behind it, and where their entries begin. */
  readonly values: string[];
  readonly offsets: number[];
  count: number;
  /** Where the last entry ends. */
  end: number;
}

/** The table of versions 2 and 3: sorted, so that it can stay where it is. */
export class SortedOffsetTable implements OffsetTable {
  readonly count: number;
  readonly names: readonly string[];
  private readonly source: ByteSource;
  private readonly runs: ReadonlyMap<string, Run>;

  private constructor(source: ByteSource, count: number, runs: ReadonlyMap<string, Run>) {
    this.source = source;
    this.count = count;
    this.runs = runs;
    this.names = [...runs.keys()].sort(compareUtf8);
  }

  /** Reads the table at `offset` once, to check it and to sample it. */
  static *load(source: ByteSource, offset: number, limit: number): Steps<SortedOffsetTable> {
    const cursor = new SectionCursor(source, sectionAt(source, offset, limit), true);
    const count = readEntryCount(cursor);
    const runs = new Map<string, Run>();
    let nameBytes: Uint8Array = new Uint8Array(0);
    let run: Run | undefined;
    for (let i = 0; i < count; i++) {
      const at = cursor.offset;
      readKeyCount(cursor);
      const name = cursor.text();
      if (run === undefined || compareBytes(name, nameBytes) !== 0) {
        nameBytes = name.slice();
        run = startRun(runs, nameBytes, { at, keyBytes: cursor.offset - at });
      }
      if (run.count % SAMPLE_EVERY === 0) addSample(run, cursor.string(), at);
      else cursor.skipText();
      cursor.uvarint();
      run.count++;
      run.end = cursor.offset;
      if (i % ENTRIES_PER_STEP === 0) yield ENTRIES_PER_STEP * ENTRY_UNITS;
    }
    yield* cursor.finish('the postings offset table');
    return new SortedOffsetTable(source, count, runs);
  }

  /**
   * Where the list of all series begins, for who wants no other: the table is checked, but not
   * walked. Undefined where there are no lists.
   */
  static *findFirst(source: ByteSource, offset: number, limit: number): Steps<number | undefined> {
    const cursor = new SectionCursor(source, sectionAt(source, offset, limit), true);
    let first: number | undefined;
    if (readEntryCount(cursor) > 0) {
      const at = cursor.offset;
      readKeyCount(cursor);
      if (cursor.string() !== '' || cursor.string() !== '') {
        throw new DecodeError('the first postings list is not that of all series', at);
      }
      first = cursor.uvarint();
    }
    yield* cursor.finish('the postings offset table');
    return first;
  }

  valueCount(name: string): number {
    return this.runs.get(name)?.count ?? 0;
  }

  find(name: string, value: string): number | undefined {
    const run = this.runs.get(name);
    if (run === undefined) return undefined;
    const sample = lastUpTo(run.values, value);
    if (sample < 0) return undefined;
    const wanted = encodeUtf8(value);
    const start = run.offsets[sample];
    const end = sample + 1 < run.offsets.length ? run.offsets[sample + 1] : run.end;
    const cursor = new SectionCursor(this.source, { start, end }, false);
    while (cursor.remaining > 0) {
      cursor.skip(run.keyBytes);
      const order = compareBytes(cursor.text(), wanted);
      const listOffset = cursor.uvarint();
      if (order === 0) return listOffset;
      if (order > 0) return undefined;
    }
    return undefined;
  }

  values(name: string, prefix: string): ValueCursor {
    const run = this.runs.get(name);
    if (run === undefined) return NO_VALUES;
    const start = run.offsets[Math.max(lastUpTo(run.values, prefix), 0)];
    const cursor = new SectionCursor(this.source, { start, end: run.end }, false);
    return new RunValues(cursor, run.keyBytes, prefix);
  }
}

class RunValues implements ValueCursor {
  value = '';
  listOffset = 0;
  private readonly cursor: SectionCursor;
  private readonly keyBytes: number;
  private readonly prefix: string;

  constructor(cursor: SectionCursor, keyBytes: number, prefix: string) {
    this.cursor = cursor;
    this.keyBytes = keyBytes;
    this.prefix = prefix;
  }

  next(): boolean {
    const { cursor, keyBytes, prefix } = this;
    // What comes before the prefix is less than what lies between two samples.
    while (cursor.remaining > 0) {
      cursor.skip(keyBytes);
      this.value = cursor.string();
      this.listOffset = cursor.uvarint();
      if (this.value.startsWith(prefix)) return true;
      if (compareUtf8(this.value, prefix) > 0) return false;
    }
    return false;
  }
}

/** The entries of one name in the table of version 1, sorted by value. */
interface Column {
  readonly values: string[];
  readonly offsets: number[];
}

/** The table of version 1, in any order: held in memory. */
export class UnsortedOffsetTable implements OffsetTable {
  readonly count: number;
  readonly names: readonly string[];
  private readonly columns: ReadonlyMap<string, Column>;

  private constructor(count: number, columns: ReadonlyMap<string, Column>) {
    this.count = count;
    this.columns = columns;
    this.names = [...columns.keys()].sort(compareUtf8);
  }

  /** Reads and checks the table at `offset`. */
  static *load(source: ByteSource, offset: number, limit: number): Steps<UnsortedOffsetTable> {
    const cursor = new SectionCursor(source, sectionAt(source, offset, limit), true);
    const count = readEntryCount(cursor);
    const byName = new Map<string, UnsortedEntry[]>();
    for (let i = 0; i < count; i++) {
      readKeyCount(cursor);
      const name = cursor.string();
      let entries = byName.get(name);
      if (entries === undefined) byName.set(name, (entries = []));
      entries.push({ value: cursor.string(), listOffset: cursor.uvarint() });
      if (i % ENTRIES_PER_STEP === 0) yield ENTRIES_PER_STEP * ENTRY_UNITS;
    }
    yield* cursor.finish('the postings offset table');
    const columns = new Map<string, Column>();
    for (const [name, entries] of byName) columns.set(name, yield* columnOf(entries));
    return new UnsortedOffsetTable(count, columns);
  }

  valueCount(name: string): number {
    return this.columns.get(name)?.values.length ?? 0;
  }

  find(name: string, value: string): number | undefined {
    const column = this.columns.get(name);
    if (column === undefined) return undefined;
    const at = lastUpTo(column.values, value);
    return column.values[at] === value ? column.offsets[at] : undefined;
  }

  values(name: string, prefix: string): ValueCursor {
    const column = this.columns.get(name);
    return column === undefined ? NO_VALUES : new ColumnValues(column, prefix);
  }
}

interface UnsortedEntry {
  readonly value: string;
  readonly listOffset: number;
}

/** Of a value that is there more than once, the last one counts. */
function* columnOf(entries: readonly UnsortedEntry[]): Steps<Column> {
  const column: Column = { values: [], offsets: [] };
  const sorted = yield* sortSteps(entries, (a, b) => compareUtf8(a.value, b.value));
  for (let i = 0; i < sorted.length; i++) {
    const { value, listOffset } = sorted[i];
    if (sorted[i + 1]?.value === value) continue;
    column.values.push(value);
    column.offsets.push(listOffset);
    if (i % ENTRIES_PER_STEP === 0) yield ENTRIES_PER_STEP;
  }
  return column;
}

class ColumnValues implements ValueCursor {
  value = '';
  listOffset = 0;
  private readonly column: Column;
  private readonly prefix: string;
  private at: number;

  constructor(column: Column, prefix: string) {
    this.column = column;
    this.prefix = prefix;
    this.at = Math.max(lastUpTo(column.values, prefix), 0);
    if (this.at < column.values.length && compareUtf8(column.values[this.at], prefix) < 0)
      this.at++;
  }

  next(): boolean {
    const { values, offsets } = this.column;
    if (this.at >= values.length || !values[this.at].startsWith(this.prefix)) return false;
    this.value = values[this.at];
    this.listOffset = offsets[this.at++];
    return true;
  }
}

function readEntryCount(cursor: SectionCursor): number {
  const at = cursor.offset;
  const count = cursor.u32();
  if (count * ENTRY_BYTES_MIN > cursor.remaining) {
    throw new DecodeError(`${count} entries do not fit in ${cursor.remaining} bytes`, at);
  }
  return count;
}

function readKeyCount(cursor: SectionCursor): void {
  const at = cursor.offset;
  const keys = cursor.uvarint();
  if (keys !== KEYS_PER_ENTRY) {
    throw new DecodeError(`postings offset entry has ${keys} keys, not ${KEYS_PER_ENTRY}`, at);
  }
}

function startRun(
  runs: Map<string, Run>,
  nameBytes: Uint8Array,
  { at, keyBytes }: { at: number; keyBytes: number },
): Run {
  const name = decodeUtf8(nameBytes);
  if (runs.has(name)) {
    throw new DecodeError(`values of the label ${JSON.stringify(name)} are not together`, at);
  }
  const run: Run = { keyBytes, values: [], offsets: [], count: 0, end: at };
  runs.set(name, run);
  return run;
}

function addSample(run: Run, value: string, at: number): void {
  const previous = run.values.at(-1);
  if (previous !== undefined && compareUtf8(previous, value) >= 0) {
    throw new DecodeError(`value ${JSON.stringify(value)} is out of order`, at);
  }
  run.values.push(value);
  run.offsets.push(at);
}

/** The index of the last of sorted `values` that is not above `value`; -1 where the first is. */
function lastUpTo(values: readonly string[], value: string): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(values[middle], value) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
