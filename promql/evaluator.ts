/**
 * Evaluates an expression: finds for each node of the tree what makes its stream or its column, and
 * sees that parts which are the same at every step are evaluated once.
 */
import { unreachable } from '../model/assert.js';
import { QueryError } from '../model/errors.js';
import type { Aggregation, Call, Expression } from './ast.js';
import { openChoice } from './aggregations/choose.js';
import { openValueCounts } from './aggregations/count-values.js';
import { openRatio } from './aggregations/limit-ratio.js';
import { openReduction } from './aggregations/reduce.js';
import { combineScalars, openBinary } from './binary.js';
import type { Evaluation, RangeVector } from './evaluation.js';
import { openAbsent } from './functions/absent.js';
import { openFraction, openQuantile, openQuantiles } from './functions/classic-histograms.js';
import { openInfo } from './functions/info.js';
import { openLabelJoin, openLabelReplace } from './functions/label-functions.js';
import { isMapped, openMapped } from './functions/mapped.js';
import { openSorted, SORTS } from './functions/sorting.js';
import { openTimestamp } from './functions/timestamps.js';
import { isWindowed, openWindowed } from './functions/windowed.js';
import { goMax, goMin } from './go-math.js';
import { firstStep, type Grid } from './grid.js';
import { dropNames } from './names.js';
import type { LeafPlan } from './leaf.js';
import { unwrap } from './planner.js';
import type { QueryContext } from './query-context.js';
import { openSelectorRange, openSubquery } from './range-source.js';
import { Selections } from './selection.js';
import { openInvariant, openSelector } from './selectors.js';
import { FLOAT, type StepColumn } from './step-column.js';
import type { WindowShape } from './window.js';
import { ChangedStream, ListStream, streamOfScalar, type VectorStream } from './vector-stream.js';

type Open = (evaluation: Evaluation, call: Call, grid: Grid) => Promise<VectorStream>;

/** Functions that give vectors and are neither windowed nor elementwise. */
const OPENERS: Readonly<Record<string, Open>> = {
  absent: openAbsent,
  absent_over_time: openAbsent,
  histogram_fraction: openFraction,
  histogram_quantile: openQuantile,
  histogram_quantiles: openQuantiles,
  info: openInfo,
  label_join: openLabelJoin,
  label_replace: openLabelReplace,
  start_timestamp: openTimestamp,
  timestamp: openTimestamp,
  vector: openVectorOfScalar,
  ...Object.fromEntries(SORTS.map((name) => [name, openSorted])),
};

/** Functions that say something of native histograms only: of floats, nothing. */
const OF_HISTOGRAMS = new Set(
  ['avg', 'count', 'stddev', 'stdvar', 'sum'].map((name) => `histogram_${name}`),
);

export class Evaluator implements Evaluation {
  readonly context: QueryContext;
  readonly selections: Selections;

  constructor(context: QueryContext) {
    this.context = context;
    this.selections = new Selections(context);
  }

  async vector(expression: Expression, grid: Grid): Promise<VectorStream> {
    if (grid.steps === 0) return new ListStream([]);
    if (this.context.plan.invariant.has(expression)) {
      return openInvariant(this, grid, (once) => this.changing(expression, once));
    }
    return this.changing(expression, grid);
  }

  private changing(expression: Expression, grid: Grid): Promise<VectorStream> {
    switch (expression.kind) {
      case 'parentheses':
        return this.vector(unwrap(expression), grid);
      case 'vectorSelector':
        return openSelector(this, expression, grid);
      case 'call':
        return this.call(expression, grid);
      case 'aggregation':
        return this.aggregation(expression, grid);
      case 'binary':
        return openBinary(this, expression, grid);
      case 'unary':
        return this.negated(expression.expression, expression.operator, grid);
      case 'number':
      case 'string':
      case 'matrixSelector':
      case 'subquery':
        return Promise.reject(new QueryError('bad_data', `${expression.kind} is no vector`));
      default:
        return unreachable(expression);
    }
  }

  private call(call: Call, grid: Grid): Promise<VectorStream> {
    const { name } = call.func;
    if (Object.hasOwn(OPENERS, name)) return OPENERS[name](this, call, grid);
    if (isWindowed(name)) return openWindowed(this, call, grid);
    if (isMapped(name)) return openMapped(this, call, grid);
    if (OF_HISTOGRAMS.has(name)) return this.drained(call.args[0], grid);
    throw new QueryError('execution', `function ${name} is not supported`);
  }

