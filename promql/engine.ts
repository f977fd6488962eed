/**
 * Answers PromQL expressions over any `Queryable`: at one moment (`instant`) or at many (`range`).
 *
 * A query is parsed, planned (promql/planner.ts), and evaluated a series at a time over columns
 * (promql/evaluator.ts), with turns of the event loop in between. What is wrong with it, or a limit
 * that it meets, is a `QueryError` in Prometheus' words.
 */
import { unreachable } from '../model/assert.js';
import { ArgumentError, QueryError } from '../model/errors.js';
import type { Queryable } from '../model/queryable.js';
import type { Expression } from './ast.js';
import { startDeadline } from './deadline.js';
import { type EngineOptions, type EngineSettings, settingsOf } from './engine-options.js';
import { Evaluator } from './evaluator.js';
import { type Grid, gridOf } from './grid.js';
import { parseExpression } from './parser.js';
import { planQuery, type QueryRange, unwrap } from './planner.js';
import { interruptionOf, QueryContext } from './query-context.js';
import { QueryQueue } from './query-queue.js';
import { streamOfScalar } from './vector-stream.js';
import { collectMatrix, collectSamples, collectVector } from './results.js';
import { QueryResult, type QueryValue, ScalarValue, StringValue } from './value.js';

export interface QueryOptions {
  /** Aborts with a `QueryError` of type `canceled` (or `timeout`, by the signal's reason). */
  readonly signal?: AbortSignal;
  /** Instead of the engine's. */
  readonly lookbackMs?: number;
  /** At most the engine's. */
  readonly timeoutMs?: number;
}

export interface InstantOptions extends QueryOptions {
  /** The moment of evaluation, in ms. */
  readonly time: number;
}

export interface RangeOptions extends QueryOptions {
  /** The first moment, and the last one that is possible, in ms. */
  readonly start: number;
  readonly end: number;
  /** From moment to moment, in ms. */
  readonly step: number;
}

export class Engine {
  private readonly settings: EngineSettings;
  private readonly queue: QueryQueue;

  constructor(options: EngineOptions = {}) {
    this.settings = settingsOf(options);
    this.queue = new QueryQueue(this.settings.concurrencyMax);
  }

  /** The value of an expression at one moment. */
  async instant(
    queryable: Queryable,
    query: string,
    options: InstantOptions,
  ): Promise<QueryResult> {
    const { time } = options;
    checkTime('time', time);
    return this.run(queryable, query, { start: time, end: time, interval: 0 }, options);
  }

  /** The values of an expression of type vector or scalar from `start` to `end`. */
  async range(queryable: Queryable, query: string, options: RangeOptions): Promise<QueryResult> {
    const { start, end, step } = options;
    checkTime('start', start);
    checkTime('end', end);
    if (!(Number.isSafeInteger(step) && step > 0)) {
      throw new ArgumentError(`step is a whole number of milliseconds from 1; got ${step}`);
    }
    if (end < start) throw new ArgumentError(`end is not before start; got ${end} and ${start}`);
    const { stepsMax } = this.settings;
    if ((end - start) / step >= stepsMax) {
      const message = `query limit steps: a query has at most ${stepsMax} steps`;
      throw new QueryError('execution', message, { limit: 'steps' });
    }
    return this.run(queryable, query, { start, end, interval: step }, options);
  }

  private async run(
    queryable: Queryable,
    query: string,
    times: { start: number; end: number; interval: number },
    options: QueryOptions,
  ): Promise<QueryResult> {
    const { settings } = this;
    const expression = parseExpression(query, settings.parser);
    const isRange = times.interval > 0;
    if (isRange) checkRangeType(expression);
    const timeoutMs = Math.min(options.timeoutMs ?? Infinity, settings.timeoutMs);
    const deadline = startDeadline(options.signal, timeoutMs);
    const { signal } = deadline;
    const lookbackMs = options.lookbackMs ?? settings.lookbackMs;
    const range = { ...times, lookbackMs, subqueryStepMs: settings.subqueryStepMs };
    try {
      await this.queue.enter(signal);
    } catch (error) {
      deadline.stop();
      throw interruptionOf(error, 'query queue');
    }
    try {
      return await this.evaluate(queryable, { query, expression, range, isRange }, signal);
    } catch (error) {
      throw signal.aborted ? interruptionOf(error, 'expression evaluation') : error;
    } finally {
      this.queue.leave();
      deadline.stop();
    }
  }

  private async evaluate(
    queryable: Queryable,
    asked: { query: string; expression: Expression; range: QueryRange; isRange: boolean },
    signal: AbortSignal,
  ): Promise<QueryResult> {
    const { query, expression, range, isRange } = asked;
    const plan = planQuery(expression, range);
    const { minTime, maxTime } = plan;
    const querier = await queryable.querier({ minTime, maxTime, signal });
    try {
      const { limits, features } = this.settings;
      const context = new QueryContext({ plan, querier, limits, features, signal });
      const grid = gridOf(range.start, range.end, isRange ? range.interval : 1);
      const evaluator = new Evaluator(context);
      const value = await valueOf(evaluator, unwrap(expression), grid, isRange, expression);
      const { warnings, infos } = context.annotations.texts(query);
      return new QueryResult(value, warnings, infos);
    } finally {
      querier.release();
    }
  }
}

async function valueOf(
  evaluator: Evaluator,
  inner: Expression,
  grid: Grid,
  isRange: boolean,
  expression: Expression,
): Promise<QueryValue> {
  const { context } = evaluator;
  switch (inner.type) {
    case 'string':
      return new StringValue(grid.start, inner.kind === 'string' ? inner.value : '');
    case 'matrix':
      return collectSamples(context, await evaluator.range(inner, grid));
    case 'scalar': {
      const values = await evaluator.scalar(expression, grid);
      if (!isRange) return new ScalarValue(grid.start, values[0]);
      return collectMatrix(context, streamOfScalar(values), grid);
    }
    case 'vector': {
      const stream = await evaluator.vector(expression, grid);
      if (isRange) return collectMatrix(context, stream, grid);
      return collectVector(context, stream, grid.start);
    }
    default:
      return unreachable(inner);
  }
}

function checkTime(name: string, time: number): void {
  if (Number.isSafeInteger(time)) return;
  throw new ArgumentError(`${name} is a whole number of milliseconds; got ${time}`);
}

const TYPE_NAMES = {
  matrix: 'range vector',
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
};

function checkRangeType({ type }: Expression): void {
  if (type === 'vector' || type === 'scalar') return;
  throw new QueryError(
    'bad_data',
    `invalid expression type "${TYPE_NAMES[type]}" for range query, ` +
      'must be Scalar or instant Vector',
  );
}
