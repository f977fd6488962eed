/**
 * What the head kernel is held against: many series in turn, each by the chunk cutter and the XOR
 * appender in TypeScript, with Prometheus' rules for samples that are not newer than the last one.
 */
import { ChunkCutter } from '../../chunks/chunk-cutter.js';
import { XorAppender } from '../../chunks/xor.js';
import { wordsOf } from '../../encoding/float-bits.js';
import {
  MARK_APPENDED,
  MARK_DUPLICATE,
  MARK_EQUAL,
  MARK_OUT_OF_ORDER,
} from '../../kernel/sample-rows.js';

/** A chunk that has ended, its data in hex. */
export interface EndedChunk {
  readonly ref: number;
  readonly minTime: number;
  readonly maxTime: number;
  readonly count: number;
  readonly data: string;
}

export class HeadOracle {
  /** The chunks that have ended, in that order. */
  readonly ended: EndedChunk[] = [];
  private readonly series = new Map<number, OracleSeries>();
  private readonly rangeMs: number;

  constructor(rangeMs: number) {
    this.rangeMs = rangeMs;
  }

  /** Appends `values[row]` at `times[row]` to the series; says what becomes of it. */
  append(ref: number, times: Float64Array, values: Float64Array, row: number): number {
    let series = this.series.get(ref);
    if (series === undefined) {
      series = new OracleSeries(ref, this.rangeMs);
      this.series.set(ref, series);
    }
    return series.append(times, values, row, this.ended);
  }

  /** Ends the open chunk of the series. */
  finish(ref: number): void {
    this.series.get(ref)?.finish(this.ended);
  }

  drop(ref: number): void {
    this.series.delete(ref);
  }

  /** The data of the open chunk in hex, '' where none is open. */
  open(ref: number): string {
    return this.series.get(ref)?.open() ?? '';
  }
}

class OracleSeries {
  private readonly ref: number;
  private readonly cutter: ChunkCutter;
  private appender: XorAppender | null = null;
  private minTime = 0;
  private lastTime = -Infinity;
  /** The last value and the one that comes, as columns: compared by bits. */
  private readonly last = new Float64Array(2);
  private readonly words = wordsOf(this.last);

  constructor(ref: number, rangeMs: number) {
    this.ref = ref;
    this.cutter = new ChunkCutter(rangeMs);
  }

  append(times: Float64Array, values: Float64Array, row: number, ended: EndedChunk[]): number {
    const time = times[row];
    const { last, words } = this;
    last[1] = values[row];
    const isEqual = words[0] === words[2] && words[1] === words[3];
    if (time < this.lastTime) return MARK_OUT_OF_ORDER;
    if (time === this.lastTime) return isEqual ? MARK_EQUAL : MARK_DUPLICATE;
    const samples = this.appender?.sampleCount ?? 0;
    const bytes = this.appender?.bytes().length ?? 0;
    if (this.cutter.cutsBefore(time, samples, bytes)) {
      this.finish(ended);
      this.appender = new XorAppender();
      this.minTime = time;
    }
    this.appender?.append(times, values, row);
    this.lastTime = time;
    last[0] = last[1];
    return MARK_APPENDED;
  }

  finish(ended: EndedChunk[]): void {
    if (this.appender === null) return;
    ended.push({
      ref: this.ref,
      minTime: this.minTime,
      maxTime: this.lastTime,
      count: this.appender.sampleCount,
      data: this.open(),
    });
    this.appender = null;
  }

  open(): string {
    return this.appender === null ? '' : Buffer.from(this.appender.bytes()).toString('hex');
  }
}
