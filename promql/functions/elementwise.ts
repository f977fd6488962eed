/**
 * Functions that give each value of a vector another: arithmetic, trigonometry, parts of dates.
 * `args` are what the call's scalars give at that step. They drop metric names and histograms.
 */
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

const date = new Date(0);

/** The date of a time in seconds, of which Go takes the whole part. */
function dateOf(seconds: number): Date {
  date.setTime(Math.trunc(seconds) * 1000);
  return date;
}

function daysInMonth(value: number): number {
  const { year, month } = civilOf(value);
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function dayOfYear(value: number): number {
  const day = dateOf(value);
  const first = Date.UTC(day.getUTCFullYear(), 0, 1);
  return Math.floor((day.getTime() - first) / (SECONDS_PER_DAY * 1000)) + 1;
}

function civilOf(value: number): { year: number; month: number } {
  const day = dateOf(value);
  return { year: day.getUTCFullYear(), month: day.getUTCMonth() + 1 };
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
  month: (value) => civilOf(value).month,
  year: (value) => civilOf(value).year,
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
