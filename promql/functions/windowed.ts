/** Calls of functions over range vectors: one series at a time, all its windows at once. */
import { QueryError } from '../../model/errors.js';
import { type Labels, METRIC_NAME } from '../../model/labels.js';
import type { Moved } from '../../model/steps.js';
import type { Call, Position } from '../ast.js';
import type { Evaluation, RangeSource } from '../evaluation.js';
import type { Grid } from '../grid.js';
import { dropNames } from '../names.js';
import { unwrap } from '../planner.js';
import type { QueryContext } from '../query-context.js';
import { dropHistogramRows } from '../stale.js';
import { StepColumn } from '../step-column.js';
import type { VectorStream } from '../vector-stream.js';
import { Windows, type WindowShape } from '../window.js';
import { extendedRate } from './extended-rates.js';
import { OVER_TIME } from './over-time.js';
import { DELTA, extrapolatedRate, INCREASE, RATE, type RateKind } from './rates.js';
import { countResets, lastRate, orByStartTimes, rateByStartTimes } from './start-time-rates.js';
import { TRENDS } from './trends.js';
import type { WindowFunction } from './window-function.js';

const RATES: Readonly<Record<string, RateKind>> = { delta: DELTA, increase: INCREASE, rate: RATE };

const PLAIN: Readonly<Record<string, WindowFunction>> = {
  ...OVER_TIME,
  ...TRENDS,
  delta: extrapolatedRate(DELTA),
  increase: orByStartTimes(extrapolatedRate(INCREASE), rateByStartTimes(INCREASE)),
  irate: orByStartTimes(TRENDS.irate, lastRate),
  rate: orByStartTimes(extrapolatedRate(RATE), rateByStartTimes(RATE)),
};

/** Functions that give a sample as it is: the series keeps its name, histograms come through. */
const KEEPS_NAME = new Set(['first_over_time', 'last_over_time']);
/** Functions that histograms count for as much as floats. */
const TAKES_HISTOGRAMS = new Set([
  ...KEEPS_NAME,
  'absent_over_time',
  'count_over_time',
  'present_over_time',
  'ts_of_first_over_time',
  'ts_of_last_over_time',
]);
const ANCHORED = ['changes', 'delta', 'increase', 'rate', 'resets'];
const SMOOTHED = ['delta', 'increase', 'rate'];
/** Functions that go through all samples of each window, some of them more than once. */
const THOROUGH = new Set([
  'mad_over_time',
  'quantile_over_time',
  'stddev_over_time',
  'stdvar_over_time',
]);
const COUNTER_SUFFIXES = ['_total', '_sum', '_count', '_bucket'];

export function isWindowed(name: string): boolean {
  return Object.hasOwn(PLAIN, name);
}

export async function openWindowed(
  evaluation: Evaluation,
  call: Call,
  grid: Grid,
): Promise<VectorStream> {
  const { name } = call.func;
  const args: Float64Array[] = [];
  const rangeArg = call.args.find(({ type }) => type === 'matrix');
  if (rangeArg === undefined) throw new QueryError('bad_data', `${name} lacks a range vector`);
  const { features } = evaluation.context;
  const range = await evaluation.range(unwrap(rangeArg), grid, (shape) => {
    return { kind: 'windows', name, shape, args, features };
  });
  for (const arg of call.args) {
    if (arg !== rangeArg) args.push(await evaluation.scalar(arg, grid));
  }
  checkShape(name, range.shape);
  const stream = new WindowedStream(evaluation.context, range.source, {
    call,
    run: windowFunction(name, range.shape),
    shape: range.shape,
    args,
  });
  if (KEEPS_NAME.has(name)) return stream;
  const options = { expression: call, steps: grid.steps, duplicates: 'refuse' } as const;
  return dropNames(evaluation.context, stream, options);
}

/** What a function does with windows of a shape. */
export function windowFunction(
  name: string,
  { isAnchored, isSmoothed }: WindowShape,
): WindowFunction {
  const isExtended = isAnchored || isSmoothed;
  if (isExtended && Object.hasOwn(RATES, name)) return extendedRate(RATES[name]);
  if (name === 'resets' && !isExtended) return orByStartTimes(PLAIN.resets, countResets);
  return PLAIN[name];
}

