/**
 * One block on its way into another: its series in label order, each with the chunks that are to go
 * on, where nothing of them was deleted as they lie in their segments.
 *
 * A chunk that reaches out of the new block's range, or of which a part was deleted, is decoded,
 * cut and encoded again, in its own encoding (tsdb/querier.go,
 * `populateWithDelChunkSeriesIterator`).
 */
import { isKnownEncoding } from '../chunks/chunk.js';
import { ChunkEntries } from '../chunks/chunk-entries.js';
import { EntryWindow } from '../chunks/entry-window.js';
import type { EntryDecoder } from '../chunks/entry-decoder.js';
import { recodeChunk } from '../chunks/series-encoder.js';
import type { Postings } from '../index/postings.js';
import { ChunkMetas } from '../index/reader.js';
import type { SeriesScan } from '../index/series-scan.js';
import type { SymbolRanks } from '../index/symbol-union.js';
import type { MergeSlot } from '../kernel/merge-slot.js';
import { Columns } from '../model/columns.js';
import { CorruptionError } from '../model/errors.js';
import {
  addInterval,
  covers,
  type Interval,
  MAX_TIME,
  MIN_TIME,
  overlaps,
} from '../model/interval.js';
import type { OpenBlock } from './open-block.js';

const NOTHING: readonly Interval[] = [];

/** What a source needs to know of the new block. */
export interface MergeTarget {
  /** The numbers of the source's symbols there. */
  readonly ranks: SymbolRanks;
  /** Its range, closed. */
  readonly range: Interval;
  readonly decoder: EntryDecoder;
  /** Where the source is read. */
  readonly slot: MergeSlot;
}

export class MergeSource {
  /** The labels of the series in hand: the numbers of their symbols in the new block. */
  readonly symbols: number[] = [];
  /** Its chunks, once they were loaded. */
  readonly entries = new ChunkEntries();
  /** Whether the kernel may take series by itself: nothing is deleted, and it knows the ranks. */
  readonly mayMoveTogether: boolean;
  /** Whether the slot has the series in hand, and all of it goes on, its chunks in turn. */
  isWhole = false;
  private readonly block: OpenBlock;
  private readonly ranks: SymbolRanks;
  private readonly range: Interval;
  private readonly decoder: EntryDecoder;
  private readonly postings: Postings;
  readonly slot: MergeSlot;
  private readonly scan: SeriesScan;
  private readonly window: EntryWindow;
  /** The chunks of the series in hand: those in the slot, or others. */
  private metas: ChunkMetas;
  private readonly slotMetas: ChunkMetas;
  private readonly otherMetas = new ChunkMetas();
  /** Whether the slot has the series in hand, and its symbols there are ranks. */
  private isScanned = false;
  private isRanked = false;
  /** How many series the slot was told of. */
  private known = 0;
  private readonly samples = new Columns();
  /** What of the series in hand is not to go on. */
  private deleted: readonly Interval[] = NOTHING;

  /** `postings` are all series of the block; `into` is what they go into. */
  constructor(block: OpenBlock, postings: Postings, into: MergeTarget) {
    this.block = block;
    this.postings = postings;
    this.ranks = into.ranks;
    this.range = into.range;
    this.decoder = into.decoder;
    this.slot = into.slot;
    this.scan = block.index.scan(this.slot);
    this.window = new EntryWindow(block.chunks, this.slot);
    this.slotMetas = ChunkMetas.over(this.slot);
    this.metas = this.slotMetas;
    const { table } = this.ranks;
    this.mayMoveTogether =
      block.tombstones.size === 0 && table !== null && table.length === this.slot.ranks.length;
    if (this.mayMoveTogether && table !== null) this.slot.ranks.set(table);
  }

  /** Moves to the next series of which a chunk goes on; false: there is none. */
  next(): boolean {
    while (this.take()) {
      this.isWhole = this.isScanned && this.deleted.length === 0 && this.isInRange();
      if (!this.isWhole && !this.keepChunks()) continue;
      this.translate();
      return true;
    }
    return false;
  }

  /** Has the slot know which series come next; false: there are none. */
  loadIds(): boolean {
    const { slot, postings } = this;
    const { ids } = slot;
    let count = 0;
    while (count < ids.length && postings.next()) ids[count++] = postings.at;
    slot.nextId = 0;
    slot.idCount = count;
    this.known += count;
    return count > 0;
  }

  /** Has the slot's window of the index begin with its next series; false: there can be none. */
  loadIndex(): boolean {
    return this.scan.load(this.slot.ids[this.slot.nextId]);
  }

  /** Has the slot's window of chunks begin with the first one that is in hand, likewise. */
  loadChunks(): boolean {
    return this.window.load(this.slot.refs[0]);
  }

  /** How many series were passed, in hand or not. */
  get passed(): number {
    return this.known - (this.slot.idCount - this.slot.nextId);
  }

  /** The closed range of a series that has chunks in turn. */
  get minTime(): number {
    return this.metas.minTimes[0];
  }

  get maxTime(): number {
    return this.metas.maxTimes[this.metas.count - 1];
  }

  get chunkCount(): number {
    return this.metas.count;
  }

