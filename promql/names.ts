/**
 * Dropping metric names, and what becomes of series that are the same without: at one step they are
 * an error, at different steps they are one series.
 */
import { unreachable } from '../model/assert.js';
import { QueryError } from '../model/errors.js';
import type { Labels } from '../model/labels.js';
import { METRIC_NAME } from '../model/labels.js';
import type { Moved } from '../model/steps.js';
import type { Expression } from './ast.js';
import { METADATA, withoutMetadata } from './label-sets.js';
import { unwrap } from './planner.js';
import type { QueryContext } from './query-context.js';
import { ABSENT, type StepColumn } from './step-column.js';
import { keepSeries, ListStream, type VectorSeries, type VectorStream } from './vector-stream.js';

export function failForDuplicates(): never {
  throw new QueryError('execution', 'vector cannot contain metrics with the same labelset');
}

/** What to do with equal label sets: `merge` those that share no step. */
export type Duplicates = 'refuse' | 'merge';

/**
 * `stream` without metric names: now or, with delayed name removal, marked to lose them at the end.
 * `expression` is what the stream comes from.
 */
export async function dropNames(
  context: QueryContext,
  stream: VectorStream,
  options: { expression: Expression; steps: number; duplicates: Duplicates },
): Promise<VectorStream> {
  if (context.features.delayedNameRemoval) return new MarkedStream(stream);
  const isStrict = options.duplicates === 'refuse' || options.steps === 1;
  if (isStrict || !mayCollide(options.expression)) {
    if (isOfSelector(options.expression)) return new DistinctNamelessStream(stream);
    return new DistinctStream(new NamelessStream(stream));
  }
  return mergeEqual(context, new NamelessStream(stream));
}

/** Whether series of an expression may be equal without their names. */
function mayCollide(expression: Expression): boolean {
  switch (expression.kind) {
    case 'vectorSelector':
      return !expression.matchers.some(
        ({ name, type, value }) => name === METRIC_NAME && type === '=' && value !== '',
      );
    case 'parentheses':
      return mayCollide(expression.expression);
    case 'unary':
    case 'number':
      return false;
    case 'call':
      return !/^(rate|increase|delta|irate|idelta|deriv|abs|ceil|floor|round)$/.test(
        expression.func.name,
      );
    case 'aggregation':
      return !expression.isWithout && expression.grouping.includes(METRIC_NAME);
    case 'binary':
    case 'matrixSelector':
    case 'string':
    case 'subquery':
      return true;
    default:
      return unreachable(expression);
  }
}

/** Whether the series of an expression are those of a selector, which are different ones. */
function isOfSelector(expression: Expression): boolean {
  const inner = unwrap(expression);
  const selected = inner.kind === 'call' ? inner.args.map(unwrap) : [inner];
  return selected.some(({ kind }) => kind === 'vectorSelector' || kind === 'matrixSelector');
}

/** The end of a query with delayed name removal. */
export async function dropMarkedNames(
  context: QueryContext,
  stream: VectorStream,
): Promise<VectorStream> {
  return mergeEqual(context, new NamelessStream(stream, true));
}

abstract class RenamedStream implements VectorStream {
  protected readonly input: VectorStream;

  constructor(input: VectorStream) {
    this.input = input;
  }

  abstract get labels(): Labels;
  abstract get dropsName(): boolean;

  get column(): StepColumn {
    return this.input.column;
  }

  move(): Moved {
    return this.input.move();
  }
}

class MarkedStream extends RenamedStream {
  readonly dropsName = true;

  get labels(): Labels {
    return this.input.labels;
  }
}

class NamelessStream extends RenamedStream {
  readonly dropsName = false;
  private readonly onlyMarked: boolean;
  /** Null until someone asks. */
  private nameless: Labels | null = null;

  constructor(input: VectorStream, onlyMarked = false) {
    super(input);
    this.onlyMarked = onlyMarked;
  }

  get labels(): Labels {
    if (this.nameless === null) {
      const { labels, dropsName } = this.input;
      this.nameless = this.onlyMarked && !dropsName ? labels : withoutMetadata(labels);
    }
    return this.nameless;
  }

  override move(): Moved {
    this.nameless = null;
    return this.input.move();
  }
}

/** Fails at a label set that comes again. */
class DistinctStream extends RenamedStream {
  private readonly seen = new Set<string>();

  get labels(): Labels {
    return this.input.labels;
  }

  get dropsName(): boolean {
    return this.input.dropsName;
  }

  override move(): Moved {
    const moved = this.input.move();
    if (moved === 'on') refuseKnown(this.seen, this.labels);
    return moved;
  }
}

/** Likewise, of series that were different ones while they had names. */
class DistinctNamelessStream extends NamelessStream {
  /** Of the series so far, while all had the same name: their own labels, which differ. */
  private named: Labels[] | null = [];
  private readonly seen = new Set<string>();

  override move(): Moved {
    const moved = super.move();
    if (moved !== 'on') return moved;
    const { labels } = this.input;
    if (this.named !== null) {
      // Fast path: most selectors name their metric.
      if (this.named.length === 0 || areAlike(this.named[0], labels)) {
        this.named.push(labels);
        return moved;
      }
      for (const known of this.named) refuseKnown(this.seen, withoutMetadata(known));
      this.named = null;
    }
    refuseKnown(this.seen, this.labels);
    return moved;
  }
}

/** Whether two label sets lose the same. */
function areAlike(a: Labels, b: Labels): boolean {
  for (const name of METADATA) if (a.get(name) !== b.get(name)) return false;
  return true;
}

function refuseKnown(seen: Set<string>, labels: Labels): void {
  const { size } = seen;
  seen.add(labels.key());
  if (seen.size === size) failForDuplicates();
}

/** Refuses equal label sets; with delayed name removal they may still become different. */
export function distinct(context: QueryContext, stream: VectorStream): VectorStream {
  return context.features.delayedNameRemoval ? stream : new DistinctStream(stream);
}

/** Joins series of equal labels; fails where two have a value at the same step. */
export async function mergeEqual(
  context: QueryContext,
  stream: VectorStream,
): Promise<VectorStream> {
  const byKey = new Map<string, VectorSeries>();
  while (await context.next(stream)) {
    const key = stream.labels.key();
    const known = byKey.get(key);
    if (known !== undefined) {
      // Whether the name goes, the first element decides.
      const isFirst = firstStep(stream.column) < firstStep(known.column);
      addSteps(known.column, stream.column);
      if (isFirst) byKey.set(key, { ...known, dropsName: stream.dropsName });
      continue;
    }
    context.countBytes(9 * stream.column.steps);
    byKey.set(key, keepSeries(stream));
  }
  return new ListStream([...byKey.values()]);
}

function firstStep({ kinds }: StepColumn): number {
  let step = 0;
  while (step < kinds.length && kinds[step] === ABSENT) step++;
  return step;
}

/** Adds the steps of `from` to those of `into`. */
export function addSteps(into: StepColumn, from: StepColumn): void {
  for (let step = 0; step < from.steps; step++) {
    if (from.kinds[step] === ABSENT) continue;
    if (into.kinds[step] !== ABSENT) failForDuplicates();
    into.copyStep(from, step);
  }
}
