/**
 * The index of one block, read in place: which series have which labels, and where their chunks
 * are. Opening reads the header and the table of contents; symbols and offsets are checked and
 * sampled when the first query needs them; every list and every series entry is checked whenever it
 * is read.
 *
 * Ids are those of one index: a series entry's offset divided by 16 (in version 1, its offset).
 * Whatever is damaged is a `CorruptionError` with the file's path and the offset.
 */
import type { ByteSource } from '../disk/byte-source.js';
import type { MergeSlot } from '../kernel/merge-slot.js';
import type { SeriesEntries } from '../kernel/series-entries.js';
import { CorruptionError, DecodeError } from '../model/errors.js';
import type { Interval } from '../model/interval.js';
import { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import { sortSteps } from '../model/sort-steps.js';
import { atOnce, Lazy, type Steps } from '../model/steps.js';
import { compareUtf8 } from '../model/utf8.js';
import {
  ALL_POSTINGS,
  decodeHeader,
  decodeToc,
  HEADER_BYTES,
  type IndexVersion,
  type Toc,
  TOC_BYTES,
} from './format.js';
import { IdSet } from './id-set.js';
import { LabelCache } from './label-cache.js';
import { type OffsetTable, SortedOffsetTable, UnsortedOffsetTable } from './offset-table.js';
import { EMPTY_POSTINGS, merge, type Postings } from './postings.js';
import { PostingsLists } from './postings-lists.js';
import {
  type PostingsIndex,
  selectLabelNames,
  selectLabelValues,
  selectPostings,
  type ValueFilter,
} from './select.js';
import type { Selection } from './selection.js';
import {
  ChunkMetas,
  decodeSeriesChunks,
  decodeSeriesLabels,
  skipSeriesLabels,
} from './series-entry.js';
import { SeriesScan } from './series-scan.js';
import { areSectionsEqual, sectionAt } from './section.js';
import { type IdRange, SeriesSection } from './series-section.js';
import { type SymbolCursor, Symbols } from './symbols.js';

export { ChunkMetas };

/** Fewer series than this part of the lists are looked at themselves instead of the lists. */
const FEW_SERIES = 1 / 8;
/** Up to so many lists are united by cursors, on demand; more at once, in a map of bits. */
const MERGED_LISTS_MAX = 16;
/** What it costs to read things, in the pacer's units; after so many others may have a turn. */
const VALUE_UNITS = 20;
const LIST_UNITS = 20;
const SERIES_UNITS = 200;
const STEP_UNITS = 50_000;

export interface IndexReaderOptions {
  /** Bytes of decoded labels to keep; default 0: none. */
  readonly labelCacheBytes?: number;
  /**
   * The version in the block's meta.json. Prometheus 2.1 wrote blocks with a 2 there, whose index
   * says version 1 and is of version 2 (tsdb/repair.go); with a 2 here it is read as what it is.
   */
  readonly metaVersion?: number;
}

/** Told a label pair and the offset of its postings list. */
export type PostingsVisitor = (name: string, value: string, listOffset: number) => void;

/** Told a value and the offset of its list; returns what that cost, in the pacer's units. */
type ListVisitor = (value: string, listOffset: number) => number;

export class IndexReader implements PostingsIndex {
  readonly version: IndexVersion;
  private readonly source: ByteSource;
  private readonly toc: Toc;
  private readonly section: SeriesSection;
  private readonly lists: PostingsLists;
  private readonly cache: LabelCache;
  private readonly symbolTable: Lazy<Symbols>;
  private readonly offsetTable: Lazy<OffsetTable>;
  /** The symbols of the series in hand. */
  private readonly labelSymbols: number[] = [];

  private constructor(
    source: ByteSource,
    frame: { version: IndexVersion; toc: Toc },
    labelCacheBytes: number,
  ) {
    this.source = source;
    this.version = frame.version;
    this.toc = frame.toc;
    this.section = new SeriesSection(source, frame);
    const { version, toc } = frame;
    const limit = source.size - TOC_BYTES;
    this.lists = new PostingsLists(source, limit);
    this.cache = new LabelCache(labelCacheBytes);
    this.symbolTable = new Lazy(() => Symbols.load(source, toc.symbols, limit, version));
    const table = version === 1 ? UnsortedOffsetTable : SortedOffsetTable;
    this.offsetTable = new Lazy<OffsetTable>(() =>
      table.load(source, toc.postingsOffsetTable, limit),
    );
  }

  /** Reads the header and the table of contents. Takes over `source`, even where it throws. */
  static open(source: ByteSource, options: IndexReaderOptions = {}): IndexReader {
    try {
      const size = source.size;
      if (size < HEADER_BYTES + TOC_BYTES) {
        throw new DecodeError(`an index has ${HEADER_BYTES + TOC_BYTES} bytes, this ${size}`, size);
      }
      const declared = decodeHeader(source.peek(0, HEADER_BYTES));
      const version = declared === 1 && options.metaVersion === 2 ? 2 : declared;
      const toc = readToc(source);
      return new IndexReader(source, { version, toc }, options.labelCacheBytes ?? 0);
    } catch (error) {
      source.close();
      throw CorruptionError.from(source.path, 0, error);
    }
  }

  /** The path of the file. */
  get path(): string {
    return this.source.path;
  }

  /** The size of the file. */
  get sizeBytes(): number {
    return this.source.size;
  }

  get symbolCount(): number {
    return this.guard(() => this.symbolTable.now().count);
  }

  /** How many postings lists there are: one for each label pair, and that of all series. */
  get postingsCount(): number {
    return this.guard(() => this.offsetTable.now().count);
  }

  /** How many bytes of the file are in memory now; null where the source cannot tell. */
  residentBytes(): number | null {
    return this.source.residentBytes();
  }

  /** All symbols, sorted. */
  symbols(): Iterable<string> {
    return this.guard(() => this.symbolTable.now());
  }

  /** All symbols, sorted, with what series refer to them by. */
  symbolCursor(): SymbolCursor {
    return this.guard(() => this.symbolTable.now().cursor());
  }

  /** Idempotent; afterwards all calls throw `ClosedError`. */
  close(): void {
    this.cache.clear();
    this.symbolTable.clear();
    this.offsetTable.clear();
    this.source.close();
  }

  /** The series that match all of `matchers`, in label order. */
  select(matchers: readonly Matcher[]): Selection {
    return atOnce(selectPostings(this, matchers));
  }

  /** All label names, sorted; with matchers those of the matching series. */
  labelNames(matchers: readonly Matcher[] = []): string[] {
    return atOnce(selectLabelNames(this, matchers));
  }

  /** The values of one label, sorted; with matchers those of the matching series. */
  labelValues(name: string, matchers: readonly Matcher[] = []): string[] {
    return atOnce(selectLabelValues(this, name, matchers));
  }

  /** How many values a label has. */
  valueCount(name: string): number {
    return name === ALL_POSTINGS ? 0 : this.guard(() => this.offsetTable.now().valueCount(name));
  }

  allPostings(): Postings {
    return this.guard(() => this.openList(ALL_POSTINGS, ALL_POSTINGS));
  }

  /** The same for who reads the series from front to back and looks for nothing. */
  everySeries(): Steps<Postings> {
    return this.guardSteps(this.findEverySeries());
  }

  postings(name: string, value: string): Postings {
    if (name === ALL_POSTINGS) return EMPTY_POSTINGS;
    return this.guard(() => this.openList(name, value));
  }

  /**
   * Visits every postings list, that of all series (under an empty name) too, by name and value.
   */
  forEachPostings(visit: PostingsVisitor): void {
    this.guard(() => {
      const table = this.offsetTable.now();
      for (const name of table.names) {
        const values = table.values(name, '');
        while (values.next()) visit(name, values.value, values.listOffset);
      }
    });
  }

  /** The list at an offset that `forEachPostings` told. */
  postingsAt(listOffset: number): Postings {
    return this.guard(() => this.lists.open(listOffset));
  }

  postingsWhere(name: string, filter: ValueFilter): Steps<Postings> {
    return this.guardSteps(this.unite(name, filter));
  }

  valuesWhere(name: string, filter: ValueFilter, within: Selection | null): Steps<string[]> {
    return this.guardSteps(this.findValues(name, filter, within));
  }

  namesWithin(within: Selection | null): Steps<string[]> {
    return this.guardSteps(this.findNames(within));
  }

  /** Loads what finding series needs, in steps; whoever needs it earlier loads it at once. */
  loadOffsets(): Steps<unknown> {
    return this.guardSteps(this.offsetTable.get());
  }

  /** Loads what the labels of series need, likewise. */
  loadSymbols(): Steps<unknown> {
    return this.guardSteps(this.symbolTable.get());
  }

  /** Whether the symbols, their numbers included, are those of another index, byte for byte. */
  hasSymbolsOf(other: IndexReader): Steps<boolean> {
    return this.guardSteps(this.compareSymbols(other));
  }

  /**
   * The labels of one series, and its chunks into `chunks` unless that is null. The entry's
   * checksum is checked on every call.
   */
  series(id: number, chunks: ChunkMetas | null): Labels {
    const base = this.section.offsetOf(id);
    const cached = this.cache.get(id);
    const body = this.section.body(base);
    try {
      if (cached === undefined) decodeSeriesLabels(body, this.labelSymbols);
      else skipSeriesLabels(body);
      if (chunks !== null) decodeSeriesChunks(body, chunks);
    } catch (error) {
      throw CorruptionError.from(this.path, base, error);
    }
    return cached ?? this.labelsOfSymbols(id, this.labelSymbols);
  }

  /**
   * What the labels of one series refer to, name and value in turn, into `symbols`, and its chunks
   * into `chunks`; for those who know the symbols by `symbolCursor`, or ask for the labels later.
   */
  seriesSymbols(id: number, symbols: number[], chunks: ChunkMetas): void {
    this.section.read(id, symbols, chunks);
  }

  /** Whether the entries of two series, ids ascending, are worth reading at once. */
  areNear(id: number, next: number): boolean {
    return this.section.areNear(id, next);
  }

  /**
   * The same of several series that lie near each other, whose ids ascend, and of their chunks
   * those that meet `range`. Returns of how many of them: of one at least.
   */
  readSome(ids: ArrayLike<number>, which: IdRange, range: Interval, into: SeriesEntries): number {
    return this.section.readSome(ids, which, range, into);
  }

  /** Reads series from front to back by the kernel, where they fit into the slot. */
  scan(slot: MergeSlot): SeriesScan {
    return new SeriesScan(this.section, slot);
  }

  /** The labels of a series whose symbols were read. */
  labelsOf(id: number, symbols: ArrayLike<number>): Labels {
    return this.cache.get(id) ?? this.labelsOfSymbols(id, symbols);
  }

  private emptyIdSet(): IdSet {
    const { start, end, idUnit } = this.section;
    return new IdSet(Math.floor(start / idUnit), Math.floor(end / idUnit));
  }

  private openList(name: string, value: string): Postings {
    const offset = this.offsetTable.now().find(name, value);
    return offset === undefined ? EMPTY_POSTINGS : this.lists.open(offset);
  }

  private *compareSymbols(other: IndexReader): Steps<boolean> {
    if (this.version === 1 || other.version === 1) return false;
    const { source, toc } = this;
    return yield* areSectionsEqual(
      { source, ...sectionAt(source, toc.symbols, source.size - TOC_BYTES) },
      {
        source: other.source,
        ...sectionAt(other.source, other.toc.symbols, other.source.size - TOC_BYTES),
      },
    );
  }

  private *findEverySeries(): Steps<Postings> {
    const { source, toc } = this;
    if (this.version === 1) yield* this.offsetTable.get();
    if (this.version === 1) return this.allPostings();
    const limit = source.size - TOC_BYTES;
    const offset = yield* SortedOffsetTable.findFirst(source, toc.postingsOffsetTable, limit);
    return offset === undefined ? EMPTY_POSTINGS : this.lists.open(offset);
  }

  private *visitAccepted(
    name: string,
    { prefix, accepts, unitsPerChar }: ValueFilter,
    visit: ListVisitor,
  ): Steps<void> {
    if (name === ALL_POSTINGS) return;
    const values = (yield* this.offsetTable.get()).values(name, prefix);
    let units = 0;
    while (values.next()) {
      const { value, listOffset } = values;
      units += VALUE_UNITS;
      if (accepts !== null) units += unitsPerChar * value.length;
      if (accepts === null || accepts(value)) units += visit(value, listOffset);
      if (units < STEP_UNITS) continue;
      yield units;
      units = 0;
    }
  }

  private *unite(name: string, filter: ValueFilter): Steps<Postings> {
    const offsets: number[] = [];
    yield* this.visitAccepted(name, filter, (_value, offset) => {
      offsets.push(offset);
      return 0;
    });
    if (offsets.length <= MERGED_LISTS_MAX) {
      return merge(offsets.map((offset) => this.lists.open(offset)));
    }
    const ids = this.emptyIdSet();
    let units = 0;
    for (const offset of offsets) {
      this.lists.addTo(ids, offset);
      units += LIST_UNITS + this.lists.count;
      if (units < STEP_UNITS) continue;
      yield units;
      units = 0;
    }
    return ids.postings();
  }

  private *findValues(
    name: string,
    filter: ValueFilter,
    within: Selection | null,
  ): Steps<string[]> {
    const values: string[] = [];
    if (within === null) {
      yield* this.visitAccepted(name, filter, (value) => {
        values.push(value);
        return 0;
      });
      return values;
    }
    yield* this.offsetTable.get();
    const ids = yield* this.emptyIdSet().addAll(within);
    if (ids.count < FEW_SERIES * this.valueCount(name)) {
      return yield* this.valuesOfSeries(ids, name, filter);
    }
    yield* this.visitAccepted(name, filter, (value, offset) => {
      if (this.lists.meets(ids, offset)) values.push(value);
      return LIST_UNITS + this.lists.count;
    });
    return values;
  }

  private *findNames(within: Selection | null): Steps<string[]> {
    const { names, count } = yield* this.offsetTable.get();
    const all = names.filter((name) => name !== ALL_POSTINGS);
    if (within === null) return all;
    const ids = yield* this.emptyIdSet().addAll(within);
    if (ids.count < FEW_SERIES * count) return yield* this.namesOfSeries(ids);
    const found: string[] = [];
    for (const name of all) if (yield* this.someSeriesHas(ids, name)) found.push(name);
    return found;
  }

  /** Looks at each of few series where there are many values. */
  private *valuesOfSeries(
    ids: IdSet,
    name: string,
    { prefix, accepts, unitsPerChar }: ValueFilter,
  ): Steps<string[]> {
    const seen = new Set<string>();
    const accepted: string[] = [];
    yield* this.visitLabels(ids, (labels) => {
      const value = labels.get(name);
      const { size } = seen;
      if (value !== '' && value.startsWith(prefix)) seen.add(value);
      if (seen.size === size) return 0;
      if (accepts === null || accepts(value)) accepted.push(value);
      return accepts === null ? 0 : unitsPerChar * value.length;
    });
    return yield* sortSteps(accepted, compareUtf8);
  }

  private *namesOfSeries(ids: IdSet): Steps<string[]> {
    const names = new Set<string>();
    yield* this.visitLabels(ids, (labels) => {
      for (const [name] of labels) names.add(name);
      return 0;
    });
    return yield* sortSteps([...names], compareUtf8);
  }

  /** Visits the labels of series; `visit` returns what that cost. */
  private *visitLabels(ids: IdSet, visit: (labels: Labels) => number): Steps<void> {
    if (ids.count > 0) yield* this.symbolTable.get();
    let units = 0;
    for (const postings = ids.postings(); postings.next();) {
      units += SERIES_UNITS + visit(this.series(postings.at, null));
      if (units < STEP_UNITS) continue;
      yield units;
      units = 0;
    }
  }

  /** Whether one of the lists of `name` meets `ids`: mostly the first one does. */
  private *someSeriesHas(ids: IdSet, name: string): Steps<boolean> {
    const values = (yield* this.offsetTable.get()).values(name, '');
    let units = 0;
    while (values.next()) {
      if (this.lists.meets(ids, values.listOffset)) return true;
      units += VALUE_UNITS + LIST_UNITS + this.lists.count;
      if (units < STEP_UNITS) continue;
      yield units;
      units = 0;
    }
    return false;
  }

  /** The labels that `symbols` stand for; kept in the cache. */
  private labelsOfSymbols(id: number, symbols: ArrayLike<number>): Labels {
    const pairs = this.guard(() => {
      const symbolTable = this.symbolTable.now();
      const texts: string[] = [];
      for (let i = 0; i < symbols.length; i++) texts.push(symbolTable.textAt(symbols[i]));
      return texts;
    });
    const labels = Labels.fromSortedPairs(pairs);
    this.cache.offer(id, labels);
    return labels;
  }

  /** The same for work in steps. */
  private *guardSteps<T>(steps: Steps<T>): Steps<T> {
    try {
      return yield* steps;
    } catch (error) {
      throw CorruptionError.from(this.path, 0, error);
    }
  }

  /** Names the file in what a decoder throws. */
  private guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw CorruptionError.from(this.path, 0, error);
    }
  }
}

function readToc(source: ByteSource): Toc {
  const offset = source.size - TOC_BYTES;
  try {
    return decodeToc(source.peek(offset, TOC_BYTES), source.size);
  } catch (error) {
    throw CorruptionError.from(source.path, offset, error);
  }
}
