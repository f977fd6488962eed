/**
 * Native histograms of scripts: `{{schema:1 count:4 sum:5 z_bucket:1 buckets:[1 2] offset:-1}}`.
 * They are float histograms, as all that the scripts load.
 */
import {
  type CounterResetHint,
  Histogram,
  HINT_GAUGE,
  HINT_NOT_RESET,
  HINT_RESET,
  HINT_UNKNOWN,
  type Span,
} from '../model/histogram.js';
import type { Lines } from './script.js';
import { signedNumber } from './series-line.js';

const FIELD = /([a-z_]+):(\[[^\]]*\]|\S+)/g;
const HINTS: ReadonlyMap<string, CounterResetHint> = new Map([
  ['unknown', HINT_UNKNOWN],
  ['reset', HINT_RESET],
  ['not_reset', HINT_NOT_RESET],
  ['gauge', HINT_GAUGE],
] as const);

/** What stands between the braces; `hasHint` where it spells out the counter reset hint. */
export function parseHistogram(
  lines: Lines,
  text: string,
): { histogram: Histogram; hasHint: boolean } {
  const fields = new Map<string, string>();
  for (const [, name, value] of text.matchAll(FIELD)) fields.set(name, value);
  if (text.replace(FIELD, '').trim() !== '') {
    throw lines.error(`invalid histogram {{${text}}}`);
  }
  const number = (name: string): number => signedNumber(fields.get(name) ?? '0');
  const list = (name: string): Float64Array => listOf(fields.get(name) ?? '');
  const positiveBuckets = list('buckets');
  const negativeBuckets = list('n_buckets');
  const hint = fields.get('counter_reset_hint');
  const counterResetHint = HINTS.get(hint ?? 'unknown');
  if (counterResetHint === undefined) throw lines.error(`unknown hint ${hint}`);
  const histogram = new Histogram({
    isFloat: true,
    counterResetHint,
    schema: number('schema'),
    zeroThreshold: number('z_bucket_w'),
    zeroCount: number('z_bucket'),
    count: number('count'),
    sum: number('sum'),
    positiveSpans: spansOf(number('offset'), positiveBuckets),
    negativeSpans: spansOf(number('n_offset'), negativeBuckets),
    positiveBuckets,
    negativeBuckets,
    customValues: list('custom_values'),
  });
  return { histogram, hasHint: hint !== undefined };
}

function listOf(text: string): Float64Array {
  const words = text.split(/[[\]\s]+/).filter((word) => word !== '');
  return Float64Array.from(words, signedNumber);
}

function spansOf(offset: number, { length }: Float64Array): Span[] {
  return length === 0 ? [] : [{ offset, length }];
}
