/** `label_replace`, `label_join`: series get other labels; times and values stay. */
import { QueryError } from '../../model/errors.js';
import { Labels, METRIC_NAME } from '../../model/labels.js';
import { compileCapturing } from '../../model/regexp-capture.js';
import type { Call, Expression } from '../ast.js';
import type { Evaluation } from '../evaluation.js';
import type { Grid } from '../grid.js';
import { isLabelName } from '../label-names.js';
import { withLabel } from '../label-sets.js';
import { mergeEqual } from '../names.js';
import { unwrap } from '../planner.js';
import type { StepColumn } from '../step-column.js';
import type { VectorStream } from '../vector-stream.js';
import type { Moved } from '../../model/steps.js';

export async function openLabelReplace(
  evaluation: Evaluation,
  { args }: Call,
  grid: Grid,
): Promise<VectorStream> {
  const [target, replacement, source, pattern] = args.slice(1).map(textOf);
  const expand = compileCapturing(pattern);
  if (expand === null) {
    const what = `invalid regular expression in label_replace(): ${pattern}`;
    throw new QueryError('execution', what);
  }
  if (!isLabelName(target)) {
    const what = `invalid destination label name in label_replace(): ${target}`;
    throw new QueryError('execution', what);
  }
  const input = await evaluation.vector(unwrap(args[0]), grid);
  const relabel = (labels: Labels): Labels | null => {
    const expanded = expand(labels.get(source), replacement);
    return expanded === null ? null : withLabel(labels, target, expanded);
  };
  return mergeEqual(evaluation.context, new RelabeledStream(input, target, relabel));
}

export async function openLabelJoin(
  evaluation: Evaluation,
  { args }: Call,
  grid: Grid,
): Promise<VectorStream> {
  const [target, separator, ...sources] = args.slice(1).map(textOf);
  for (const source of sources) {
    if (isLabelName(source)) continue;
    throw new QueryError('execution', `invalid source label name in label_join(): ${source}`);
  }
  if (!isLabelName(target)) {
    throw new QueryError('execution', `invalid destination label name in label_join(): ${target}`);
  }
  const input = await evaluation.vector(unwrap(args[0]), grid);
  const relabel = (labels: Labels): Labels =>
    withLabel(labels, target, sources.map((source) => labels.get(source)).join(separator));
  return mergeEqual(evaluation.context, new RelabeledStream(input, target, relabel));
}

function textOf(expression: Expression): string {
  const inner = unwrap(expression);
  return inner.kind === 'string' ? inner.value : '';
}

class RelabeledStream implements VectorStream {
  labels: Labels;
  dropsName = false;
  private readonly input: VectorStream;
  private readonly target: string;
  private readonly relabel: (labels: Labels) => Labels | null;

  constructor(input: VectorStream, target: string, relabel: (labels: Labels) => Labels | null) {
    this.input = input;
    this.target = target;
    this.relabel = relabel;
    this.labels = Labels.EMPTY;
  }

  get column(): StepColumn {
    return this.input.column;
  }

  move(): Moved {
    const moved = this.input.move();
    if (moved !== 'on') return moved;
    const relabeled = this.relabel(this.input.labels);
    this.labels = relabeled ?? this.input.labels;
    // A name that was given on purpose stays.
    const isNamed = relabeled !== null && this.target === METRIC_NAME;
    this.dropsName = this.input.dropsName && !isNamed;
    return moved;
  }
}