  /**
   * Whether the chunks of a whole series lie in the slot's window as a run, checked; where not,
   * `load` has them.
   */
  checkRun(): boolean {
    return this.window.checkRun(this.metas.count);
  }

  /** Loads the chunks of the series in hand. */
  load(): void {
    const { entries, metas } = this;
    entries.clear();
    if (this.deleted.length === 0) this.window.readEntries(metas, 0, metas.count, entries);
    else this.loadKept();
    for (let i = 0; i < entries.count; i++) {
      const encoding = entries.encodingAt(i);
      if (isKnownEncoding(encoding)) continue;
      throw new CorruptionError(this.path, 0, `unknown chunk encoding ${encoding}`);
    }
  }

  /** The path of the block. */
  get path(): string {
    return this.block.path;
  }

  /** Takes the next series in hand, unless the kernel has; false: there is none. */
  private take(): boolean {
    const { slot, slotMetas, otherMetas } = this;
    const { index, tombstones } = this.block;
    this.isRanked = slot.isTaken;
    this.isScanned = true;
    if (this.isRanked) {
      slot.release();
      this.deleted = NOTHING;
    } else {
      if (slot.nextId === slot.idCount && !this.loadIds()) return false;
      const id = slot.ids[slot.nextId++];
      this.isScanned = this.scan.read(id);
      if (!this.isScanned) index.seriesSymbols(id, this.symbols, otherMetas);
      this.deleted = tombstones.get(id) ?? NOTHING;
    }
    this.metas = this.isScanned ? slotMetas : otherMetas;
    slotMetas.count = slot.chunkCount;
    return true;
  }

  /** Puts ranks in the place of the symbols in hand, here and in the slot. */
  private translate(): void {
    const { slot, symbols, ranks } = this;
    if (!this.isScanned) ranks.translate(symbols, symbols.length, symbols);
    else if (!this.isRanked) ranks.translate(slot.symbols, slot.symbolCount, symbols);
    else {
      symbols.length = slot.symbolCount;
      for (let i = 0; i < symbols.length; i++) symbols[i] = slot.symbols[i];
    }
  }

  /** Fast path: whether all chunks are in turn and in the new block's range. */
  private isInRange(): boolean {
    const { range, slot } = this;
    if (this.metas.count === 0 || !slot.isInTurn) return false;
    return this.minTime >= range.minTime && this.maxTime <= range.maxTime;
  }

  /** Leaves the chunks of which something goes on; false: there is none. */
  private keepChunks(): boolean {
    const { metas, range, deleted } = this;
    let kept = 0;
    let isCut = false;
    for (let i = 0; i < metas.count; i++) {
      const minTime = metas.minTimes[i];
      const maxTime = metas.maxTimes[i];
      if (maxTime < range.minTime || minTime > range.maxTime) continue;
      if (deleted.length > 0 && deleted.some((gap) => covers(gap, { minTime, maxTime }))) continue;
      isCut ||= minTime < range.minTime || maxTime > range.maxTime;
      metas.minTimes[kept] = minTime;
      metas.maxTimes[kept] = maxTime;
      metas.refs[kept++] = metas.refs[i];
    }
    metas.count = kept;
    if (isCut) {
      const before = addInterval(deleted, { minTime: MIN_TIME, maxTime: range.minTime - 1 });
      this.deleted = addInterval(before, { minTime: range.maxTime + 1, maxTime: MAX_TIME });
    }
    return kept > 0;
  }

  /** Loads chunks of a series of which something is deleted. */
  private loadKept(): void {
    const { entries, metas } = this;
    let verbatim = 0;
    for (let i = 0; i < metas.count; i++) {
      if (!this.isTouched(i)) continue;
      this.block.chunks.readEntries(metas, verbatim, i, entries);
      this.recode(i);
      verbatim = i + 1;
    }
    this.block.chunks.readEntries(metas, verbatim, metas.count, entries);
  }

  private isTouched(i: number): boolean {
    if (this.deleted.length === 0) return false;
    const chunk = { minTime: this.metas.minTimes[i], maxTime: this.metas.maxTimes[i] };
    return this.deleted.some((gap) => overlaps(gap, chunk));
  }

  /** Adds what is left of chunk `i`. */
  private recode(i: number): void {
    const { entries, samples, deleted } = this;
    const encoding = this.decode(i);
    let kept = 0;
    for (let row = 0; row < samples.count; row++) {
      const time = samples.times[row];
      if (deleted.some((gap) => gap.minTime <= time && time <= gap.maxTime)) continue;
      samples.moveRow(row, kept++);
    }
    samples.count = kept;
    for (const chunk of recodeChunk(encoding, samples)) entries.pushEncoded(chunk);
  }

  /** The samples of chunk `i`; returns its encoding. */
  private decode(i: number): number {
    const { samples, metas } = this;
    const single = new ChunkEntries();
    this.block.chunks.readEntries(metas, i, i + 1, single);
    samples.clear();
    try {
      this.decoder.decode(single, 0, samples);
    } catch (error) {
      throw CorruptionError.from(this.block.path, 0, error);
    }
    return single.encodingAt(0);
  }
}
