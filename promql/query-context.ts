/**
 * What all parts of one running query share: its plan, the storage, annotations, and the limits
 * that it must keep: samples, bytes, time, and its turns of the event loop.
 */
import { LimitError, QueryError } from '../model/errors.js';
import { Pacer } from '../model/pacer.js';
import type { Querier } from '../model/queryable.js';
import type { Moved, Steps } from '../model/steps.js';
import { Annotations } from './annotations.js';
import type { QueryPlan } from './planner.js';
import { StepColumn } from './step-column.js';

const EVALUATION = 'expression evaluation';

export interface QueryLimits {
  /** Samples that a query may hold, as Prometheus counts them (`--query.max-samples`). */
  readonly samplesMax: number;
  /** Series that selectors of a query may give. */
  readonly seriesMax: number;
  /** Bytes of the columns that a query keeps. */
  readonly bytesMax: number;
}

/** Switches of Prometheus' engine. */
export interface QueryFeatures {
  /** Metric names go at the end, not at each function (`promql-delayed-name-removal`). */
  readonly delayedNameRemoval: boolean;
  /** `rate` judges by the label `__type__` (`type-and-unit-labels`). */
  readonly typeAndUnitLabels: boolean;
  /** Counter functions take account of start timestamps (`use-start-timestamps`). */
  readonly startTimestamps: boolean;
}

export class QueryContext {
  readonly plan: QueryPlan;
  readonly querier: Querier;
  readonly features: QueryFeatures;
  readonly annotations = new Annotations();
  private readonly limits: QueryLimits;
  private readonly pacer = new Pacer();
  private readonly signal: AbortSignal;
  private samples = 0;
  private series = 0;
  private bytes = 0;

  constructor(options: {
    plan: QueryPlan;
    querier: Querier;
    limits: QueryLimits;
    features: QueryFeatures;
    signal: AbortSignal;
  }) {
    this.plan = options.plan;
    this.querier = options.querier;
    this.limits = options.limits;
    this.features = options.features;
    this.signal = options.signal;
  }

  get lookbackMs(): number {
    return this.plan.range.lookbackMs;
  }

  /** Counts work; true when the event loop is due a turn: `await turn()`, or pause. */
  isDue(units: number): boolean {
    return this.pacer.isDue(units);
  }

  async turn(): Promise<void> {
    try {
      await this.pacer.turn(this.signal);
    } catch (error) {
      throw interruptionOf(error, EVALUATION);
    }
  }

  /** Counts work and gives a turn when one is due. */
  async work(units: number): Promise<void> {
    if (this.isDue(units)) await this.turn();
  }

  /** Runs work in steps, with turns in between. */
  async run<T>(steps: Steps<T>): Promise<T> {
    try {
      return await this.pacer.run(steps, this.signal);
    } catch (error) {
      throw interruptionOf(error, EVALUATION);
    }
  }

  /** Moves a stream to its next series, with turns in between; false at its end. */
  async next(stream: { move(): Moved }): Promise<boolean> {
    for (;;) {
      const moved = stream.move();
      if (moved !== 'paused') return moved === 'on';
      await this.turn();
    }
  }

  /** Counts samples that are held (or, below 0, let go of). */
  countSamples(count: number): void {
    this.samples += count;
    if (this.samples > this.limits.samplesMax) this.failForSamples();
  }

  /** Fails where `count` more samples would be too many, though they are not held for long. */
  checkSamples(count: number): void {
    if (this.samples + count > this.limits.samplesMax) this.failForSamples();
  }

  get heldSamples(): number {
    return this.samples;
  }

  /** Sets the count back to what it was before a part was evaluated, and adds what it gave. */
  settleSamples(before: number, result: number): void {
    this.samples = before;
    this.countSamples(result);
  }

  countSeries(): void {
    if (++this.series > this.limits.seriesMax) {
      throw limitError('series', `a query selects at most ${this.limits.seriesMax} series`);
    }
  }

  /** Counts bytes that are kept until the query ends. */
  countBytes(count: number): void {
    this.bytes += count;
    if (this.bytes > this.limits.bytesMax) {
      throw limitError('bytes', `a query keeps at most ${this.limits.bytesMax} bytes of columns`);
    }
  }

  /** A column of steps that is kept. */
  newColumn(steps: number): StepColumn {
    this.countBytes(9 * steps);
    return new StepColumn(steps);
  }

  private failForSamples(): never {
    const message = 'query processing would load too many samples into memory in query execution';
    throw new QueryError('execution', message, { limit: 'samples' });
  }
}

function limitError(limit: string, message: string): QueryError {
  const cause = new LimitError(limit, message);
  return new QueryError('execution', `query limit ${cause.message}`, { limit, cause });
}

/** What the reason of an abort means for a query that was stopped in `place`. */
export function interruptionOf(reason: unknown, place: string): unknown {
  // By its name: an abort's reason may come of another realm.
  const name = typeof reason === 'object' && reason !== null && 'name' in reason ? reason.name : '';
  const options = { cause: reason };
  if (name === 'TimeoutError') {
    return new QueryError('timeout', `query timed out in ${place}`, { ...options, limit: 'time' });
  }
  if (name === 'AbortError') {
    return new QueryError('canceled', `query was canceled in ${place}`, options);
  }
  return reason;
}
