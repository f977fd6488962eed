/**
 * Arithmetic and comparison between two vectors (`VectorBinop` in promql/engine.go): one-to-one,
 * many-to-one and one-to-many, with values that fill in for elements that a side lacks.
 *
 * Goes by match groups rather than by steps. Prometheus goes by steps and stops at the first one
 * that is wrong: of all errors that the groups meet, the earliest step's is thrown.
 */
import { assert } from '../model/assert.js';
import { QueryError } from '../model/errors.js';
import type { Labels } from '../model/labels.js';
import type { Binary, VectorMatching } from './ast.js';
import type { Evaluation } from './evaluation.js';
import type { Grid } from './grid.js';
import { keepAll } from './keep.js';
import { filterLabels, withLabels, withoutMetadata } from './label-sets.js';
import { labelsText } from './labels-text.js';
import { type FloatOperator, floatOperator, isTrim } from './operators.js';
import type { QueryContext } from './query-context.js';
import { MatchGroups } from './signatures.js';
import { ABSENT, FLOAT, type StepColumn } from './step-column.js';
import { ListStream, type VectorSeries, type VectorStream } from './vector-stream.js';

/** What telling a series' group costs, in the pacer's units. */
const SERIES_UNITS = 200;

const DUPLICATES = 'vector cannot contain metrics with the same labelset';

export async function openMatching(
  evaluation: Evaluation,
  node: Binary,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  assert(node.matching !== null, 'two vectors are matched');
  const before = context.heldSamples;
  const left = await keepAll(context, await evaluation.vector(node.left, grid));
  const right = await keepAll(context, await evaluation.vector(node.right, grid));
  const operator = floatOperator(node.operator);
  if (operator === null) {
    if (isTrim(node.operator)) tellOfTrim(context, node);
    return new ListStream([]);
  }
  const join = new Join(context, node, { matching: node.matching, operator, steps: grid.steps });
  const isSwapped = node.matching.cardinality === 'one-to-many';
  const result = await join.run(isSwapped ? right : left, isSwapped ? left : right);
  let samples = 0;
  for (const { column } of result) samples += column.count;
  context.settleSamples(before, samples);
  return new ListStream(result);
}

function tellOfTrim(context: QueryContext, node: Binary): void {
  const text = 'incompatible sample types encountered for binary operator';
  context.annotations.info(`${text} "${node.operator}": float ${node.operator} float`, node);
}

/** One match group: the series of both sides, in their order. */
interface Group {
  readonly many: VectorSeries[];
  readonly one: VectorSeries[];
}

/** An error, and what comes before what: steps, then kinds of errors, then series. */
interface Failure {
  readonly step: number;
  readonly rank: number;
  readonly message: string;
}

class Join {
  private readonly context: QueryContext;
  private readonly matching: VectorMatching;
  private readonly operator: FloatOperator;
  private readonly returnsBool: boolean;
  private readonly steps: number;
  private readonly groups: MatchGroups;
  private readonly results = new Map<string, VectorSeries>();
  /** Where a result stands in an instant query: as the series that it first came from. */
  private readonly orders = new Map<VectorSeries, number>();
  private failure: Failure | null = null;

  constructor(
    context: QueryContext,
    node: Binary,
    options: { matching: VectorMatching; operator: FloatOperator; steps: number },
  ) {
    this.context = context;
    this.matching = options.matching;
    this.operator = options.operator;
    this.returnsBool = node.returnsBool;
    this.steps = options.steps;
    this.groups = new MatchGroups(options.matching);
  }

  async run(many: readonly VectorSeries[], one: readonly VectorSeries[]): Promise<VectorSeries[]> {
    const groups = await this.group(many, one);
    const { fillLeft, fillRight } = this.matching;
    const hasFill = fillLeft !== null || fillRight !== null;
    if (!hasFill && (many.length === 0 || one.length === 0)) return [];
    // Where one side is empty nothing is matched, and nothing can be wrong.
    const looked = hasFill ? null : this.union(many);
    for (const group of groups) if (group.one.length > 1) this.checkOne(group, looked);
    [...many, ...one].forEach((series, i) => this.orders.set(series, i));
    for (const group of groups) await this.joinGroup(group);
    if (this.failure !== null) throw new QueryError('execution', this.failure.message);
    const order = (series: VectorSeries): number => this.orders.get(series) ?? 0;
    return [...this.results.values()].sort((a, b) => order(a) - order(b));
  }

