/**
 * Functions that give each value of a vector another: arithmetic, trigonometry, parts of dates.
 * `args` are what the call's scalars give at that step. They drop metric names and histograms.
 */
import { toInt64 } from '../duration-text.js';
import { goExp, goLog, goLog10, goLog2, goMax, goMin } from '../go-math.js';
import {
  goAcos,
  goAcosh,
  goAsin,
  goAsinh,
  goAtan,
  goAtanh,
  goCos,
  goCosh,
  goSin,
  goSinh,
  goTan,
  goTanh,
} from '../go-trigonometry.js';

export type Elementwise = (value: number, args: readonly number[]) => number;

const SECONDS_PER_DAY = 86_400;

/** Seconds up to here, either way, are a date of JavaScript's. */
const DATE_SECONDS_MAX = 8.64e12;
/** From Go's first second to 1970, and to 2001: whole cycles of the calendar, 400 years each. */
const GO_EPOCH_SECONDS = (730_692_556n * 146_097n + 719_162n) * 86_400n;
const GO_EPOCH_YEARS = 292_277_022_400;
const CYCLE_START = Date.UTC(2001, 0, 1);
const CYCLE_YEARS = 400;
const CYCLE_SECONDS = 146_097n * 86_400n;

const date = new Date(0);

/**
 * The date of a time in seconds, of which Go takes the whole part. Beyond JavaScript's dates it is
 * that of the same day in another cycle, and beyond 64 bits, as Go's conversion, that of the least.
 */
function dateOf(seconds: number): Date {
  const isDate = Math.abs(seconds) <= DATE_SECONDS_MAX;
  date.setTime(
    isDate
      ? Math.trunc(seconds) * 1000
      : CYCLE_START + Number(secondsOfGo(seconds) % CYCLE_SECONDS) * 1000,
  );
  return date;
}

function yearOf(seconds: number): number {
  const year = dateOf(seconds).getUTCFullYear();
  if (Math.abs(seconds) <= DATE_SECONDS_MAX) return year;
  const cycles = Number(secondsOfGo(seconds) / CYCLE_SECONDS);
  return year - 2000 + cycles * CYCLE_YEARS - GO_EPOCH_YEARS;
}

/** Seconds since Go's first one. */
function secondsOfGo(seconds: number): bigint {
  return BigInt.asUintN(64, BigInt(toInt64(seconds)) + GO_EPOCH_SECONDS);
}

function daysInMonth(value: number): number {
  const day = dateOf(value);
  const year = day.getUTCFullYear() % CYCLE_YEARS;
  return new Date(Date.UTC(2000 + year, day.getUTCMonth() + 1, 0)).getUTCDate();
}

function dayOfYear(value: number): number {
  const day = dateOf(value);
  const first = Date.UTC(day.getUTCFullYear(), 0, 1);
  return Math.floor((day.getTime() - first) / (SECONDS_PER_DAY * 1000)) + 1;
}

/** Ties go up. */
function round(value: number, args: readonly number[]): number {
  const inverse = 1 / (args.length > 0 ? args[0] : 1);
  return Math.floor(value * inverse + 0.5) / inverse;
}

/** Functions of a time in seconds; without an argument, of the step's own time. */
export const DATES: Readonly<Record<string, Elementwise>> = {
  day_of_month: (value) => dateOf(value).getUTCDate(),
  day_of_week: (value) => dateOf(value).getUTCDay(),
  day_of_year: dayOfYear,
  days_in_month: daysInMonth,
  hour: (value) => dateOf(value).getUTCHours(),
  minute: (value) => dateOf(value).getUTCMinutes(),
  month: (value) => dateOf(value).getUTCMonth() + 1,
  year: yearOf,
};

export const ELEMENTWISE: Readonly<Record<string, Elementwise>> = {
  abs: Math.abs,
  acos: goAcos,
  acosh: goAcosh,
  asin: goAsin,
  asinh: goAsinh,
  atan: goAtan,
  atanh: goAtanh,
  ceil: Math.ceil,
  clamp: (value, [min, max]) => goMax(min, goMin(max, value)),
  clamp_max: (value, [max]) => goMax(-Infinity, goMin(max, value)),
  clamp_min: (value, [min]) => goMax(min, goMin(Infinity, value)),
  cos: goCos,
  cosh: goCosh,
  deg: (value) => (value * 180) / Math.PI,
  exp: goExp,
  floor: Math.floor,
  ln: goLog,
  log10: goLog10,
  log2: goLog2,
  rad: (value) => (value * Math.PI) / 180,
  round,
  sgn: (value) => (value < 0 ? -1 : value > 0 ? 1 : value),
  sin: goSin,
  sinh: goSinh,
  sqrt: Math.sqrt,
  tan: goTan,
  tanh: goTanh,
  ...DATES,
};
