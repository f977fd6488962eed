/**
 * A reader of the living head: a source of series over one closed range, as it was when the reader
 * came (isolation.ts). What is committed, made or cleaned while it reads is no matter to it.
 */
import { ENCODING_XOR } from '../chunks/chunk.js';
import { selectLabelNames, selectLabelValues, selectPostings } from '../index/select.js';
import { PORTION_UNITS, type Selection } from '../index/selection.js';
import { OPEN_BYTES_MAX } from '../kernel/head-kernel.js';
import { assert } from '../model/assert.js';
import type { Columns } from '../model/columns.js';
import { covers, type Interval } from '../model/interval.js';
import { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import type { ChunkTaker, Series, SeriesCursor, SeriesSource } from '../model/queryable.js';
import type { Moved, Steps } from '../model/steps.js';
import type { HeadData } from './head-data.js';
import type { ReadMark } from './isolation.js';
import { keepVisible } from './sample-range.js';

/** How many series a cursor passes over before it pauses. */
const PASSED_MAX = 1024;
const NO_INTERVALS: readonly Interval[] = [];

export class HeadReader implements SeriesSource {
  /** The closed range that it reads, in ms: what was asked for, less what is in blocks. */
  readonly range: Interval;
  private readonly data: HeadData;
  private readonly mark: ReadMark;
  private isReleased = false;

  constructor(data: HeadData, range: Interval) {
    this.data = data;
    this.range = range;
    this.mark = data.isolation.enter(range, data.store.lastRef);
  }

  *select(matchers: readonly Matcher[], minTime: number, maxTime: number): Steps<SeriesCursor> {
    assert(!this.isReleased, 'a reader reads before it is released');
    const selection = yield* selectPostings(this.data.store.postings, matchers);
    const refs = yield* this.inLabelOrder(selection);
    const range = {
      minTime: Math.max(minTime, this.range.minTime),
      maxTime: Math.min(maxTime, this.range.maxTime),
    };
    return new HeadReaderCursor(this.data, this.mark, refs, range);
  }

  labelNames(matchers: readonly Matcher[]): Steps<string[]> {
    return selectLabelNames(this.data.store.postings, matchers);
  }

  labelValues(name: string, matchers: readonly Matcher[]): Steps<string[]> {
    return selectLabelValues(this.data.store.postings, name, matchers);
  }

  /** Ends it, and all its cursors. Idempotent. */
  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.data.isolation.leave(this.mark);
  }

  /**
   * The selected series that were there when the reader came: their refs, since a slot may become
   * another's between two steps.
   */
  private *inLabelOrder(selection: Selection): Steps<readonly number[]> {
    const { store } = this.data;
    const refs: number[] = [];
    for (let moved = selection.move(); moved !== 'ended'; moved = selection.move()) {
      if (moved === 'paused') yield PORTION_UNITS;
      else if (selection.at <= this.mark.lastRef) refs.push(selection.at);
    }
    return yield* store.order.sorted(refs);
  }
}

class HeadReaderCursor implements SeriesCursor, Series {
  readonly canGive = true;
  labels = Labels.EMPTY;
  private readonly data: HeadData;
  private readonly mark: ReadMark;
  /** In label order. */
  private readonly refs: readonly number[];
  private readonly range: Interval;
  private next = 0;
  private slot = -1;
  /** The last time that may be seen of the current series, and what is deleted of it. */
  private visibleTime = 0;
  private deleted = NO_INTERVALS;
  private readonly open = new Uint8Array(OPEN_BYTES_MAX);

  constructor(data: HeadData, mark: ReadMark, refs: readonly number[], range: Interval) {
    this.data = data;
    this.mark = mark;
    this.refs = refs;
    this.range = range;
  }

  get series(): Series {
    return this;
  }

  move(): Moved {
    for (let passed = 0; passed < PASSED_MAX; passed++) {
      if (this.next === this.refs.length) return 'ended';
      const ref = this.refs[this.next++];
      const slot = this.data.store.slotOf(ref);
      if (slot < 0) continue;
      const { lastTimes } = this.mark;
      this.slot = slot;
      this.visibleTime = Math.min(this.range.maxTime, lastTimes?.[slot] ?? Infinity);
      this.deleted = this.data.tombstones.get(ref) ?? NO_INTERVALS;
      if (!this.isVisible()) continue;
      this.labels = this.data.store.labelsAt(slot);
      return 'on';
    }
    return 'paused';
  }

  read(into: Columns): void {
    const { decoder } = this.data;
    const start = into.count;
    this.eachChunk((data) => {
      decoder.decodeData(ENCODING_XOR, data, into);
      return true;
    });
    const { minTime } = this.range;
    keepVisible(into, start, { minTime, maxTime: this.visibleTime, deleted: this.deleted });
  }

  hold(): Series {
    const { data, mark, range, labels } = this;
    const refs = [this.refs[this.next - 1]];
    // It is read again only where another thread could not, which is rarely so.
    const read = (into: Columns): void => {
      const cursor = new HeadReaderCursor(data, mark, refs, range);
      if (cursor.move() === 'on') cursor.read(into);
    };
    return { labels, read };
  }

  give(taker: ChunkTaker): boolean {
    const range = { minTime: this.range.minTime, maxTime: this.visibleTime };
    if (!taker.beginPart(range, this.deleted)) return false;
    return this.eachChunk((data) => taker.addChunk(data));
  }

  /** Visits the data of the chunks that may be seen, until `visit` is false. */
  private eachChunk(visit: (data: Uint8Array) => boolean): boolean {
    const { lists, chunks, kernel } = this.data;
    const { slot } = this;
    for (let at = lists.first(slot); at !== 0; at = lists.next(at)) {
      if (lists.minTimeAt(at) > this.visibleTime) break;
      if (lists.maxTimeAt(at) < this.range.minTime) continue;
      if (!visit(chunks.data(lists.refAt(at), lists.dataLengthAt(at)))) return false;
    }
    const length = this.opensBefore(this.visibleTime) ? kernel.readOpen(slot, this.open) : 0;
    return length === 0 || visit(this.open.subarray(0, length));
  }

  /** Whether a chunk meets the range and is not deleted as a whole. */
  private isVisible(): boolean {
    const { lists, kernel } = this.data;
    const { slot, range } = this;
    for (let at = lists.first(slot); at !== 0; at = lists.next(at)) {
      if (lists.minTimeAt(at) > this.visibleTime) return false;
      const chunk = { minTime: lists.minTimeAt(at), maxTime: lists.maxTimeAt(at) };
      if (chunk.maxTime >= range.minTime && !this.isDeleted(chunk)) return true;
    }
    const maxTime = kernel.lastTimes[slot];
    if (!this.opensBefore(this.visibleTime) || maxTime < range.minTime) return false;
    return !this.isDeleted({ minTime: kernel.openMinTime(slot), maxTime });
  }

  private opensBefore(time: number): boolean {
    const { kernel } = this.data;
    return kernel.hasOpenChunk(this.slot) && kernel.openMinTime(this.slot) <= time;
  }

  private isDeleted(chunk: Interval): boolean {
    return this.deleted.some((interval) => covers(interval, chunk));
  }
}
