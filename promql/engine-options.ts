/** The engine's options: Prometheus' `--query.*` flags and features, checked in one place. */
import { ArgumentError } from '../model/errors.js';
import type { ParserOptions } from './parser-options.js';
import type { QueryFeatures, QueryLimits } from './query-context.js';

export interface EngineOptions extends ParserOptions, Partial<QueryLimits>, Partial<QueryFeatures> {
  /** How long a sample counts as current, in ms; default 5 minutes. */
  readonly lookbackMs?: number;
  /** The step of subqueries that name none, in ms; default 1 minute. */
  readonly subqueryStepMs?: number;
  /** How long a query may take, its wait included, in ms; default 2 minutes. */
  readonly timeoutMs?: number;
  /** How many queries run at a time; default 20. */
  readonly concurrencyMax?: number;
  /** How many steps a range query may have; default 1,000,000. */
  readonly stepsMax?: number;
}

/** All options, with their defaults. */
export interface EngineSettings {
  readonly parser: ParserOptions;
  readonly limits: QueryLimits;
  readonly features: QueryFeatures;
  readonly lookbackMs: number;
  readonly subqueryStepMs: number;
  readonly timeoutMs: number;
  readonly concurrencyMax: number;
  readonly stepsMax: number;
}

const DEFAULTS = {
  lookbackMs: 300_000,
  subqueryStepMs: 60_000,
  timeoutMs: 120_000,
  concurrencyMax: 20,
  stepsMax: 1_000_000,
  samplesMax: 50_000_000,
  seriesMax: 10_000_000,
  bytesMax: 2 ** 30,
};

export function settingsOf(options: EngineOptions): EngineSettings {
  const numbers = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    const value = options[name] ?? DEFAULTS[name];
    if (!(Number.isSafeInteger(value) && value > 0) && value !== Infinity) {
      throw new ArgumentError(`${name} is a whole number from 1; got ${String(value)}`);
    }
    numbers[name] = value;
  }
  const { samplesMax, seriesMax, bytesMax, ...others } = numbers;
  const {
    experimentalFunctions = false,
    durationExpressions = true,
    extendedRangeSelectors = false,
    fillModifiers = false,
    delayedNameRemoval = false,
    typeAndUnitLabels = false,
    startTimestamps = false,
  } = options;
  return {
    ...others,
    limits: { samplesMax, seriesMax, bytesMax },
    parser: { experimentalFunctions, durationExpressions, extendedRangeSelectors, fillModifiers },
    features: { delayedNameRemoval, typeAndUnitLabels, startTimestamps },
  };
}
