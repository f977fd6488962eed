/**
 * A series of a script, its labels and its points.
 *
 *     series  name? ('{' (label '=' STRING | STRING) ,… '}')? item*
 *     item    '_' | '_x' N | value | value 'x' N | value ('+' | '-') NUMBER 'x' N
 *           | histogram | histogram 'x' N | histogram ('+' | '-') histogram 'x' N
 *     value   NUMBER | 'stale'
 */
import { Labels, METRIC_NAME } from '../model/labels.js';
import type { Histogram } from '../model/histogram.js';
import { fromByteText, toByteText } from '../promql/byte-text.js';
import { parseNumber } from '../promql/number-literal.js';
import { scanString, unquote } from '../promql/string-literal.js';
import { addHistograms } from './histogram-sum.js';
import { parseHistogram } from './histogram-text.js';
import type { Lines } from './script.js';

/** A point of a sequence, or a gap in it. The stale marker would not survive as a number. */
export type Point =
  | { readonly kind: 'none' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'float'; readonly value: number }
  | HistogramPoint;

export interface HistogramPoint {
  readonly kind: 'histogram';
  readonly histogram: Histogram;
  /** Whether the counter reset hint was spelled out. */
  readonly hasHint: boolean;
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const NUMBER = '(?:[0-9][0-9_]*\\.?[0-9_]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[iI]nf|[nN]a[nN]';
const FLOATS = new RegExp(`^([+-]?(?:${NUMBER}))([+-](?:${NUMBER}))?(?:x([0-9]+))?$`);
const HISTOGRAMS = /^\{\{(.*?)\}\}(?:([+-])\{\{(.*?)\}\})?(?:x([0-9]+))?(?=\s|$)/;

export function parseSeries(lines: Lines, line: string): { labels: Labels; points: Point[] } {
  const bytes = toByteText(line);
  const reader = new LabelReader(lines, bytes);
  const labels = reader.read();
  const points: Point[] = [];
  let rest = fromByteText(bytes.slice(reader.at)).trim();
  while (rest !== '') {
    const item = rest.startsWith('{{') ? (HISTOGRAMS.exec(rest)?.[0] ?? rest) : nextWord(rest);
    for (const point of parseItem(lines, item)) points.push(point);
    rest = rest.slice(item.length).trim();
  }
  return { labels, points };
}

function nextWord(text: string): string {
  return text.split(/\s/, 1)[0];
}

function parseItem(lines: Lines, item: string): Point[] {
  if (item.startsWith('{{')) return parseHistograms(lines, item);
  const gap = /^_(?:x([0-9]+))?$/.exec(item);
  if (gap !== null) return Array<Point>(Number(gap[1] ?? 1)).fill({ kind: 'none' });
  if (item === 'stale') return [{ kind: 'stale' }];
  const match = FLOATS.exec(item);
  if (match === null) throw lines.error(`invalid value ${JSON.stringify(item)}`);
  const [, first, step, repeat = '0'] = match;
  const points: Point[] = [];
  const change = step === undefined ? 0 : signedNumber(step);
  let value = signedNumber(first);
  for (let i = 0; i <= Number(repeat); i++) {
    points.push({ kind: 'float', value });
    if (step !== undefined) value += change;
  }
  return points;
}

function parseHistograms(lines: Lines, item: string): Point[] {
  const match = HISTOGRAMS.exec(item);
  if (match === null) throw lines.error(`invalid histogram ${JSON.stringify(item)}`);
  const [, first, sign, step, repeat = '0'] = match;
  const base = parseHistogram(lines, first);
  const change = step === undefined ? null : parseHistogram(lines, step);
  const hasHint = (change ?? base).hasHint;
  const points: Point[] = [];
  let { histogram } = base;
  for (let i = 0; i <= Number(repeat); i++) {
    points.push({ kind: 'histogram', histogram, hasHint });
    if (change === null) continue;
    histogram = addHistograms(histogram, change.histogram, sign === '-' ? -1 : 1);
  }
  return points;
}

/** A number with a sign or none. */
export function signedNumber(text: string): number {
  const value = parseNumber(text.replace(/^[+-]/, ''));
  return text.startsWith('-') ? -value : value;
}

/** Reads the labels that a line begins with. */
class LabelReader {
  private readonly lines: Lines;
  private readonly bytes: string;
  at = 0;

  constructor(lines: Lines, bytes: string) {
    this.lines = lines;
    this.bytes = bytes;
  }

  read(): Labels {
    const labels = new Map<string, string>();
    const name = this.scan(NAME);
    if (this.bytes[this.at] === '{' && this.bytes[this.at + 1] !== '{') {
      this.at++;
      this.readMembers(labels);
    } else if (name === '') {
      throw this.lines.error(`no series: ${JSON.stringify(this.bytes)}`);
    }
    if (name !== '') labels.set(METRIC_NAME, name);
    return Labels.from(labels);
  }

  private readMembers(labels: Map<string, string>): void {
    while (!this.accept('}')) {
      this.skipBlank();
      const quoted = this.string();
      const name = quoted ?? this.scan(LABEL);
      if (this.accept('=')) {
        this.skipBlank();
        const value = this.string();
        if (value === null || name === '') throw this.lines.error('invalid label');
        labels.set(name, value);
      } else if (quoted !== null) {
        labels.set(METRIC_NAME, quoted);
      } else {
        throw this.lines.error('invalid label');
      }
      if (!this.accept(',') && this.bytes[this.at] !== '}')
        throw this.lines.error('invalid labels');
    }
  }

  private string(): string | null {
    if (!/["'`]/.test(this.bytes.charAt(this.at))) return null;
    const end = scanString(this.bytes, this.at);
    const literal = this.bytes.slice(this.at, end);
    this.at = end;
    return unquote(literal);
  }

  private accept(char: string): boolean {
    this.skipBlank();
    if (this.bytes[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private skipBlank(): void {
    this.scan(/[\t ]*/y);
  }

  private scan(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.bytes)?.[0] ?? '';
    this.at += found.length;
    return found;
  }
}
