/**
 * Hands what a head has of a time range to whoever makes a block of it (compact/head-snapshot.ts):
 * labels by number, where the full chunks lie, and copies of the open ones.
 *
 * Taken in steps, between which others append: series that are made meanwhile are left out, and
 * samples that come meanwhile are behind the range, since the head is held before it is taken.
 * Nothing may be cleaned until the block is made. What is deleted is left out here already: a chunk
 * that has some of it is encoded again, as Prometheus does.
 */
import { XorAppender } from '../chunks/xor.js';
import { type HeadSnapshot, HeadSnapshotBuilder } from '../compact/head-snapshot.js';
import { GATHERED_MAX } from '../kernel/open-chunks.js';
import { Columns } from '../model/columns.js';
import { type Interval, overlaps } from '../model/interval.js';
import type { Steps } from '../model/steps.js';
import { decodeXor } from '../chunks/xor.js';
import type { HeadData } from './head-data.js';
import { keepVisible } from './sample-range.js';

/** What it costs, in the pacer's units: a pair, a series, a chunk; a step takes so much. */
const PAIR_UNITS = 100;
const SERIES_UNITS = 100;
const CHUNK_UNITS = 30;
const STEP_UNITS = 25_000;

const NOTHING: readonly Interval[] = [];

/** Hands over one head; one snapshot at a time. */
export class Handover {
  private readonly data: HeadData;
  private readonly samples = new Columns();
  /**
   * Of the snapshot in hand. Between two there is an empty one: the engine keeps what it has
   * compiled for a class as long as there is an instance (two and a half times as fast then).
   */
  private builder = new HeadSnapshotBuilder();
  private range: Interval = { minTime: 0, maxTime: 0 };

  constructor(data: HeadData) {
    this.data = data;
  }

  /**
   * The head's part of the closed `range`. It names full chunks by their places in files, which
   * are to be flushed before anybody reads there.
   */
  *take(range: Interval): Steps<HeadSnapshot> {
    const { data } = this;
    const { store, kernel } = data;
    const { lastRef } = store;
    this.range = range;
    this.builder = new HeadSnapshotBuilder({
      series: store.count,
      chunks: data.lists.count + kernel.chunksOpen,
      // As much as all open chunks may take: what is not written to takes no memory.
      openBytes: kernel.heapBytes,
    });
    try {
      yield* this.addPairs();
      yield* this.addAll(lastRef);
      return this.builder.finish();
    } finally {
      this.builder = new HeadSnapshotBuilder();
    }
  }

  private *addPairs(): Steps<void> {
    const { pairs } = this.data.store.postings;
    for (let id = 0; id < pairs.idEnd; id++) {
      if (pairs.isAlive(id)) this.builder.addPair(id, pairs.nameOf(id), pairs.valueOf(id));
      if (id % (STEP_UNITS / PAIR_UNITS) === 0) yield STEP_UNITS;
    }
  }

  /** Adds the series up to `lastRef`: pairs of those made since are not in the snapshot. */
  private *addAll(lastRef: number): Steps<void> {
    const { kernel } = this.data;
    let units = 0;
    for (let slot = 0; slot < kernel.slotLimit;) {
      const end = Math.min(slot + GATHERED_MAX, kernel.slotLimit);
      units += this.addSlots(slot, end, lastRef);
      slot = end;
      if (units < STEP_UNITS) continue;
      yield units;
      units = 0;
    }
  }

  /** Adds the series in the slots `[from, to)` up to `lastRef`; returns what that cost. */
  private addSlots(from: number, to: number, lastRef: number): number {
    const { kernel } = this.data;
    const copies = kernel.open.gather(from, to, this.range, lastRef);
    const copiesAt = this.builder.addOpenBytes(copies);
    let at = 0;
    let units = to - from;
    for (let slot = from; slot < to; slot++) {
      const ref = kernel.refs[slot];
      if (!(ref > 0 && ref <= lastRef)) continue;
      const deleted = this.data.tombstones.get(ref) ?? NOTHING;
      units += this.addSeries(slot, deleted);
      const length = kernel.open.lengths[slot - from];
      if (length === 0) continue;
      const minTime = kernel.open.minTimes[slot - from];
      const chunk = { offset: copiesAt + at, length, minTime, maxTime: kernel.lastTimes[slot] };
      if (deleted.length === 0) this.builder.addOpenChunk(chunk);
      else units += this.addCopy(copies.slice(at, at + length), chunk, deleted);
      at += length;
    }
    return units;
  }

  /** Adds a series and its full chunks; returns what that cost. */
  private addSeries(slot: number, deleted: readonly Interval[]): number {
    const { data, builder, range } = this;
    const { lists, store } = data;
    const labelCount = store.labelCount(slot);
    builder.beginSeries();
    for (let i = 0; i < labelCount; i++) builder.addSeriesPair(store.pairAt(slot, i));
    let units = SERIES_UNITS;
    for (let at = lists.first(slot); at !== 0; at = lists.next(at)) {
      units += CHUNK_UNITS;
      const minTime = lists.minTimeAt(at);
      const maxTime = lists.maxTimeAt(at);
      if (maxTime < range.minTime || minTime > range.maxTime) continue;
      const ref = lists.refAt(at);
      const dataLength = lists.dataLengthAt(at);
      const chunk = { ref, dataLength, minTime, maxTime };
      if (data.chunks.areInFiles && !deleted.some((interval) => overlaps(interval, chunk))) {
        builder.addChunk(chunk);
      } else {
        units += this.addCopy(data.chunks.data(ref, dataLength), chunk, deleted);
      }
    }
    return units;
  }

  /** Adds a chunk that is in no file, less what is deleted of it. */
  private addCopy(bytes: Uint8Array, chunk: Interval, deleted: readonly Interval[]): number {
    if (!deleted.some((interval) => overlaps(interval, chunk))) {
      this.addBytes(bytes, chunk.minTime, chunk.maxTime);
      return CHUNK_UNITS;
    }
    const { samples } = this;
    samples.clear();
    decodeXor(bytes, samples);
    const units = 20 * samples.count;
    keepVisible(samples, 0, { ...chunk, deleted });
    if (samples.count === 0) return units;
    const appender = new XorAppender();
    for (let i = 0; i < samples.count; i++) appender.append(samples.times, samples.values, i);
    const last = samples.times[samples.count - 1];
    this.addBytes(appender.bytes(), samples.times[0], last);
    return units;
  }

  private addBytes(bytes: Uint8Array, minTime: number, maxTime: number): void {
    const offset = this.builder.addOpenBytes(bytes);
    this.builder.addOpenChunk({ offset, length: bytes.length, minTime, maxTime });
  }
}
