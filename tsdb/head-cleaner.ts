/**
 * Cleans the head of what has gone into a block: chunks, then series of which nothing is left, with
 * their postings and labels (Prometheus' gc, tsdb/head.go). In steps, between which others append
 * and read.
 */
import { MAX_TIME, MIN_TIME } from '../model/interval.js';
import type { Steps } from '../model/steps.js';
import type { HeadData } from './head-data.js';
import { GoneSeries } from './gone-series.js';

/** Slots that are looked at in a step, and what one costs, in the pacer's units. */
const SLOTS_PER_STEP = 1024;
const SLOT_UNITS = 20;
/** Taking a series out. */
const REMOVAL_UNITS = 400;

/** What is left of a head that was cleaned. */
export interface Cleaned {
  /** The time of the first sample that is left; the time that was cleaned up to, without one. */
  readonly minTime: number;
  /** The series that are gone. */
  readonly gone: GoneSeries;
  readonly chunkCount: number;
}

/** Drops chunks that end before `minTime`, and series that have no other and wait for none. */
export function* cleanHead(data: HeadData, minTime: number): Steps<Cleaned> {
  const gone = new GoneSeries();
  let left = MAX_TIME;
  let chunkCount = 0;
  for (let from = 0; from < data.kernel.slotLimit; from += SLOTS_PER_STEP) {
    const to = Math.min(from + SLOTS_PER_STEP, data.kernel.slotLimit);
    const empty: number[] = [];
    for (let slot = from; slot < to; slot++) {
      if (data.kernel.refs[slot] === 0) continue;
      chunkCount += data.lists.dropBefore(slot, minTime);
      if (isEmpty(data, slot, minTime)) empty.push(slot);
      else left = Math.min(left, data.minTimeOf(slot));
    }
    const waiting = empty.length === 0 ? NO_SLOTS : slotsInUse(data);
    for (const slot of empty) {
      // As in Prometheus, one without a chunk that waits for samples may begin anywhere.
      if (waiting.has(slot)) left = MIN_TIME;
      else {
        if (data.kernel.hasOpenChunk(slot)) chunkCount++;
        data.store.takeOut(slot, gone);
      }
    }
    yield (to - from) * SLOT_UNITS + empty.length * REMOVAL_UNITS;
  }
  yield* data.store.forget(gone);
  for (const ref of gone.refList()) data.tombstones.delete(ref);
  yield* truncateTombstones(data, minTime);
  return { minTime: left === MAX_TIME ? minTime : left, gone, chunkCount };
}

const NO_SLOTS: ReadonlySet<number> = new Set();

function isEmpty(data: HeadData, slot: number, minTime: number): boolean {
  if (data.lists.first(slot) !== 0) return false;
  return !data.kernel.hasOpenChunk(slot) || data.kernel.lastTimes[slot] < minTime;
}

/** The series that have samples on their way. */
function slotsInUse(data: HeadData): ReadonlySet<number> {
  const slots = new Set<number>();
  for (const { slots: column, count } of data.lent.inUse()) {
    for (let row = 0; row < count; row++) slots.add(column[row]);
  }
  return slots;
}

function* truncateTombstones(data: HeadData, minTime: number): Steps<void> {
  let seen = 0;
  for (const [ref, intervals] of data.tombstones) {
    const left = intervals.filter(({ maxTime }) => maxTime >= minTime);
    if (left.length === 0) data.tombstones.delete(ref);
    else if (left.length < intervals.length) data.tombstones.set(ref, left);
    if (++seen % SLOTS_PER_STEP === 0) yield SLOTS_PER_STEP * SLOT_UNITS;
  }
}