  private async group(
    many: readonly VectorSeries[],
    one: readonly VectorSeries[],
  ): Promise<Group[]> {
    const groups: Group[] = [];
    for (const [side, list] of [
      ['many', many],
      ['one', one],
    ] as const) {
      for (const series of list) {
        const group = (groups[this.groups.numberOf(series.labels)] ??= { many: [], one: [] });
        group[side].push(series);
        if (this.context.isDue(SERIES_UNITS)) await this.context.turn();
      }
    }
    return groups;
  }

  private union(list: readonly VectorSeries[]): Uint8Array {
    const present = new Uint8Array(this.steps);
    for (const { column } of list) {
      for (let step = 0; step < this.steps; step++) present[step] |= column.kinds[step];
    }
    return present;
  }

  private fail(step: number, rank: number, message: string): void {
    const { failure } = this;
    if (failure !== null && failure.step < step) return;
    if (failure !== null && failure.step === step && failure.rank <= rank) return;
    this.failure = { step, rank, message };
  }

  /** Two series of a group at one step, on the side where one is allowed. */
  private checkOne({ one }: Group, looked: Uint8Array | null): void {
    const first = new Int32Array(this.steps).fill(-1);
    one.forEach(({ labels, column }, i) => {
      for (let step = 0; step < this.steps; step++) {
        if (column.kinds[step] === ABSENT || looked?.[step] === 0) continue;
        if (first[step] < 0) {
          first[step] = i;
          continue;
        }
        const side = this.matching.cardinality === 'one-to-many' ? 'left' : 'right';
        // The order of 3.14 is that of chance; later versions sort.
        const pair = [labels, one[first[step]].labels].sort((a, b) => a.compare(b));
        this.fail(
          step,
          0,
          `found duplicate series for the match group ${labelsText(this.groups.labelsOf(labels))}` +
            ` on the ${side} hand-side of the operation: [${pair.map(labelsText).join(', ')}]` +
            ';many-to-many matching not allowed: matching labels must be unique on one side',
        );
        return;
      }
    });
  }

  private async joinGroup(group: Group): Promise<void> {
    const { context, steps } = this;
    const matches = new Matches(this.matching, steps, group);
    const { fillLeft, fillRight } = this.matching;
    for (const series of group.many) {
      for (const one of group.one) {
        this.joinPair(series, one, matches);
        if (context.isDue(steps)) await context.turn();
      }
      if (fillRight !== null) this.fillOne(series, group.one, fillRight, matches);
    }
    if (fillLeft === null) return;
    for (const one of group.one) {
      this.fillMany(one, fillLeft, matches);
      if (context.isDue(steps)) await context.turn();
    }
  }

  private joinPair(many: VectorSeries, one: VectorSeries, matches: Matches): void {
    let output: Output | null = null;
    const isOne = one.column.kinds;
    const isMany = many.column.kinds;
    for (let step = 0; step < this.steps; step++) {
      if (isMany[step] === ABSENT || isOne[step] === ABSENT) continue;
      if (isMany[step] !== FLOAT || isOne[step] !== FLOAT) continue;
      output ??= this.outputOf(many, many.labels, one.labels, matches);
      this.combine(output, step, many.column.values[step], one.column.values[step]);
    }
  }

  /** The side of one lacks an element: a value stands in. */
  private fillOne(
    many: VectorSeries,
    ones: readonly VectorSeries[],
    fill: number,
    matches: Matches,
  ): void {
    const present = this.union(ones);
    let output: Output | null = null;
    for (let step = 0; step < this.steps; step++) {
      if (many.column.kinds[step] !== FLOAT || present[step] !== 0) continue;
      output ??= this.outputOf(many, many.labels, this.groups.labelsOf(many.labels), matches);
      this.combine(output, step, many.column.values[step], fill);
    }
  }

