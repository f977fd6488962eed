/**
 * Copies of the head kernel's open chunks, many at a time (kernel/assembly/head/gather.ts): whole
 * XOR chunks, one behind the other. They hold until the next call, or until a log is replayed.
 */
import { assert } from '../model/assert.js';
import type { Interval } from '../model/interval.js';
import type { ExportedNumber } from './web-assembly.js';

/** So many slots are looked at in one call. */
export const GATHERED_MAX = 512;

/** What the kernel's module exports for it. */
export interface OpenChunksExports {
  readonly gatheredAt: ExportedNumber;
  readonly gatheredLengthsAt: ExportedNumber;
  readonly gatheredMinTimesAt: ExportedNumber;
  gatherOpen(from: number, to: number, minTime: number, maxTime: number, refMax: number): number;
}

export class OpenChunks {
  /** By slot, from the first one that was asked for: the bytes of its copy; 0: there is none. */
  readonly lengths: Uint32Array;
  /** The times of their first samples, where there is a copy. */
  readonly minTimes: Float64Array;
  private readonly exports: OpenChunksExports;
  private readonly memory: SharedArrayBuffer;

  constructor(exports: OpenChunksExports, memory: SharedArrayBuffer) {
    this.exports = exports;
    this.memory = memory;
    this.lengths = new Uint32Array(memory, exports.gatheredLengthsAt.value, GATHERED_MAX);
    this.minTimes = new Float64Array(memory, exports.gatheredMinTimesAt.value, GATHERED_MAX);
  }

  /**
   * Copies the open chunks of the slots `[from, to)` that have samples in the closed `range`, but
   * for series with refs behind `refMax`, and returns the copies.
   */
  gather(from: number, to: number, range: Interval, refMax: number): Uint8Array {
    assert(from <= to && to - from <= GATHERED_MAX, 'so many slots are looked at in one call');
    const { gatheredAt } = this.exports;
    const length = this.exports.gatherOpen(from, to, range.minTime, range.maxTime, refMax);
    return new Uint8Array(this.memory, gatheredAt.value, length);
  }
}
