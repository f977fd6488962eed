/** `count_values`: how often each value occurs, a series for each. */
import { formatPlain } from '../../model/go-float.js';
import type { Labels } from '../../model/labels.js';
import type { Moved } from '../../model/steps.js';
import type { Aggregation } from '../ast.js';
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
const VALUE_UNITS = 100;
/** Bytes of such a value, about. */
const VALUE_BYTES = 200;

/** The values of one group. */
class Group {
  readonly counts = new Map<number, ValueCount>();
  /** As a key of the map it would be 0, but it has a text of its own. */
  minusZero: ValueCount | null = null;
}

/** How often one value of one group was seen, by step. */
interface ValueCount {
  readonly labels: Labels;
  /** A step for each time; null where they are so many that a column is smaller. */
  seen: number[] | null;
  column: StepColumn | null;
}

/** Counts, then gives them as a stream: values are mostly either few, or seen at few steps. */
class ValueCounts implements VectorStream {
  readonly dropsName = false;
  private readonly context: QueryContext;
  private readonly name: string;
  private readonly grouping: Grouping;
  private readonly shared: StepColumn;
  /** By the key of their labels without the value. */
  private readonly groups = new Map<string, Group>();
  private readonly counts: ValueCount[] = [];
  private readonly last = new Float64Array(1);
  private next = 0;

  constructor(context: QueryContext, options: { name: string; grouping: Grouping; steps: number }) {
    this.context = context;
    this.name = options.name;
    this.grouping = options.grouping;
    this.shared = new StepColumn(options.steps);
  }

  add(labels: Labels, { kinds, values }: StepColumn): void {
    const group = this.groupOf(labels);
    const { last } = this;
    let count: ValueCount | null = null;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== FLOAT) continue;
      // A value that repeats is looked up once.
      if (count === null || !Object.is(values[step], last[0])) {
        last[0] = values[step];
        count = this.countOf(labels, group, last[0]);
      }
      this.countStep(count, step);
    }
  }

  get labels(): Labels {
    return this.counts[this.next - 1].labels;
  }

  get column(): StepColumn {
    return this.counts[this.next - 1].column ?? this.shared;
  }

  move(): Moved {
    if (this.next === this.counts.length) return 'ended';
    const { seen } = this.counts[this.next++];
    if (seen !== null) fill(this.shared, seen);
    return 'on';
  }

  private groupOf(labels: Labels): Group {
    const key = this.grouping.keyOf(withLabel(labels, this.name, ''));
    let group = this.groups.get(key);
    if (group === undefined) this.groups.set(key, (group = new Group()));
    return group;
  }

  private countOf(labels: Labels, group: Group, value: number): ValueCount {
    // Where grouping is without the label, the values of a group are counted as one.
    if (!this.grouping.keeps(this.name)) return this.keyedCount(labels, group, 0);
    if (Object.is(value, -0)) return (group.minusZero ??= this.newCount(labels, value));
    return this.keyedCount(labels, group, value);
  }

  private keyedCount(labels: Labels, { counts }: Group, value: number): ValueCount {
    let count = counts.get(value);
    if (count === undefined) counts.set(value, (count = this.newCount(labels, value)));
    return count;
  }

  private newCount(labels: Labels, value: number): ValueCount {
    this.context.countBytes(VALUE_BYTES);
    this.context.isDue(VALUE_UNITS);
    const withValue = withLabel(labels, this.name, formatPlain(value));
    const own = { labels: this.grouping.labelsOf(withValue), seen: [], column: null };
    this.counts.push(own);
    return own;
  }

  private countStep(count: ValueCount, step: number): void {
    if (count.seen !== null) {
      if (count.seen.push(step) <= this.shared.steps) return;
      count.column = this.context.newColumn(this.shared.steps);
      fill(count.column, count.seen);
      count.seen = null;
    } else if (count.column !== null) addOne(count.column, step);
  }
}

function fill(column: StepColumn, seen: readonly number[]): void {
  column.clear();
  for (const step of seen) addOne(column, step);
}

function addOne(column: StepColumn, step: number): void {
  column.setFloat(step, 1 + (column.kinds[step] === FLOAT ? column.values[step] : 0));
}
