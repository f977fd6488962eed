/**
 * The language of Prometheus' PromQL test scripts (promql/promqltest): text to commands.
 *
 *     script  (blank | '#' comment | 'clear' | load | eval)*
 *     load    ('load' | 'load_with_nhcb') DURATION series*      up to a blank line
 *     series  labels SEQUENCE | labels '@st' SEQUENCE           start times of the next series
 */
import { messageOf } from '../model/errors.js';
import type { Labels } from '../model/labels.js';
import { parseTime } from './duration.js';
import { parseEval } from './eval-parser.js';
import { type Point, parseSeries } from './series-line.js';
import { parseStartTimes } from './start-times.js';

export type Command = Clear | Load | Eval | Broken;

/** A block that is none of the language. */
export interface Broken {
  readonly kind: 'broken';
  readonly line: number;
  readonly message: string;
}

export interface Clear {
  readonly kind: 'clear';
  readonly line: number;
}

/** Points of series, a step apart from time 0. */
export interface Load {
  readonly kind: 'load';
  readonly line: number;
  readonly stepMs: number;
  readonly series: readonly LoadedSeries[];
  /** Whether classic histograms become native ones with custom buckets, too. */
  readonly withCustomBuckets: boolean;
}

export interface LoadedSeries {
  readonly labels: Labels;
  readonly points: readonly Point[];
  /** By point, in ms from its time; null where it is unknown. */
  readonly startTimes: readonly (number | null)[] | null;
}

/** A query, when it is evaluated, and what must come of it. */
export interface Eval {
  readonly kind: 'eval';
  readonly line: number;
  readonly query: string;
  /** Times in ms: of instant queries one moment. */
  readonly range: { readonly start: number; readonly end: number; readonly step: number } | null;
  readonly time: number;
  /** The times of the points that are expected; null of an instant vector. */
  readonly resultTimes: Eval['range'];
  readonly isOrdered: boolean;
  readonly expected: Expected;
  readonly annotations: readonly AnnotationRule[];
  /** What the message of the error must be; null where there must be none. */
  readonly failure: readonly TextRule[] | null;
}

/** The value of a query. */
export type Expected =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'series'; readonly series: readonly ExpectedSeries[] };

export interface ExpectedSeries {
  readonly labels: Labels;
  /** Of a vector one. */
  readonly points: readonly Point[];
}

export interface TextRule {
  /** The whole text, or a pattern that it must contain. */
  readonly text: string;
  readonly isPattern: boolean;
}

export interface AnnotationRule {
  readonly kind: 'warn' | 'info' | 'no_warn' | 'no_info';
  /** Null: any text will do. */
  readonly text: TextRule | null;
}

/** The commands of a script. What cannot be read is one, too, up to the next blank line. */
export function parseScript(text: string): Command[] {
  const lines = new Lines(text);
  const commands: Command[] = [];
  for (;;) {
    const line = lines.next();
    if (line === null) return commands;
    if (line === '') continue;
    try {
      commands.push(parseCommand(lines, line));
    } catch (error) {
      commands.push({ kind: 'broken', line: lines.number, message: messageOf(error) });
      while (lines.nextOfBlock() !== null);
    }
  }
}

function parseCommand(lines: Lines, line: string): Command {
  const word = line.split(/[\t ]+/, 1)[0].toLowerCase();
  if (word === 'clear') return { kind: 'clear', line: lines.number };
  if (word.startsWith('load')) return parseLoad(lines, line);
  if (word.startsWith('eval')) return parseEval(lines, line);
  throw lines.error(`invalid command ${JSON.stringify(line)}`);
}

/** Trimmed lines, comments as blank ones; a cursor. */
export class Lines {
  private readonly lines: readonly string[];
  private index = -1;

  constructor(text: string) {
    this.lines = text.split('\n').map((line) => {
      const trimmed = line.trim();
      return trimmed.startsWith('#') ? '' : trimmed;
    });
  }

  /** Of the line that was given last, from 1. */
  get number(): number {
    return this.index + 1;
  }

  /** The next line; null behind the last. */
  next(): string | null {
    return ++this.index < this.lines.length ? this.lines[this.index] : null;
  }

  /** The next line of a block; null behind its last, which a blank line follows. */
  nextOfBlock(): string | null {
    const line = this.lines[this.index + 1] ?? '';
    if (line === '') return null;
    this.index++;
    return line;
  }

  error(message: string): Error {
    return new Error(`line ${this.number}: ${message}`);
  }
}

function parseLoad(lines: Lines, line: string): Load {
  const start = lines.number;
  const match = /^load(?:_(with_nhcb))?\s+(\S+)$/.exec(line);
  if (match === null) throw lines.error('invalid load command. (load[_with_nhcb] <step>)');
  const stepMs = parseTime(lines, match[2]);
  const series = new Map<string, LoadedSeries>();
  let startTimes: { labels: Labels; offsets: (number | null)[] } | null = null;
  for (let text = lines.nextOfBlock(); text !== null; text = lines.nextOfBlock()) {
    const marked = /^(\S+)@st\s+(.*)$/.exec(text);
    if (marked !== null) {
      const { labels } = parseSeries(lines, marked[1]);
      startTimes = { labels, offsets: parseStartTimes(lines, marked[2]) };
      continue;
    }
    const { labels, points } = parseSeries(lines, text);
    const offsets = startTimes?.offsets ?? null;
    if (startTimes !== null && startTimes.labels.key() !== labels.key()) {
      throw lines.error('the @st line before is of another series');
    }
    if (offsets !== null && offsets.length !== points.length) {
      throw lines.error(`${points.length} values have ${offsets.length} start times`);
    }
    // Of one series the last line counts.
    series.set(labels.key(), { labels, points, startTimes: offsets });
    startTimes = null;
  }
  if (startTimes !== null) throw lines.error('no series follows the @st line');
  const withCustomBuckets = match[1] !== undefined;
  return { kind: 'load', line: start, stepMs, series: [...series.values()], withCustomBuckets };
}
