/** Values of flags: how each kind is parsed, and the words for one that cannot be. */
import { InvalidArgumentError } from 'commander';
import type { IoMode } from '../disk/disk.js';
import { MAX_TIME, MIN_TIME } from '../model/interval.js';

/** The flags that every command has. */
export interface CommonFlags {
  /** How block files are read; absent: `auto`. */
  readonly io?: IoMode;
  /** JSON instead of text. */
  readonly json?: boolean;
  /** No warnings and no progress bar. */
  readonly quiet?: boolean;
}

/** The flags of commands that read samples. */
export interface SelectFlags extends CommonFlags {
  /** Selectors; a series that any of them matches is taken. Absent: all series. */
  readonly match?: readonly string[];
  /** In ms since the epoch, inclusive. */
  readonly minTime?: number;
  readonly maxTime?: number;
}

export const IO_MODES: readonly IoMode[] = ['auto', 'mmap', 'pread'];

/** What `dump` prints: samples, label sets, OpenMetrics text. */
export const DUMP_FORMATS = ['prom', 'seriesjson', 'openmetrics'] as const;
export type DumpFormat = (typeof DUMP_FORMATS)[number];

const INTEGER = /^[+-]?\d+$/;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** A time in ms, of int64's range; its extremes mean that there is no bound. */
export function parseTime(text: string): number {
  if (!INTEGER.test(text)) throw new InvalidArgumentError('It is a whole number of ms.');
  const time = BigInt(text);
  if (time < INT64_MIN || time > INT64_MAX) {
    throw new InvalidArgumentError('It is outside the range of 64-bit integers.');
  }
  if (time === INT64_MIN) return MIN_TIME;
  return time === INT64_MAX ? MAX_TIME : Number(time);
}

/** A whole number from 0. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!INTEGER.test(text) || !Number.isSafeInteger(count) || count < 0) {
    throw new InvalidArgumentError('It is a whole number from 0.');
  }
  return count;
}

/** A parser of counts up to `max`. */
export function countUpTo(max: number): (text: string) => number {
  return (text) => {
    const count = parseCount(text);
    if (count > max) throw new InvalidArgumentError(`It is a whole number from 0 to ${max}.`);
    return count;
  };
}

/** Adds one more value of a flag that may be given several times. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