  private aggregation(node: Aggregation, grid: Grid): Promise<VectorStream> {
    const { operator } = node;
    if (operator === 'count_values') return openValueCounts(this, node, grid);
    if (operator === 'limit_ratio') return openRatio(this, node, grid);
    const isChoice = operator === 'topk' || operator === 'bottomk' || operator === 'limitk';
    return isChoice ? openChoice(this, node, grid) : openReduction(this, node, grid);
  }

  private async negated(
    expression: Expression,
    operator: '+' | '-',
    grid: Grid,
  ): Promise<VectorStream> {
    const input = await this.vector(expression, grid);
    if (operator === '+') return input;
    const options = { expression, steps: grid.steps, duplicates: 'merge' } as const;
    return dropNames(this.context, new NegatedStream(input), options);
  }

  private async drained(expression: Expression, grid: Grid): Promise<VectorStream> {
    const input = await this.vector(unwrap(expression), grid);
    while (await this.context.next(input));
    return new ListStream([]);
  }

  range(
    expression: Expression,
    grid: Grid,
    leaf?: (shape: WindowShape) => LeafPlan,
  ): Promise<RangeVector> {
    if (expression.kind === 'matrixSelector') {
      return openSelectorRange(this, expression, grid, leaf);
    }
    if (expression.kind === 'subquery') return openSubquery(this, expression, grid);
    return Promise.reject(new QueryError('bad_data', `${expression.kind} is no range vector`));
  }

  async scalar(expression: Expression, grid: Grid): Promise<Float64Array> {
    const once = this.context.plan.invariant.has(expression);
    const values = await this.scalarOf(expression, once ? firstStep(grid) : grid);
    return values.length === grid.steps ? values : new Float64Array(grid.steps).fill(values[0]);
  }

  private async scalarOf(expression: Expression, grid: Grid): Promise<Float64Array> {
    switch (expression.kind) {
      case 'number':
        return new Float64Array(grid.steps).fill(expression.value);
      case 'parentheses':
        return this.scalar(unwrap(expression), grid);
      case 'unary': {
        const values = await this.scalar(expression.expression, grid);
        return expression.operator === '+' ? values : values.map((value) => -value);
      }
      case 'binary':
        return combineScalars(this, expression, grid);
      case 'call':
        return this.scalarCall(expression, grid);
      case 'aggregation':
      case 'matrixSelector':
      case 'string':
      case 'subquery':
      case 'vectorSelector':
        throw new QueryError('bad_data', `${expression.kind} is no scalar`);
      default:
        return unreachable(expression);
    }
  }

  private async scalarCall({ func, args }: Call, grid: Grid): Promise<Float64Array> {
    const { start, end, interval } = this.context.plan.range;
    const filled = (value: number): Float64Array => new Float64Array(grid.steps).fill(value);
    switch (func.name) {
      case 'time':
        return filled(0).map((_, step) => (grid.start + step * grid.interval) / 1000);
      case 'pi':
        return filled(Math.PI);
      case 'start':
        return filled(start / 1000);
      case 'end':
        return filled(end / 1000);
      case 'range':
        return filled((end - start) / 1000);
      case 'step':
        return filled(start === end ? 0 : interval / 1000);
      case 'scalar':
        return this.onlyValues(args[0], grid);
      default:
        break;
    }
    const pick = func.name === 'max_of' ? goMax : goMin;
    const left = await this.scalar(args[0], grid);
    const right = await this.scalar(args[1], grid);
    return left.map((value, step) => pick(value, right[step]));
  }

  /** `scalar()`: the value of a vector of one float, else NaN. */
  private async onlyValues(expression: Expression, grid: Grid): Promise<Float64Array> {
    const input = await this.vector(unwrap(expression), grid);
    const values = new Float64Array(grid.steps).fill(NaN);
    const counts = new Uint8Array(grid.steps);
    while (await this.context.next(input)) {
      const { kinds, values: given } = input.column;
      for (let step = 0; step < grid.steps; step++) {
        if (kinds[step] !== FLOAT || counts[step] === 2) continue;
        counts[step]++;
        values[step] = counts[step] === 1 ? given[step] : NaN;
      }
    }
    return values;
  }
}

async function openVectorOfScalar(
  evaluation: Evaluation,
  { args }: Call,
  grid: Grid,
): Promise<VectorStream> {
  return streamOfScalar(await evaluation.scalar(unwrap(args[0]), grid));
}

class NegatedStream extends ChangedStream {
  protected change(column: StepColumn): void {
    column.dropHistograms();
    const { values } = column;
    for (let step = 0; step < values.length; step++) values[step] = -values[step];
  }
}
