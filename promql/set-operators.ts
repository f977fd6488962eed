/** `and`, `or`, `unless`: which elements there are, by what the other side has at the same step. */
import type { Labels } from '../model/labels.js';
import type { Moved } from '../model/steps.js';
import { assert } from '../model/assert.js';
import type { Binary } from './ast.js';
import type { Evaluation } from './evaluation.js';
import type { Grid } from './grid.js';
import { distinct, mergeEqual } from './names.js';
import type { QueryContext } from './query-context.js';
import { MatchGroups } from './signatures.js';
import { ABSENT, type StepColumn } from './step-column.js';
import { ChangedStream, type VectorStream } from './vector-stream.js';

export async function openSetOperator(
  evaluation: Evaluation,
  node: Binary,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  assert(node.matching !== null, 'set operators match vectors');
  const presence = new Presence(context, new MatchGroups(node.matching), grid.steps);
  const left = await evaluation.vector(node.left, grid);
  const right = await evaluation.vector(node.right, grid);
  if (node.operator === 'or') {
    const both = new EitherStream(presence, left, right);
    return grid.steps === 1 ? distinct(context, both) : mergeEqual(context, both);
  }
  while (await context.next(right)) presence.add(right.labels, right.column);
  return new FilteredStream(left, presence, node.operator === 'and');
}

/** The steps at which each match group has an element. */
class Presence {
  private readonly context: QueryContext;
  private readonly groups: MatchGroups;
  private readonly steps: number;
  private readonly byGroup: Uint8Array[] = [];

  constructor(context: QueryContext, groups: MatchGroups, steps: number) {
    this.context = context;
    this.groups = groups;
    this.steps = steps;
  }

  add(labels: Labels, { kinds }: StepColumn): void {
    const number = this.groups.numberOf(labels);
    if (number === this.byGroup.length) {
      this.context.countBytes(this.steps);
      this.byGroup.push(new Uint8Array(this.steps));
    }
    const steps = this.byGroup[number];
    for (let step = 0; step < kinds.length; step++) if (kinds[step] !== ABSENT) steps[step] = 1;
  }

  /** Drops the steps at which the group's presence is not `wanted`. */
  filter(labels: Labels, column: StepColumn, wanted: boolean): void {
    const number = this.groups.find(labels);
    if (number === undefined) {
      if (wanted) column.clear();
      return;
    }
    const steps = this.byGroup[number];
    const kept = wanted ? 1 : 0;
    for (let step = 0; step < steps.length; step++) if (steps[step] !== kept) column.drop(step);
  }
}

class FilteredStream extends ChangedStream {
  private readonly presence: Presence;
  private readonly wanted: boolean;

  constructor(input: VectorStream, presence: Presence, wanted: boolean) {
    super(input);
    this.presence = presence;
    this.wanted = wanted;
  }

  protected change(column: StepColumn): void {
    this.presence.filter(this.labels, column, this.wanted);
  }
}

/** All of the left side, then what of the right side is in none of its groups. */
class EitherStream implements VectorStream {
  private readonly presence: Presence;
  private readonly left: VectorStream;
  private readonly right: VectorStream;
  private current: VectorStream;

  constructor(presence: Presence, left: VectorStream, right: VectorStream) {
    this.presence = presence;
    this.left = left;
    this.right = new FilteredStream(right, presence, false);
    this.current = left;
  }

  get labels(): Labels {
    return this.current.labels;
  }

  get dropsName(): boolean {
    return this.current.dropsName;
  }

  get column(): StepColumn {
    return this.current.column;
  }

  move(): Moved {
    if (this.current === this.left) {
      const moved = this.left.move();
      if (moved === 'on') this.presence.add(this.left.labels, this.left.column);
      if (moved !== 'ended') return moved;
      this.current = this.right;
    }
    return this.right.move();
  }
}
