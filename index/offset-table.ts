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
import type { Steps } from '../model/steps.js';
import { compareBytes, compareUtf8, decodeUtf8, encodeUtf8 } from '../model/utf8.js';
import { SAMPLE_EVERY } from './format.js';
import { SectionCursor, sectionAt } from './section.js';

/** An entry takes at least so many bytes. */
const ENTRY_BYTES_MIN = 4;
const KEYS_PER_ENTRY = 2;
/** After so many entries, read and looked at, others may have a turn. */
const ENTRIES_PER_STEP = 512;
/** What an entry costs with what its visitor does, in the pacer's units. */
const ENTRY_UNITS = 100;

/** Told a value and the file offset of its postings list; says whether to go on. */
export type ValueVisitor = (value: string, listOffset: number) => boolean;

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
  /** Visits the values of a name that begin with `prefix`, in order. */
  visitValues(name: string, prefix: string, visit: ValueVisitor): Steps<void>;
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
    cursor.finish('the postings offset table');
    return new SortedOffsetTable(source, count, runs);
  }

  valueCount(name: string): number {
    return this.runs.get(name)?.count ?? 0;
  }

  find(name: string, value: string): number | undefined {
    const run = this.runs.get(name);
    if (run === undefined) return undefined;
    const sample = lastSampleUpTo(run, value);
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

  *visitValues(name: string, prefix: string, visit: ValueVisitor): Steps<void> {
    const run = this.runs.get(name);
    if (run === undefined) return;
    const start = run.offsets[Math.max(lastSampleUpTo(run, prefix), 0)];
    const cursor = new SectionCursor(this.source, { start, end: run.end }, false);
    for (let visited = 1; cursor.remaining > 0; visited++) {
      cursor.skip(run.keyBytes);
      const value = cursor.string();
      const listOffset = cursor.uvarint();
      if (value.startsWith(prefix)) {
        if (!visit(value, listOffset)) return;
      } else if (compareUtf8(value, prefix) > 0) return;
      if (visited % ENTRIES_PER_STEP === 0) yield ENTRIES_PER_STEP * ENTRY_UNITS;
    }
  }
}

/** The table of version 1, in any order: held in memory. */
export class UnsortedOffsetTable implements OffsetTable {
  readonly count: number;
  readonly names: readonly string[];
  /** By name and value, both sorted. */
  private readonly offsets: ReadonlyMap<string, ReadonlyMap<string, number>>;

  private constructor(count: number, offsets: ReadonlyMap<string, ReadonlyMap<string, number>>) {
    this.count = count;
    this.offsets = offsets;
    this.names = [...offsets.keys()].sort(compareUtf8);
  }

  /** Reads and checks the table at `offset`. */
  static *load(source: ByteSource, offset: number, limit: number): Steps<UnsortedOffsetTable> {
    const cursor = new SectionCursor(source, sectionAt(source, offset, limit), true);
    const count = readEntryCount(cursor);
    const pairs = new Map<string, [value: string, listOffset: number][]>();
    for (let i = 0; i < count; i++) {
      readKeyCount(cursor);
      const name = cursor.string();
      const values = pairs.get(name) ?? [];
      values.push([cursor.string(), cursor.uvarint()]);
      pairs.set(name, values);
      if (i % ENTRIES_PER_STEP === 0) yield ENTRIES_PER_STEP * ENTRY_UNITS;
    }
    cursor.finish('the postings offset table');
    const offsets = new Map<string, ReadonlyMap<string, number>>();
    for (const [name, values] of pairs) {
      offsets.set(name, new Map(values.sort(([a], [b]) => compareUtf8(a, b))));
    }
    return new UnsortedOffsetTable(count, offsets);
  }

  valueCount(name: string): number {
    return this.offsets.get(name)?.size ?? 0;
  }

  find(name: string, value: string): number | undefined {
    return this.offsets.get(name)?.get(value);
  }

  *visitValues(name: string, prefix: string, visit: ValueVisitor): Steps<void> {
    let visited = 0;
    for (const [value, listOffset] of this.offsets.get(name) ?? []) {
      if (value.startsWith(prefix) && !visit(value, listOffset)) return;
      if (++visited % ENTRIES_PER_STEP === 0) yield ENTRIES_PER_STEP * ENTRY_UNITS;
    }
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

/** The index of the last sample that is not above `value`; -1 where the first already is. */
function lastSampleUpTo(run: Run, value: string): number {
  let low = 0;
  let high = run.values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(run.values[middle], value) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
