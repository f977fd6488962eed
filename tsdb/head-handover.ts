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
import { OPEN_BYTES_MAX } from '../kernel/head-kernel.js';
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

/** The head's part of the closed `range`. */
export function* snapshotHead(data: HeadData, range: Interval): Steps<HeadSnapshot> {
  const { store, kernel } = data;
  const { lastRef } = store;
  data.drainFinished();
  data.chunks.flush();
  const builder = new HeadSnapshotBuilder({
    series: store.count,
    chunks: data.lists.count + kernel.chunksOpen,
    // As much as all open chunks may take: what is not written to takes no memory.
    openBytes: kernel.heapBytes,
  });
  yield* addPairs(data, builder);
  const handover = new Handover(data, builder, range);
  let units = 0;
  for (let slot = 0; slot < kernel.slotLimit; slot++) {
    const ref = kernel.refs[slot];
    units++;
    // Pairs of a series that was made since are not in the snapshot.
    if (ref > 0 && ref <= lastRef) units += handover.addSeries(slot);
    if (units < STEP_UNITS) continue;
    yield units;
    units = 0;
  }
  // Chunks that have become full since lie in the file behind those that were there.
  data.chunks.flush();
  return builder.finish();
}

function* addPairs({ store }: HeadData, builder: HeadSnapshotBuilder): Steps<void> {
  const { pairs } = store.postings;
  for (let id = 0; id < pairs.idEnd; id++) {
    if (pairs.isAlive(id)) builder.addPair(id, pairs.nameOf(id), pairs.valueOf(id));
    if (id % (STEP_UNITS / PAIR_UNITS) === 0) yield STEP_UNITS;
  }
}

class Handover {
  private readonly data: HeadData;
  private readonly builder: HeadSnapshotBuilder;
  private readonly range: Interval;
  private readonly open = new Uint8Array(OPEN_BYTES_MAX);
  private readonly samples = new Columns();

  constructor(data: HeadData, builder: HeadSnapshotBuilder, range: Interval) {
    this.data = data;
    this.builder = builder;
    this.range = range;
  }

  /** Adds a series and its chunks; returns what that cost. */
  addSeries(slot: number): number {
    const { data, builder, range } = this;
    const { lists, kernel, store } = data;
    const labelCount = store.labelCount(slot);
    builder.beginSeries();
    for (let i = 0; i < labelCount; i++) builder.addSeriesPair(store.pairAt(slot, i));
    const deleted = data.tombstones.get(kernel.refs[slot]) ?? [];
    let units = SERIES_UNITS;
    for (let at = lists.first(slot); at !== 0; at = lists.next(at)) {
      units += CHUNK_UNITS;
      const chunk = { minTime: lists.minTimeAt(at), maxTime: lists.maxTimeAt(at) };
      if (!overlaps(chunk, range)) continue;
      const ref = lists.refAt(at);
      const dataLength = lists.dataLengthAt(at);
      if (data.chunks.areInFiles && !deleted.some((interval) => overlaps(interval, chunk))) {
        builder.addChunk({ ref, dataLength, ...chunk });
      } else {
        units += this.addCopy(data.chunks.data(ref, dataLength), chunk, deleted);
      }
    }
    if (!kernel.hasOpenChunk(slot)) return units;
    const chunk = { minTime: kernel.openMinTime(slot), maxTime: kernel.lastTimes[slot] };
    if (!overlaps(chunk, range)) return units;
    const length = kernel.readOpen(slot, this.open);
    return units + this.addCopy(this.open.subarray(0, length), chunk, deleted);
  }

  /** Adds a chunk that is in no file, less what is deleted of it. */
  private addCopy(bytes: Uint8Array, chunk: Interval, deleted: readonly Interval[]): number {
    if (!deleted.some((interval) => overlaps(interval, chunk))) {
      this.builder.addOpenChunk(bytes, chunk.minTime, chunk.maxTime);
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
    this.builder.addOpenChunk(appender.bytes(), samples.times[0], last);
    return units;
  }
}