function checkShape(name: string, { isAnchored, isSmoothed }: WindowShape): void {
  if (!isAnchored && !isSmoothed) return;
  const [modifier, allowed] = isAnchored ? ['anchored', ANCHORED] : ['smoothed', SMOOTHED];
  if (allowed.includes(name)) return;
  const only = `${modifier} modifier can only be used with: ${allowed.join(', ')}`;
  throw new QueryError('execution', `${only} - not with ${name}`);
}

/** Where annotations of a call point; Prometheus loses the place of a subquery. */
function positionOf(call: Call): Position {
  const arg = unwrap(call.args[0]);
  return { start: arg.kind === 'subquery' ? 0 : arg.start, end: call.end };
}

class WindowedStream implements VectorStream {
  column: StepColumn;
  private readonly own: StepColumn;
  private readonly context: QueryContext;
  private readonly source: RangeSource;
  private readonly call: Call;
  private readonly position: Position;
  private readonly run: WindowFunction;
  private readonly windows: Windows;
  private readonly takesHistograms: boolean;
  private readonly isThorough: boolean;
  /** The metric that was told of, if need be. */
  private judged = '';

  constructor(
    context: QueryContext,
    source: RangeSource,
    options: {
      call: Call;
      run: WindowFunction;
      shape: WindowShape;
      args: readonly Float64Array[];
    },
  ) {
    const { call, run, shape, args } = options;
    this.context = context;
    this.source = source;
    this.call = call;
    this.run = run;
    this.own = this.column = new StepColumn(shape.grid.steps);
    this.takesHistograms = TAKES_HISTOGRAMS.has(call.func.name);
    this.isThorough = THOROUGH.has(call.func.name);
    this.position = positionOf(call);
    this.windows = new Windows({ shape, context, args, position: this.position });
  }

  get labels(): Labels {
    return this.source.labels;
  }

  get dropsName(): boolean {
    return this.source.dropsName;
  }

  move(): Moved {
    for (;;) {
      const moved = this.source.move();
      if (moved !== 'on') return moved;
      this.fill();
      if (this.column.count === 0) continue;
      this.context.countSamples(this.column.count);
      this.judge();
      return moved;
    }
  }

  private fill(): void {
    const { source, own, windows } = this;
    const { samples, made } = source;
    if (made !== null) {
      this.context.checkSamples(made.samplesMax);
      this.column = StepColumn.of(made);
      return;
    }
    if (samples.histograms !== null && !this.takesHistograms) dropHistogramRows(samples);
    this.column = own;
    own.clear();
    const most = windows.find(samples);
    this.context.checkSamples(most);
    this.run(windows, own);
    // So that the next series waits for a turn, where one is due.
    if (this.isThorough) this.context.isDue(most * windows.steps);
    if (windows.overlaps > 0) this.tellOfOverlaps(windows.overlaps);
  }

  private tellOfOverlaps(count: number): void {
    const metric = this.source.labels.get(METRIC_NAME);
    this.context.annotations.startTimeOverlap(metric, count, this.position);
  }

  /** Tells where a rate is taken of what does not look like a counter. */
  private judge(): void {
    const { name } = this.call.func;
    if (name !== 'rate' && name !== 'increase') return;
    const metric = this.source.labels.get(METRIC_NAME);
    const { annotations, features } = this.context;
    // Once for all series of a metric, which come one after another.
    if (metric === '' || (metric === this.judged && !features.typeAndUnitLabels)) return;
    this.judged = metric;
    const { position } = this;
    if (features.typeAndUnitLabels) {
      const type = this.source.labels.get('__type__');
      if (type !== 'counter' && type !== 'histogram') {
        annotations.possibleNonCounterType(metric, type, position);
      }
    } else if (!COUNTER_SUFFIXES.some((suffix) => metric.endsWith(suffix))) {
      annotations.possibleNonCounter(metric, position);
    }
  }
}
