/**
 * `count_values`: how often each value occurs, a series for each. There may be as many as there are
 * samples, so that what is kept of a value are numbers, unless it is seen at several steps.
 */
import { formatPlain } from '../../model/go-float.js';
import type { Labels } from '../../model/labels.js';
import type { Moved } from '../../model/steps.js';
import type { Aggregation } from '../ast.js';
import type { Counted } from '../counted-series.js';
import type { Evaluation } from '../evaluation.js';
import type { Grid } from '../grid.js';
import { checkValueLabel } from '../label-names.js';
import { withLabel } from '../label-sets.js';
import { unwrap } from '../planner.js';
import type { QueryContext } from '../query-context.js';
import { FLOAT, StepColumn } from '../step-column.js';
import type { VectorStream } from '../vector-stream.js';
import { Grouping } from './grouping.js';

export async function openValueCounts(
  evaluation: Evaluation,
  node: Aggregation,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  const parameter = unwrap(node.parameter ?? node.expression);
  const name = parameter.kind === 'string' ? parameter.value : '';
  checkValueLabel(name);
  const grouping = new Grouping({
    grouping: node.isWithout ? node.grouping : [...node.grouping, name],
    isWithout: node.isWithout,
  });
  const input = await evaluation.vector(unwrap(node.expression), grid);
  const counts = new ValueCounts(context, { name, grouping, steps: grid.steps });
  while (await context.next(input)) {
    counts.add(input.labels, input.column);
    await context.work(0);
  }
  return counts;
}

/** What a value that is new to its group costs, in the pacer's units. */
const VALUE_UNITS = 30;
/** Bytes of such a value, about. */
const VALUE_BYTES = 150;
const INITIAL_VALUES = 16;

/** Where a value was seen that is seen at several steps, or several times at one. */
interface Seen {
  /** A step for each time; null where they are so many that a column is smaller. */
  steps: number[] | null;
  column: StepColumn | null;
}

/** The values of one group, by numbers that count from 0 as they are met. */
class Group {
  /** Its own labels, without the value. */
  readonly labels: Labels;
  values = new Float64Array(INITIAL_VALUES);
  /** The step at which each was seen first. */
  firstSteps = new Int32Array(INITIAL_VALUES);
  /** Of those that were seen again. */
  readonly seen: (Seen | null)[] = [];
  private readonly numbers = new Map<number, number>();
  /** As a key of the map it would be 0, but it has a text of its own. */
  private minusZero = -1;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  get count(): number {
    return this.seen.length;
  }

  /** The number of a value, or the count of values, where it is new. */
  find(value: number): number {
    if (!Object.is(value, -0)) return this.numbers.get(value) ?? this.count;
    return this.minusZero < 0 ? this.count : this.minusZero;
  }

  /** Adds a value that is new, seen at a step. */
  add(value: number, step: number): void {
    const { count } = this;
    if (count === this.values.length) this.grow();
    this.values[count] = value;
    this.firstSteps[count] = step;
    this.seen.push(null);
    if (Object.is(value, -0)) this.minusZero = count;
    else this.numbers.set(value, count);
  }

  private grow(): void {
    const values = new Float64Array(2 * this.count);
    const firstSteps = new Int32Array(2 * this.count);
    values.set(this.values);
    firstSteps.set(this.firstSteps);
    this.values = values;
    this.firstSteps = firstSteps;
  }
}

/** Counts, then gives what it has counted as a stream, in the order in which values were met. */
export class ValueCounts implements VectorStream {
  readonly dropsName = false;
  private readonly context: QueryContext;
  private readonly name: string;
  private readonly grouping: Grouping;
  private readonly shared: StepColumn;
  /** By the key of their labels without the value. */
  private readonly byKey = new Map<string, Group>();
  /** The group of each value; of a group, values are met in the order of their numbers. */
  private readonly met: Group[] = [];
  private readonly given = new Map<Group, number>();
  private readonly last = new Float64Array(1);
  private next = 0;
  private number = 0;

  constructor(context: QueryContext, options: { name: string; grouping: Grouping; steps: number }) {
    this.context = context;
    this.name = options.name;
    this.grouping = options.grouping;
    this.shared = new StepColumn(options.steps);
  }

  add(labels: Labels, { kinds, values }: StepColumn): void {
    const group = this.groupOf(labels);
    const isByValue = this.grouping.keeps(this.name);
    const { last } = this;
    let number = -1;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== FLOAT) continue;
      // A value that repeats is looked up once.
      if (number < 0 || !Object.is(values[step], last[0])) {
        last[0] = values[step];
        // Where grouping is without the label, the values of a group are counted as one.
        number = group.find(isByValue ? last[0] : 0);
      }
      if (number < group.count) this.countAgain(group, number, step);
      else this.countNew(group, isByValue ? last[0] : 0, step);
    }
  }

  /** All that was counted, if labels differ in the value only; null where they do not. */
  counted(times: Float64Array): Counted | null {
    const [group] = this.byKey.values();
    if (this.byKey.size !== 1 || !this.grouping.keeps(this.name)) return null;
    const { values, count, firstSteps, seen, labels } = group;
    return {
      labels,
      name: this.name,
      values: values.subarray(0, count),
      steps: firstSteps,
      times,
      columnOf: (number) => {
        const several = seen[number];
        return several === null ? null : this.columnOf(several);
      },
    };
  }

  get labels(): Labels {
    const group = this.met[this.next - 1];
    if (!this.grouping.keeps(this.name)) return group.labels;
    return withLabel(group.labels, this.name, formatPlain(group.values[this.number]));
  }

  get column(): StepColumn {
    return this.met[this.next - 1].seen[this.number]?.column ?? this.shared;
  }

  move(): Moved {
    if (this.next === this.met.length) return 'ended';
    const group = this.met[this.next++];
    this.number = this.given.get(group) ?? 0;
    this.given.set(group, this.number + 1);
    const seen = group.seen[this.number];
    if (seen !== null) this.columnOf(seen);
    else fill(this.shared, [group.firstSteps[this.number]]);
    return 'on';
  }

  private groupOf(labels: Labels): Group {
    const key = this.grouping.keyOf(withLabel(labels, this.name, ''));
    let group = this.byKey.get(key);
    if (group === undefined) {
      group = new Group(withLabel(this.grouping.labelsOf(labels), this.name, ''));
      this.byKey.set(key, group);
    }
    return group;
  }

  private countNew(group: Group, value: number, step: number): void {
    this.context.countBytes(VALUE_BYTES);
    this.context.isDue(VALUE_UNITS);
    group.add(value, step);
    this.met.push(group);
  }

  private countAgain(group: Group, number: number, step: number): void {
    const seen = (group.seen[number] ??= { steps: [group.firstSteps[number]], column: null });
    if (seen.steps !== null) {
      if (seen.steps.push(step) <= this.shared.steps) return;
      seen.column = this.context.newColumn(this.shared.steps);
      fill(seen.column, seen.steps);
      seen.steps = null;
    } else if (seen.column !== null) addOne(seen.column, step);
  }

  /** Valid until the next call. */
  private columnOf({ steps, column }: Seen): StepColumn {
    if (steps !== null) fill(this.shared, steps);
    return column ?? this.shared;
  }
}

function fill(column: StepColumn, steps: readonly number[]): void {
  column.clear();
  for (const step of steps) addOne(column, step);
}

function addOne(column: StepColumn, step: number): void {
  column.setFloat(step, 1 + (column.kinds[step] === FLOAT ? column.values[step] : 0));
}
