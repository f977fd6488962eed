/**
 * Evaluations of scripts.
 *
 *     eval    'eval' legacy? ('instant' 'at' TIME | 'range from' TIME 'to' TIME 'step' TIME) QUERY
 *             expect* (NUMBER | series*)
 *     legacy  '_fail' | '_warn' | '_info' | '_ordered'
 *     expect  'expect' ('fail' | 'warn' | 'info' | 'no_warn' | 'no_info' | 'ordered') rule?
 *           | 'expect string' STRING | 'expect range vector from' TIME 'to' TIME 'step' TIME
 *     rule    'msg:' TEXT | 'regex:' TEXT
 */
import { toByteText } from '../promql/byte-text.js';
import { scanString, unquote } from '../promql/string-literal.js';
import { parseTime } from './duration.js';
import type { AnnotationRule, Eval, Expected, ExpectedSeries, Lines, TextRule } from './script.js';
import { parseSeries, signedNumber } from './series-line.js';

const INSTANT = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$/;
const RANGE =
  /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$/;
const EXPECT = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/;
const EXPECT_RANGE = /^expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$/;
const NUMBER = /^[+-]?(?:[0-9.][0-9a-zA-Z_.+-]*|inf|nan)$/i;

export function parseEval(lines: Lines, line: string): Eval {
  const instant = INSTANT.exec(line);
  if (instant !== null) {
    const [, legacy, at = '0', query] = instant;
    const time = parseTime(lines, at);
    return new EvalParser(lines, query, legacy, { time, range: null }).parse();
  }
  const match = RANGE.exec(line);
  if (match === null) throw lines.error(`invalid evaluation command ${JSON.stringify(line)}`);
  const [, legacy, from, to, step, query] = match;
  const range = parseRange(lines, from, to, step);
  return new EvalParser(lines, query, legacy, { time: range.start, range }).parse();
}

type Times = Pick<Eval, 'time' | 'range'>;

function parseRange(
  lines: Lines,
  from: string,
  to: string,
  step: string,
): { start: number; end: number; step: number } {
  const start = parseTime(lines, from);
  const end = parseTime(lines, to);
  if (end < start) throw lines.error(`the end ${to} is before the start ${from}`);
  return { start, end, step: parseTime(lines, step) };
}

/** Collects what a block says. */
class EvalParser {
  private readonly lines: Lines;
  private readonly line: number;
  private readonly query: string;
  private times: Times;
  private resultTimes: Eval['range'];
  private isOrdered: boolean;
  private expected: Expected | null = null;
  private readonly series: ExpectedSeries[] = [];
  private readonly annotations: AnnotationRule[] = [];
  private failure: TextRule[] | null;

  constructor(lines: Lines, query: string, legacy: string | undefined, times: Times) {
    this.lines = lines;
    this.line = lines.number;
    this.query = query;
    this.times = times;
    this.resultTimes = times.range;
    this.isOrdered = legacy === 'ordered';
    this.failure = legacy === 'fail' ? [] : null;
    if (legacy === 'warn' || legacy === 'info') this.annotations.push({ kind: legacy, text: null });
  }

  parse(): Eval {
    const { lines } = this;
    for (let text = lines.nextOfBlock(); text !== null; text = lines.nextOfBlock()) {
      if (!this.parseLine(text)) break;
    }
    const { line, query, times, resultTimes, isOrdered, annotations, failure, series } = this;
    const expected = this.expected ?? { kind: 'series', series };
    const { time, range } = times;
    return {
      kind: 'eval',
      ...{ line, query, range, time, resultTimes, isOrdered, expected, annotations, failure },
    };
  }

  /** Whether further lines may follow. */
  private parseLine(text: string): boolean {
    if (this.failure !== null && this.parseLegacyFailure(this.failure, text)) return false;
    if (text.startsWith('expect range vector')) {
      this.expectRange(text);
    } else if (text.startsWith('expect string')) {
      this.expectString(text.slice('expect string'.length).trim());
    } else if (text.split(' ', 1)[0] === 'expect') {
      this.expect(text);
    } else if (NUMBER.test(text)) {
      this.expected = { kind: 'scalar', value: signedNumber(text) };
      return false;
    } else {
      this.expectSeries(text);
    }
    return true;
  }

  private parseLegacyFailure(failure: TextRule[], text: string): boolean {
    const match = /^expected_fail_(message|regexp)(.*)$/.exec(text);
    if (match === null) return false;
    failure.push({ text: match[2].trim(), isPattern: match[1] === 'regexp' });
    return true;
  }

  /** The samples of an instant query, which is evaluated at their end. */
  private expectRange(text: string): void {
    const match = EXPECT_RANGE.exec(text);
    if (match === null) throw this.lines.error('invalid range vector definition');
    const [, from, to, step] = match;
    this.resultTimes = parseRange(this.lines, from, to, step);
    this.times = { ...this.times, time: this.resultTimes.end };
  }

  private expectString(literal: string): void {
    const bytes = toByteText(literal);
    if (!/^["'`]/.test(bytes) || scanString(bytes, 0) !== bytes.length) {
      throw this.lines.error('a quoted string is required');
    }
    this.expected = { kind: 'string', value: unquote(bytes) };
  }

  private expect(text: string): void {
    const match = EXPECT.exec(text);
    if (match === null) throw this.lines.error(`invalid expect statement ${JSON.stringify(text)}`);
    const [, kind, type, rule = ''] = match;
    const textRule = type === undefined ? null : { text: rule.trim(), isPattern: type === 'regex' };
    if (kind === 'ordered') {
      this.isOrdered = true;
    } else if (kind === 'fail') {
      this.failure = textRule === null ? [] : [textRule];
    } else {
      this.annotations.push({ kind: kind as AnnotationRule['kind'], text: textRule });
    }
  }

  private expectSeries(text: string): void {
    const { labels, points } = parseSeries(this.lines, text);
    if (points.length > 1 && this.resultTimes === null) {
      throw this.lines.error('an instant vector has one value a series');
    }
    this.series.push({ labels, points });
  }
}
