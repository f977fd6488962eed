/**
 * Warnings and infos of a query, in Prometheus 3.14's words (util/annotations/annotations.go).
 *
 * Equal texts are one annotation, whatever their positions: the last one's position is shown, of
 * those that count the first one's.
 */
import { formatG } from '../model/go-float.js';
import { goQuote } from '../model/go-quote.js';
import { encodeUtf8 } from '../model/utf8.js';
import type { Position } from './ast.js';

export interface AnnotationTexts {
  readonly warnings: string[];
  readonly infos: string[];
}

interface Annotation {
  readonly text: string;
  readonly position: Position;
  /** What is told of all its occurrences together. */
  readonly monotonicity: Monotonicity | null;
  /** Told from 2 on, of annotations that count. */
  readonly occurrences: number;
}

/** Where counts of a classic histogram's buckets fell, and by how much. */
export interface Monotonicity {
  readonly minTime: number;
  readonly maxTime: number;
  readonly minBucket: number;
  readonly maxBucket: number;
  readonly maxDifference: number;
  /** As Prometheus counts (functions/forced-buckets.ts). */
  readonly count: bigint;
}

const MONOTONICITY_TEXT =
  'PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see ' +
  'https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)';

/** Collects annotations. */
export class Annotations {
  private readonly byText = new Map<string, Annotation>();

  get isEmpty(): boolean {
    return this.byText.size === 0;
  }

  warn(text: string, position: Position): void {
    this.add({ text: `PromQL warning: ${text}`, position, monotonicity: null, occurrences: 1 });
  }

  info(text: string, position: Position): void {
    this.add({ text: `PromQL info: ${text}`, position, monotonicity: null, occurrences: 1 });
  }

  invalidQuantile(quantile: number, position: Position): void {
    const text = `quantile value should be between 0 and 1, got ${formatG(quantile)}`;
    this.warn(text, position);
  }

  possibleNonCounter(metric: string, position: Position): void {
    const what = 'metric might not be a counter, name does not end in _total/_sum/_count/_bucket:';
    this.info(`${what} ${goQuote(metric)}`, position);
  }

  possibleNonCounterType(metric: string, type: string, position: Position): void {
    const what =
      'metric might not be a counter, __type__ label is not set to "counter" or "histogram"';
    this.info(`${what}, got ${goQuote(type)}: ${goQuote(metric)}`, position);
  }

  forcedMonotonicity(name: string, position: Position, monotonicity: Monotonicity): void {
    const text = MONOTONICITY_TEXT + forMetric(name);
    const known = this.byText.get(text)?.monotonicity;
    this.add({
      text,
      position: this.placeOf(text, position),
      monotonicity: known == null ? monotonicity : union(known, monotonicity),
      occurrences: 1,
    });
  }

  /** In `count` windows of a series, start times contradict the samples. */
  startTimeOverlap(metric: string, count: number, position: Position): void {
    const text =
      'PromQL warning: sample has start time that overlaps with previous sample timestamp for ' +
      `metric ${goQuote(metric)}`;
    const known = this.byText.get(text)?.occurrences ?? 0;
    const place = this.placeOf(text, position);
    this.add({ text, position: place, monotonicity: null, occurrences: known + count });
  }

  /** In whatever order they are met, the place of what Prometheus evaluates last is shown. */
  private add(annotation: Annotation): void {
    const known = this.byText.get(annotation.text);
    const isLater = known === undefined || known.position.end <= annotation.position.end;
    const position = isLater ? annotation.position : known.position;
    this.byText.set(annotation.text, { ...annotation, position });
  }

  /** Where an annotation that counts stood first. */
  private placeOf(text: string, position: Position): Position {
    return this.byText.get(text)?.position ?? position;
  }

  /** All texts, with positions in `query`. */
  texts(query: string): AnnotationTexts {
    const warnings: string[] = [];
    const infos: string[] = [];
    for (const { text, position, monotonicity, occurrences } of this.byText.values()) {
      const times = occurrences > 1 ? ` (${occurrences} occurrences)` : '';
      const more = monotonicity === null ? times : describe(monotonicity);
      const list = text.startsWith('PromQL info') ? infos : warnings;
      list.push(`${text}${more} (${lineAndColumn(query, position.start)})`);
    }
    return { warnings, infos };
  }
}

/** ` for metric name "x"`, or nothing where there is none. */
export function forMetric(name: string): string {
  return name === '' ? '' : ` for metric name ${goQuote(name)}`;
}

function union(a: Monotonicity, b: Monotonicity): Monotonicity {
  return {
    minTime: Math.min(a.minTime, b.minTime),
    maxTime: Math.max(a.maxTime, b.maxTime),
    minBucket: Math.min(a.minBucket, b.minBucket),
    maxBucket: Math.max(a.maxBucket, b.maxBucket),
    maxDifference: Math.max(a.maxDifference, b.maxDifference),
    count: BigInt.asIntN(64, a.count + b.count),
  };
}

function describe(all: Monotonicity): string {
  return (
    `, from buckets ${formatG(all.minBucket)} to ${formatG(all.maxBucket)}, with a max diff of ` +
    `${twoDigits(all.maxDifference)}, over ${all.count} samples from ${rfc3339(all.minTime)} ` +
    `to ${rfc3339(all.maxTime)}`
  );
}

/** As Go's `%.2g`. */
function twoDigits(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return formatG(value);
  const [digits, exponent] = value.toExponential(1).split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 2) {
    const size = String(Math.abs(power)).padStart(2, '0');
    return `${digits.replace(/\.0$/, '')}e${power < 0 ? '-' : '+'}${size}`;
  }
  return String(Number(value.toPrecision(2)));
}

/** Go's division of milliseconds cuts off towards zero. */
function rfc3339(timeMs: number): string {
  return new Date(Math.trunc(timeMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** `line:column` of a byte offset; both from 1, columns in bytes. */
function lineAndColumn(query: string, offset: number): string {
  let line = 1;
  let lineStart = 0;
  const bytes = encodeUtf8(query);
  for (let i = 0; i < offset; i++) {
    if (bytes[i] !== 0x0a) continue;
    line++;
    lineStart = i + 1;
  }
  return `${line}:${offset - lineStart + 1}`;
}
