/**
 * Series into a portion: their chunks as they lie, copied, so that whoever reads them needs no file
 * and nothing of the database. In words of 8 bytes:
 *
 *     series   | number of parts | parts |
 *     part     | min time | max time | number of deleted ranges | those | number of runs | runs |
 *     run      | number of entries | bytes | where each begins | bytes, filled up |
 *
 * A run without entries is the data of one XOR chunk.
 */
import { copyBytes } from '../encoding/shared-copy.js';
import type { Interval } from '../model/interval.js';
import type { ChunkTaker, EntryPlace, Series } from '../model/queryable.js';
import type { Slot } from './portions.js';

const WORD_BYTES = 8;
/** A portion is to be short work: of full chunks, 30,000 samples. */
const CHUNKS_MAX = 256;
const PART_WORDS = 4;
const RUN_WORDS = 2;

export class PortionWriter implements ChunkTaker {
  private readonly slot: Slot;
  private series = 0;
  private chunks = 0;
  /** The next word, and where the counts of parts and of runs are. */
  private at = 0;
  private partsAt = 0;
  private runsAt = 0;

  constructor(slot: Slot) {
    this.slot = slot;
  }

  /** How many series were added. */
  get count(): number {
    return this.series;
  }

  /** Adds a series; false, and nothing of it is added, where it has no room or cannot be given. */
  add(series: Series): boolean {
    if (this.chunks >= CHUNKS_MAX) return false;
    const begin = this.at;
    this.partsAt = begin;
    if (!this.take(1)) return false;
    this.slot.words[begin] = 0;
    if (series.give?.(this) !== true) {
      this.at = begin;
      return false;
    }
    this.slot.setBegin(this.series++, begin);
    return true;
  }

  beginPart({ minTime, maxTime }: Interval, deleted: readonly Interval[]): boolean {
    const { words } = this.slot;
    let { at } = this;
    if (!this.take(PART_WORDS + 2 * deleted.length)) return false;
    words[this.partsAt]++;
    words[at++] = minTime;
    words[at++] = maxTime;
    words[at++] = deleted.length;
    for (const interval of deleted) {
      words[at++] = interval.minTime;
      words[at++] = interval.maxTime;
    }
    words[at] = 0;
    this.runsAt = at;
    return true;
  }

  addEntries(bytes: Uint8Array, refs: ArrayLike<number>, place: EntryPlace): boolean {
    const { from, to, base } = place;
    let at = this.beginRun(to - from, bytes);
    if (at < 0) return false;
    const { words } = this.slot;
    for (let i = from; i < to; i++) words[at++] = refs[i] - base;
    copyBytes(bytes, this.slot.bytes, WORD_BYTES * at);
    this.chunks += to - from;
    return true;
  }

  addChunk(data: Uint8Array): boolean {
    const at = this.beginRun(0, data);
    if (at < 0) return false;
    copyBytes(data, this.slot.bytes, WORD_BYTES * at);
    this.chunks++;
    return true;
  }

  /** Where the run's entries go; -1 where there is no room. */
  private beginRun(entries: number, { length }: Uint8Array): number {
    const { words } = this.slot;
    const { at } = this;
    if (!this.take(RUN_WORDS + entries + Math.ceil(length / WORD_BYTES))) return -1;
    words[this.runsAt]++;
    words[at] = entries;
    words[at + 1] = length;
    return at + RUN_WORDS;
  }

  private take(words: number): boolean {
    if (this.at + words > this.slot.words.length) return false;
    this.at += words;
    return true;
  }
}
