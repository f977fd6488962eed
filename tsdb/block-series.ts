/**
 * The series of one block that match: a cursor over them, which reads the index entries of those
 * that lie near each other at once, and one series of it at a time.
 */
import { mergeColumns } from '../chunks/merge.js';
import type { ChunkSegments } from '../chunks/segment-reader.js';
import type { IndexReader } from '../index/reader.js';
import type { Selection } from '../index/selection.js';
import type { Tombstones } from '../index/tombstones.js';
import { SERIES_MAX, SeriesEntries } from '../kernel/series-entries.js';
import { Columns } from '../model/columns.js';
import { covers, type Interval } from '../model/interval.js';
import type { Labels } from '../model/labels.js';
import type { ChunkTaker, Series, SeriesCursor } from '../model/queryable.js';
import type { Moved } from '../model/steps.js';
import { keepVisible } from './sample-range.js';

/** How many series a cursor passes over before it pauses: about 1 ms. */
export const PASSED_MAX = 1000;

const NOTHING_DELETED: readonly Interval[] = [];

/** The files of an acquired block. */
export interface OpenFiles {
  readonly index: IndexReader;
  readonly chunks: ChunkSegments;
  readonly tombstones: Tombstones;
}

/** The series of one block that match and have a visible chunk in the range. */
export class BlockCursor implements SeriesCursor {
  readonly canGive = true;
  readonly series: BlockSeries;
  private readonly selection: Selection;
  private readonly files: OpenFiles;
  /** Series that are near each other, and which of them the next entries are of. */
  private readonly ids: number[] = [];
  private nextId = 0;
  /** The first that was too far away; -1: there was none. */
  private farId = -1;

  constructor(files: OpenFiles, selection: Selection, range: Interval) {
    this.series = new BlockSeries(files, range);
    this.selection = selection;
    this.files = files;
  }

  move(): Moved {
    const { series, ids } = this;
    for (let passed = 0; passed < PASSED_MAX; passed++) {
      if (!series.hasNext) {
        if (this.nextId === ids.length) {
          const moved = this.gather();
          if (moved !== 'on') return moved;
        }
        this.nextId += series.load(ids, this.nextId);
      }
      if (series.next()) return 'on';
    }
    return 'paused';
  }

  /** Finds the next ids: one at least. */
  private gather(): Moved {
    const { selection, ids } = this;
    const { index } = this.files;
    ids.length = 0;
    this.nextId = 0;
    if (this.farId < 0) {
      const moved = selection.move();
      if (moved !== 'on') return moved;
    }
    let last = this.farId < 0 ? selection.at : this.farId;
    this.farId = -1;
    ids.push(last);
    // Whether it has ended or paused will be told when these were looked at.
    while (ids.length < SERIES_MAX && selection.move() === 'on') {
      const id = selection.at;
      if (!index.areNear(last, id)) {
        this.farId = id;
        break;
      }
      ids.push(id);
      last = id;
    }
    return 'on';
  }
}

/** One series of a block at a time, and its visible chunks; the entries of several are read. */
class BlockSeries implements Series {
  private readonly files: OpenFiles;
  private readonly range: Interval;
  private readonly entries = new SeriesEntries();
  private ids: ArrayLike<number> = [];
  /** Which of the ids the first entry is of, and the entry in hand. */
  private firstId = 0;
  private at = -1;
  /** The chunks of the series in hand. */
  private from = 0;
  private to = 0;
  private deleted: readonly Interval[] = NOTHING_DELETED;
  /** Null until they are asked for: a sum of all series has no need of them. */
  private knownLabels: Labels | null = null;

  constructor(files: OpenFiles, range: Interval) {
    this.files = files;
    this.range = range;
  }

  /** Reads the entries of some of the series `ids[from…]`; returns of how many. */
  load(ids: readonly number[], from: number): number {
    this.at = -1;
    this.entries.count = 0;
    this.ids = ids;
    this.firstId = from;
    const { index } = this.files;
    return index.readSome(ids, { from, to: ids.length }, this.range, this.entries);
  }

  /** Whether there is an entry behind the one in hand. */
  get hasNext(): boolean {
    return this.at + 1 < this.entries.count;
  }

