/** Values of parameters, with the rules and the words of Prometheus' web/api/v1/api.go. */
import { parseDuration } from '../model/duration.js';
import { messageOf, TsdbError } from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';
import { MAX_TIME, MIN_TIME, TIME_MAX } from '../model/interval.js';
import type { Matcher } from '../model/matcher.js';
import { parseSelector } from '../promql/selector.js';
import { ApiError, invalidParameter } from './api-error.js';
import type { Form } from './form.js';

/** What Go's `strconv.ParseFloat` reads, hexadecimal floats aside. */
const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;
const INTEGER = /^[+-]?\d+$/;
const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;
/** The ends of time as Prometheus formats them: no RFC 3339, but sent by clients. */
const MIN_TIME_FORMATTED = '-292273086-05-16T16:47:06Z';
const MAX_TIME_FORMATTED = '292277025-08-18T07:12:54.999999999Z';
const INT_MAX = 2 ** 63;
const NS_PER_MS = 1e6;

/** A point in time in ms: seconds as a decimal, or RFC 3339. */
export function parseTime(text: string): number {
  const time = FLOAT.test(text) ? timeOfSeconds(parseFloatLikeGo(text)) : timeOfDate(text);
  if (time !== null) return time;
  if (text === MIN_TIME_FORMATTED) return MIN_TIME;
  if (text === MAX_TIME_FORMATTED) return MAX_TIME;
  throw new ApiError('bad_data', `cannot parse ${goQuote(text)} to a valid timestamp`);
}

function parseFloatLikeGo(text: string): number {
  if (/^[+-]?inf/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

/** Rounded to ms; what no sample can have becomes the end of time. */
function timeOfSeconds(seconds: number): number {
  const whole = Math.trunc(seconds);
  const fraction = seconds - whole;
  // Go rounds half away from zero.
  const time = whole * 1000 + Math.sign(fraction) * Math.round(Math.abs(fraction) * 1000);
  if (time > TIME_MAX) return MAX_TIME;
  return time >= -TIME_MAX ? time : MIN_TIME;
}

/** Null for what is no date. Cut off to ms. */
function timeOfDate(text: string): number | null {
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const ms = Number((match[7] ?? '0').padEnd(3, '0').slice(0, 3));
  const offsetMs = (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)) * 60_000;
  const local = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + ms;
  return match[8] === '-' ? local + offsetMs : local - offsetMs;
}

/** A duration in ms, with a fraction: seconds as a decimal, or in units (`5m`). */
export function parseStep(text: string): number {
  const cannot = `cannot parse ${goQuote(text)} to a valid duration`;
  if (FLOAT.test(text)) {
    const ns = parseFloatLikeGo(text) * 1000 * NS_PER_MS;
    if (ns > INT_MAX || ns < -INT_MAX) {
      throw new ApiError('bad_data', `${cannot}. It overflows int64`);
    }
    return Math.trunc(ns) / NS_PER_MS;
  }
  try {
    return parseDuration(text);
  } catch {
    throw new ApiError('bad_data', cannot);
  }
}

/** `parse(form.get(name))`, with the parameter's name in what it throws. */
export function required<T>(form: Form, name: string, parse: (text: string) => T): T {
  try {
    return parse(form.get(name));
  } catch (error) {
    throw invalidParameter(name, messageOf(error));
  }
}

/** A point in time that may be left out. */
export function timeOr(form: Form, name: string, fallback: number): number {
  if (form.get(name) === '') return fallback;
  return required(form, name, (text) => {
    try {
      return parseTime(text);
    } catch (error) {
      throw new ApiError('bad_data', `invalid time value for '${name}': ${messageOf(error)}`);
    }
  });
}

/** The closed range of `start` and `end`; all of time where they are left out. */
export function timeRange(form: Form): { minTime: number; maxTime: number } {
  const minTime = timeOr(form, 'start', MIN_TIME);
  return { minTime, maxTime: timeOr(form, 'end', MAX_TIME) };
}

/** A duration that may be left out: null. */
export function durationOrNull(form: Form, name: string): number | null {
  return form.get(name) === '' ? null : required(form, name, parseStep);
}

/** As Go's `strconv.Atoi`; throws its words. */
export function parseInteger(text: string): number {
  const problem = `strconv.Atoi: parsing ${goQuote(text)}`;
  if (!INTEGER.test(text)) throw new ApiError('bad_data', `${problem}: invalid syntax`);
  const value = Number(text);
  if (Math.abs(value) >= INT_MAX) throw new ApiError('bad_data', `${problem}: value out of range`);
  return value;
}

/** The `limit`; 0: none. */
export function limitOf(form: Form): number {
  if (form.get('limit') === '') return 0;
  const limit = required(form, 'limit', parseInteger);
  if (limit < 0) throw invalidParameter('limit', 'limit must be non-negative');
  return limit;
}

/** An optional number whose only message is its own. */
export function countOr(form: Form, name: string, fallback: number): number {
  const text = form.get(name);
  if (text === '') return fallback;
  try {
    return parseInteger(text);
  } catch {
    throw new ApiError('bad_data', `${name} must be a number`);
  }
}

const TRUE: readonly string[] = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const FALSE: readonly string[] = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

/** As Go's `strconv.ParseBool`; throws its words. */
export function parseBool(text: string): boolean {
  if (TRUE.includes(text)) return true;
  if (FALSE.includes(text)) return false;
  const problem = `strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`;
  throw new ApiError('bad_data', problem);
}

/** The selectors of `match[]`, each of which has to keep something out. */
export function matcherSets(form: Form): Matcher[][] {
  const sets = form.getAll('match[]').map(selector);
  if (sets.every((set) => set.some(({ matchesEmpty }) => !matchesEmpty))) return sets;
  throw new ApiError('bad_data', 'match[] must contain at least one non-empty matcher');
}

/** One selector; throws the parser's words. */
export function selector(text: string): Matcher[] {
  try {
    return parseSelector(text);
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    throw new ApiError('bad_data', error.message, { cause: error });
  }
}
