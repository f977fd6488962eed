/**
 * Runs scripts against the engine, with the checks that the reference runner adds: instant queries
 * are asked again bound to their moment, and each of them as the middle of a range.
 */
import { messageOf, ParseError, TsdbError } from '../model/errors.js';
import type { Histogram } from '../model/histogram.js';
import type { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import type { Expression } from '../promql/ast.js';
import { Engine } from '../promql/engine.js';
import { parseExpression } from '../promql/parser.js';
import { type QueryResult, type QueryValue, ScalarValue, VectorValue } from '../promql/value.js';
import { type Moment, momentsOf } from './at-rewrite.js';
import { checkSorted, compareValue } from './comparison.js';
import { MemoryStorage } from './memory-storage.js';
import { expectedText, valueText } from './rendering.js';
import {
  type AnnotationRule,
  type Command,
  type Eval,
  parseScript,
  type TextRule,
} from './script.js';

const MINUTE_MS = 60_000;
const EXPERIMENTS = {
  experimentalFunctions: true,
  durationExpressions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};
/** As the reference runner sets its engine up. */
const ENGINE_OPTIONS = {
  ...EXPERIMENTS,
  delayedNameRemoval: true,
  startTimestamps: true,
  samplesMax: 10_000,
  timeoutMs: 100_000,
};
/** What annotations end with: scripts of 3.14 leave it out, later ones do not. */
const DETAILS = /^(?:, from buckets .*)?(?: \([0-9]+ occurrences\))?(?: \([0-9]+:[0-9]+\))?$/;
const CONTEXT_FUNCTIONS = /(start|end|range|step)\(\)/;

/** What became of one evaluation. */
export interface Outcome {
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly line: number;
  readonly query: string;
  /** Why it failed or was skipped. */
  readonly reason: string;
}

/** Raised where an answer is not as it must be. */
class Mismatch extends Error {}

/** Runs all of a script. */
export async function runScript(text: string): Promise<Outcome[]> {
  const runner = new ScriptRunner();
  const outcomes: Outcome[] = [];
  for (const command of parseScript(text)) {
    const outcome = await runner.run(command);
    if (outcome !== null) outcomes.push(outcome);
  }
  return outcomes;
}

class ScriptRunner {
  private readonly storage = new MemoryStorage();
  private readonly engine = new Engine(ENGINE_OPTIONS);

  async run(command: Command): Promise<Outcome | null> {
    switch (command.kind) {
      case 'clear':
        this.storage.clear();
        return null;
      case 'load':
        this.storage.load(command);
        return null;
      case 'eval':
        return this.evaluate(command);
      case 'broken':
        return { status: 'failed', line: command.line, query: '', reason: command.message };
    }
  }

  private async evaluate(wanted: Eval): Promise<Outcome> {
    const { line, query } = wanted;
    try {
      await this.check(wanted);
      return { status: 'passed', line, query, reason: '' };
    } catch (error) {
      const reason = error instanceof Mismatch ? error.message : describe(error);
      if (!this.needsHistograms(wanted)) return { status: 'failed', line, query, reason };
      return { status: 'skipped', line, query, reason: `native histograms: ${reason}` };
    }
  }

  /** Whether an evaluation is about native histograms: it expects one, or may select one. */
  private needsHistograms({ query, expected }: Eval): boolean {
    if (
      expected.kind === 'series' &&
      expected.series.some(({ points }) => points.some(({ kind }) => kind === 'histogram'))
    ) {
      return true;
    }
    try {
      const selectors = selectorsOf(parseExpression(query, EXPERIMENTS));
      return selectors.some((matchers) => this.storage.holdsHistograms(matchers));
    } catch (error) {
      if (error instanceof ParseError) return false;
      throw error;
    }
  }

  private async check(wanted: Eval): Promise<void> {
    const { query, range } = wanted;
    if (range !== null) {
      await this.ask(wanted, query, () => this.engine.range(this.storage, query, range));
      return;
    }
    let moments: Moment[];
    try {
      moments = momentsOf(query, wanted.time, EXPERIMENTS);
    } catch (error) {
      if (wanted.failure === null) throw error;
      checkFailure(wanted.failure, messageOf(error));
      return;
    }
    for (const moment of moments) await this.checkMoment(wanted, moment);
  }

  private async checkMoment(wanted: Eval, { query, time }: Moment): Promise<void> {
    const { engine, storage } = this;
    const value = await this.ask(wanted, `${query} at ${time} ms`, () =>
      engine.instant(storage, query, { time }),
    );
    const isRange = wanted.resultTimes !== null || wanted.expected.kind === 'string';
    if (value === null || isRange || CONTEXT_FUNCTIONS.test(query)) return;
    const times = { start: time - MINUTE_MS, end: time + MINUTE_MS, step: MINUTE_MS };
    const around = await engine.range(storage, query, times);
    if (wanted.isOrdered) return;
    const middle = middleOf(around.value, time, value.type === 'scalar');
    compare(wanted, middle, `${query} in the middle of a range around ${time} ms`);
  }

  /** Asks once; the value, or null where it failed as it had to. */
  private async ask(
    wanted: Eval,
    what: string,
    query: () => Promise<QueryResult>,
  ): Promise<QueryValue | null> {
    let result: QueryResult;
    try {
      result = await query();
    } catch (error) {
      if (wanted.failure === null) throw error;
      checkFailure(wanted.failure, messageOf(error));
      return null;
    }
    if (wanted.failure !== null) throw new Mismatch(`${what}: it had to fail`);
    checkAnnotations(wanted.annotations, result);
    compare(wanted, result.value, what);
    return result.value;
  }
}

/** An error that the query must not have; bugs with where they are. */
function describe(error: unknown): string {
  const isExpected = error instanceof TsdbError;
  return isExpected || !(error instanceof Error) ? messageOf(error) : String(error.stack);
}

function compare(wanted: Eval, value: QueryValue, what: string): void {
  const reason = compareValue(wanted, value);
  if (reason === null) return;
  throw new Mismatch(
    `${what}: ${reason}\nwanted:\n${expectedText(wanted.expected)}\ngot:\n${valueText(value)}`,
  );
}

interface Found {
  readonly labels: Labels;
  /** One value, whose bits are kept. */
  readonly values: Float64Array;
  readonly histogram: Histogram | undefined;
}

/** The elements of a matrix at one moment. */
function middleOf(value: QueryValue, time: number, isScalar: boolean): QueryValue {
  if (value.type !== 'matrix') throw new Mismatch(`a range query gave a ${value.type}`);
  const disorder = checkSorted(value.series);
  if (disorder !== null) throw new Mismatch(disorder);
  const found: Found[] = [];
  for (const { labels, times, values, histograms } of value.series) {
    const row = times.indexOf(time);
    const histogram = histograms?.find((point) => point.time === time)?.histogram;
    if (row >= 0)
      found.push({ labels, values: values.subarray(row, row + 1), histogram: undefined });
    else if (histogram !== undefined)
      found.push({ labels, values: new Float64Array(1), histogram });
  }
  if (isScalar) return new ScalarValue(time, found[0]?.values[0] ?? NaN);
  const column = new Float64Array(found.length);
  found.forEach(({ values }, i) => column.set(values, i));
  const hasHistograms = found.some(({ histogram }) => histogram !== undefined);
  return new VectorValue(time, {
    labels: found.map(({ labels }) => labels),
    values: column,
    histograms: hasHistograms ? found.map(({ histogram }) => histogram) : null,
  });
}

function checkFailure(rules: readonly TextRule[], message: string): void {
  for (const rule of rules) {
    if (matches(rule, message)) continue;
    throw new Mismatch(`wrong error\nwanted:\n${rule.text}\ngot:\n${message}`);
  }
}

function checkAnnotations(rules: readonly AnnotationRule[], result: QueryResult): void {
  for (const [wanted, none, texts] of [
    ['warn', 'no_warn', result.warnings],
    ['info', 'no_info', result.infos],
  ] as const) {
    if (rules.some(({ kind }) => kind === none) && texts.length > 0) {
      throw new Mismatch(`${none}, but there is ${texts.join('\n')}`);
    }
    const own = rules.filter(({ kind }) => kind === wanted);
    for (const { text } of own) {
      if (texts.some((one) => text === null || matches(text, one))) continue;
      throw new Mismatch(
        `no ${wanted}\nwanted:\n${text?.text ?? 'any'}\ngot:\n${texts.join('\n')}`,
      );
    }
    const stray = texts.find((one) => !own.some(({ text }) => text === null || matches(text, one)));
    if (own.length > 0 && stray !== undefined) throw new Mismatch(`${wanted} not wanted: ${stray}`);
  }
}

function matches({ text, isPattern }: TextRule, message: string): boolean {
  if (isPattern) return new RegExp(text).test(message);
  return message === text || (message.startsWith(text) && DETAILS.test(message.slice(text.length)));
}

function selectorsOf(expression: Expression): (readonly Matcher[])[] {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return [];
    case 'vectorSelector':
      return [expression.matchers];
    case 'matrixSelector':
      return [expression.selector.matchers];
    case 'subquery':
    case 'unary':
    case 'parentheses':
      return selectorsOf(expression.expression);
    case 'call':
      return expression.args.flatMap(selectorsOf);
    case 'binary':
      return [...selectorsOf(expression.left), ...selectorsOf(expression.right)];
    case 'aggregation': {
      const { parameter } = expression;
      const own = parameter === null ? [] : selectorsOf(parameter);
      return [...own, ...selectorsOf(expression.expression)];
    }
  }
}