  /** Makes this the next series; false where nothing of it is visible. */
  next(): boolean {
    const { entries } = this;
    const at = ++this.at;
    this.knownLabels = null;
    this.from = at === 0 ? 0 : entries.chunkEnds[at - 1];
    this.to = entries.chunkEnds[at];
    if (this.from === this.to) return false;
    this.deleted = this.files.tombstones.get(this.id) ?? NOTHING_DELETED;
    if (this.deleted.length > 0) this.leaveOutDeleted();
    return this.to > this.from;
  }

  get labels(): Labels {
    this.knownLabels ??= this.readLabels();
    return this.knownLabels;
  }

  read(into: Columns): void {
    const { files, range, deleted, from, to } = this;
    const { minTime, maxTime } = range;
    const start = into.count;
    if (this.areInOrder()) files.chunks.read(this.entries.refs, from, to, into);
    else this.readOverlapping(into);
    keepVisible(into, start, { minTime, maxTime, deleted });
  }

  hold(): Series {
    const { symbols, symbolEnds } = this.entries;
    const kept: number[] = [];
    // Views and copies of so few cost more.
    for (let i = this.firstSymbol; i < symbolEnds[this.at]; i++) kept.push(symbols[i]);
    return new HeldSeries(this.files, this.range, { id: this.id, symbols: kept });
  }

  give(taker: ChunkTaker): boolean {
    const { files, range, deleted, from, to } = this;
    if (!this.areInOrder() || !taker.beginPart(range, deleted)) return false;
    return files.chunks.give(this.entries.refs, from, to, taker);
  }

  private get id(): number {
    return this.ids[this.firstId + this.at];
  }

  private get firstSymbol(): number {
    return this.at === 0 ? 0 : this.entries.symbolEnds[this.at - 1];
  }

  private readLabels(): Labels {
    const { symbols, symbolEnds } = this.entries;
    const own = symbols.subarray(this.firstSymbol, symbolEnds[this.at]);
    return this.files.index.labelsOf(this.id, own);
  }

  /** Slow path: a damaged compaction can leave chunks of one series that overlap. */
  private readOverlapping(into: Columns): void {
    const runs: Columns[] = [];
    for (let i = this.from; i < this.to; i++) {
      const run = new Columns();
      this.files.chunks.read(this.entries.refs, i, i + 1, run);
      runs.push(run);
    }
    mergeColumns(runs, into);
  }

  /** Leaves the chunks that are not deleted as a whole. */
  private leaveOutDeleted(): void {
    const { minTimes, maxTimes, refs } = this.entries;
    let kept = this.from;
    for (let i = this.from; i < this.to; i++) {
      if (isCovered({ minTime: minTimes[i], maxTime: maxTimes[i] }, this.deleted)) continue;
      minTimes[kept] = minTimes[i];
      maxTimes[kept] = maxTimes[i];
      refs[kept] = refs[i];
      kept++;
    }
    this.to = kept;
  }

  private areInOrder(): boolean {
    const { minTimes, maxTimes } = this.entries;
    for (let i = this.from + 1; i < this.to; i++) if (minTimes[i] <= maxTimes[i - 1]) return false;
    return true;
  }
}

/** Which series is held, and what its labels refer to. */
interface HeldId {
  readonly id: number;
  readonly symbols: readonly number[];
}

/** A series whose samples are looked up again if they are wanted, which is rarely so. */
class HeldSeries implements Series {
  private readonly files: OpenFiles;
  private readonly range: Interval;
  private readonly held: HeldId;
  private knownLabels: Labels | null = null;

  constructor(files: OpenFiles, range: Interval, held: HeldId) {
    this.files = files;
    this.range = range;
    this.held = held;
  }

  get labels(): Labels {
    const { id, symbols } = this.held;
    this.knownLabels ??= this.files.index.labelsOf(id, symbols);
    return this.knownLabels;
  }

  read(into: Columns): void {
    const series = new BlockSeries(this.files, this.range);
    series.load([this.held.id], 0);
    if (series.next()) series.read(into);
  }
}

function isCovered(chunk: Interval, deleted: readonly Interval[]): boolean {
  return deleted.some((interval) => covers(interval, chunk));
}
