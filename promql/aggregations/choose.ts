/**
 * `topk`, `bottomk`, `limitk`: up to k series of each group, as they are, step by step
 * (`aggregationK` in promql/engine.go). Series stream by; only the candidates of each step stay.
 */
import { QueryError } from '../../model/errors.js';
import { formatG } from '../../model/go-float.js';
import type { Labels } from '../../model/labels.js';
import type { Aggregation } from '../ast.js';
import type { Evaluation } from '../evaluation.js';
import { goMax, goMin } from '../go-math.js';
import type { Grid } from '../grid.js';
import { keepAll } from '../keep.js';
import { unwrap } from '../planner.js';
import type { QueryContext } from '../query-context.js';
import type { StepColumn } from '../step-column.js';
import { ABSENT, FLOAT } from '../step-column.js';
import { ValueHeaps } from '../value-heap.js';
import { ListStream, type VectorSeries, type VectorStream } from '../vector-stream.js';
import { Grouping } from './grouping.js';

/** Up to so many a group are chosen while series stream by; more are chosen of all, kept. */
const STREAMED_MAX = 64;

export async function openChoice(
  evaluation: Evaluation,
  node: Aggregation,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  const before = context.heldSamples;
  const counts = await evaluation.scalar(unwrap(node.parameter ?? node.expression), grid);
  let input = await evaluation.vector(unwrap(node.expression), grid);
  const { min, max, hasNaN } = limitsOf(counts);
  if (max < 1) {
    // What the input warns of is told all the same.
    while (await context.next(input));
    return new ListStream([]);
  }
  if (hasNaN) throw new QueryError('execution', 'Parameter value is NaN');
  checkInt64(min, max);
  let capacity = Math.trunc(max);
  if (capacity > STREAMED_MAX) {
    const all = await keepAll(context, input);
    capacity = Math.max(1, Math.min(capacity, all.length));
    input = new ListStream(all);
  }
  const chooser = new Chooser(context, node, { counts, capacity, steps: grid.steps });
  while (await context.next(input)) chooser.add(input);
  const chosen = await chooser.finish();
  let samples = 0;
  for (const { column } of chosen) samples += column.count;
  context.settleSamples(before, samples);
  return new ListStream(chosen);
}

/** The extremes of a parameter; of one that is the same at every step, NaN stays NaN. */
export function limitsOf(parameters: Float64Array): {
  min: number;
  max: number;
  hasNaN: boolean;
} {
  let [min, max] = [Number.MAX_VALUE, -Number.MAX_VALUE];
  let hasNaN = false;
  for (const parameter of parameters) {
    min = goMin(min, parameter);
    max = goMax(max, parameter);
    if (parameter !== parameter) hasNaN = true;
  }
  return { min, max, hasNaN };
}

function checkInt64(min: number, max: number): void {
  if (min <= -(2 ** 63)) {
    throw new QueryError('execution', `Scalar value ${formatG(min)} underflows int64`);
  }
  if (max >= 2 ** 63) {
    throw new QueryError('execution', `Scalar value ${formatG(max)} overflows int64`);
  }
}

interface Chosen {
  readonly labels: Labels;
  readonly dropsName: boolean;
  /** What was chosen of it; made when something was. */
  column: StepColumn | null;
}

class Chooser {
  private readonly context: QueryContext;
  private readonly node: Aggregation;
  private readonly counts: Float64Array;
  private readonly capacity: number;
  private readonly steps: number;
  private readonly grouping: Grouping;
  private readonly groups = new Map<string, ValueHeaps>();
  private readonly series: Chosen[] = [];
  /** Which sample a full heap gives up first: the least of `topk`, the greatest of `bottomk`. */
  private readonly sign: 1 | -1;

  constructor(
    context: QueryContext,
    node: Aggregation,
    options: { counts: Float64Array; capacity: number; steps: number },
  ) {
    this.context = context;
    this.node = node;
    this.counts = options.counts;
    this.capacity = options.capacity;
    this.steps = options.steps;
    this.grouping = new Grouping(node);
    this.sign = node.operator === 'bottomk' ? -1 : 1;
  }

  add(stream: VectorStream): void {
    const { column } = stream;
    const key = this.grouping.isWhole ? '' : this.grouping.keyOf(stream.labels);
    let heaps = this.groups.get(key);
    if (heaps === undefined) {
      this.context.countBytes(ValueHeaps.bytesOf(this.steps, this.capacity));
      heaps = new ValueHeaps(this.steps, this.capacity);
      this.groups.set(key, heaps);
    }
    if (this.node.operator === 'limitk') this.limit(heaps, column, this.enter(stream));
    else this.rank(heaps, stream);
    if (column.histograms === null || this.node.operator === 'limitk') return;
    const text = `ignored histogram in ${this.node.operator} aggregation`;
    this.context.annotations.info(text, this.node);
  }

  /** Remembers a series; its number. */
  private enter({ labels, dropsName }: VectorStream): number {
    return this.series.push({ labels, dropsName, column: null }) - 1;
  }

  private rank(heaps: ValueHeaps, stream: VectorStream): void {
    const { counts, sign } = this;
    const { kinds, values } = stream.column;
    // Labels that no one asks for are not decoded: of many series few are ever among the first.
    let number = -1;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== FLOAT) continue;
      const value = values[step];
      if (heaps.sizes[step] < Math.trunc(counts[step])) {
        if (number < 0) number = this.enter(stream);
        heaps.push(step, sign, value, number);
        continue;
      }
      if (heaps.sizes[step] === 0) continue;
      const top = heaps.top(step);
      if (sign * top < sign * value || (top !== top && value === value)) {
        if (number < 0) number = this.enter(stream);
        heaps.replaceTop(step, sign, value, number);
      }
    }
  }

  /** The first ones stay; that they stand in a heap decides their order in an instant query. */
  private limit(heaps: ValueHeaps, column: StepColumn, number: number): void {
    const { kinds, values } = column;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === ABSENT || heaps.sizes[step] >= Math.trunc(this.counts[step])) continue;
      heaps.push(step, 1, kinds[step] === FLOAT ? values[step] : 0, number);
      this.columnOf(number).copyStep(column, step);
    }
  }

  private columnOf(number: number): StepColumn {
    const series = this.series[number];
    return (series.column ??= this.context.newColumn(this.steps));
  }

  /** Of one step in the order of the answer, of several in any. */
  async finish(): Promise<VectorSeries[]> {
    const { context, steps } = this;
    const order = steps === 1 ? this.order() : null;
    if (this.node.operator !== 'limitk') {
      for (const heaps of this.groups.values()) {
        for (let step = 0; step < steps; step++) this.fillStep(heaps, step);
        if (context.isDue(steps * this.capacity)) await context.turn();
      }
    }
    const chosen = order === null ? this.series : order.map((number) => this.series[number]);
    return chosen.flatMap(({ labels, dropsName, column }) =>
      column === null ? [] : [{ labels, dropsName, column }],
    );
  }

  private fillStep(heaps: ValueHeaps, step: number): void {
    const first = step * heaps.capacity;
    for (let place = first; place < first + heaps.sizes[step]; place++) {
      this.columnOf(heaps.series[place]).setFloat(step, heaps.values[place]);
    }
  }

  /** Which series come in which order at the only step. */
  private order(): number[] {
    const numbers: number[] = [];
    for (const heaps of this.groups.values()) {
      const isRanked = this.node.operator !== 'limitk';
      const places = isRanked ? heaps.sortedPlaces(0, this.sign) : heaps.places(0);
      for (const place of places) numbers.push(heaps.series[place]);
    }
    return numbers;
  }
}