  private fillMany(one: VectorSeries, fill: number, matches: Matches): void {
    let output: Output | null = null;
    for (let step = 0; step < this.steps; step++) {
      if (one.column.kinds[step] !== FLOAT || matches.any[step] !== 0) continue;
      output ??= this.outputOf(one, this.groups.labelsOf(one.labels), one.labels, matches);
      this.combine(output, step, fill, one.column.values[step]);
    }
  }

  private combine(output: Output, step: number, many: number, one: number): void {
    const isSwapped = this.matching.cardinality === 'one-to-many';
    const left = isSwapped ? one : many;
    const right = isSwapped ? many : one;
    const problem = output.matches.mark(output, step);
    if (problem !== null) this.fail(step, 1, problem);
    const { operator } = this;
    let value = left;
    if (operator.kind === 'arithmetic') value = operator.apply(left, right);
    else {
      const isKept = operator.test(left, right);
      if (this.returnsBool) value = isKept ? 1 : 0;
      else if (!isKept) return;
    }
    const column = this.columnOf(output);
    if (column.kinds[step] !== ABSENT) this.fail(step, 2, DUPLICATES);
    else column.setFloat(step, value);
  }

  private columnOf(output: Output): StepColumn {
    if (output.column !== null) return output.column;
    let series = this.results.get(output.key);
    if (series === undefined) {
      const column = this.context.newColumn(this.steps);
      series = { labels: output.labels, dropsName: this.returnsBool, column };
      this.results.set(output.key, series);
      this.orders.set(series, this.orders.get(output.from) ?? 0);
    }
    output.column = series.column;
    return series.column;
  }

  private outputOf(from: VectorSeries, many: Labels, one: Labels, matches: Matches): Output {
    const labels = this.resultLabels(many, one);
    const key = labels.key();
    return { from, labels, key, column: null, matches, marks: matches.marksOf(key) };
  }

  private resultLabels(many: Labels, one: Labels): Labels {
    const { matching, operator } = this;
    const dropsName = this.returnsBool && !this.context.features.delayedNameRemoval;
    let labels = dropsName || operator.kind === 'arithmetic' ? withoutMetadata(many) : many;
    if (matching.cardinality === 'one-to-one') {
      labels = filterLabels(labels, (name) => matching.labels.includes(name) === matching.isOn);
    }
    if (matching.include.length === 0) return labels;
    return withLabels(labels, new Map(matching.include.map((name) => [name, one.get(name)])));
  }
}

/** Where the results of one pair of series go. */
interface Output {
  readonly from: VectorSeries;
  readonly labels: Labels;
  readonly key: string;
  /** Made at the first value. */
  column: StepColumn | null;
  readonly matches: Matches;
  readonly marks: Uint8Array | null;
}

/** Which steps of a group have been matched: what may not happen twice. */
class Matches {
  /** Steps with any match. */
  readonly any: Uint8Array;
  private readonly isOneToOne: boolean;
  private readonly isSingle: boolean;
  private readonly byResult = new Map<string, Uint8Array>();

  constructor({ cardinality }: VectorMatching, steps: number, { many }: Group) {
    this.any = new Uint8Array(steps);
    this.isOneToOne = cardinality === 'one-to-one';
    this.isSingle = many.length <= 1;
  }

  /** The steps of a result; of a group of one it cannot come twice. */
  marksOf(key: string): Uint8Array | null {
    if (this.isOneToOne || this.isSingle) return null;
    let marks = this.byResult.get(key);
    if (marks === undefined) this.byResult.set(key, (marks = new Uint8Array(this.any.length)));
    return marks;
  }

  /** Notes a match; says what is wrong with it. */
  mark({ marks }: Output, step: number): string | null {
    const isKnown = this.isOneToOne ? this.any[step] !== 0 : marks !== null && marks[step] !== 0;
    this.any[step] = 1;
    if (marks !== null) marks[step] = 1;
    if (!isKnown) return null;
    return this.isOneToOne
      ? 'multiple matches for labels: many-to-one matching must be explicit ' +
          '(group_left/group_right)'
      : 'multiple matches for labels: grouping labels must ensure unique matches';
  }
}
