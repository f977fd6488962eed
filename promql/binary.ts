/** Binary operators: between scalars, between a vector and a scalar, and between two vectors. */
import { QueryError } from '../model/errors.js';
import type { Binary } from './ast.js';
import type { Evaluation } from './evaluation.js';
import type { Grid } from './grid.js';
import { dropNames } from './names.js';
import { type FloatOperator, floatOperator, isSetOperator, isTrim } from './operators.js';
import { openSetOperator } from './set-operators.js';
import { FLOAT, type StepColumn } from './step-column.js';
import { openMatching } from './vector-matching.js';
import { ChangedStream, ListStream, type VectorStream } from './vector-stream.js';

/** Between two scalars; comparisons give 0 and 1. */
export async function combineScalars(
  evaluation: Evaluation,
  node: Binary,
  grid: Grid,
): Promise<Float64Array> {
  const left = await evaluation.scalar(node.left, grid);
  const right = await evaluation.scalar(node.right, grid);
  const operator = floatOperator(node.operator);
  if (operator === null) {
    throw new QueryError('bad_data', `operator ${node.operator} not allowed for scalars`);
  }
  for (let step = 0; step < left.length; step++) {
    left[step] =
      operator.kind === 'arithmetic'
        ? operator.apply(left[step], right[step])
        : Number(operator.test(left[step], right[step]));
  }
  return left;
}

/** With a vector on at least one side. */
export async function openBinary(
  evaluation: Evaluation,
  node: Binary,
  grid: Grid,
): Promise<VectorStream> {
  if (isSetOperator(node.operator)) return openSetOperator(evaluation, node, grid);
  const { type: left } = node.left;
  const { type: right } = node.right;
  if (left === 'vector' && right === 'vector') return openMatching(evaluation, node, grid);
  const isSwapped = left === 'scalar';
  const [vector, scalar] = isSwapped ? [node.right, node.left] : [node.left, node.right];
  // Prometheus evaluates the left side first, and errors of both sides are possible.
  const early = isSwapped ? await evaluation.scalar(scalar, grid) : null;
  const input = await evaluation.vector(vector, grid);
  const scalars = early ?? (await evaluation.scalar(scalar, grid));
  const operator = floatOperator(node.operator);
  if (operator === null) return tellOfTrim(evaluation, node, input);
  const { returnsBool } = node;
  const stream = new ScalarStream(input, { operator, scalars, isSwapped, returnsBool });
  if (operator.kind === 'comparison' && !returnsBool) return stream;
  const options = { expression: node, steps: grid.steps, duplicates: 'merge' } as const;
  return dropNames(evaluation.context, stream, { ...options, expression: vector });
}

/** Floats have no buckets to trim. */
async function tellOfTrim(
  { context }: Evaluation,
  node: Binary,
  input: VectorStream,
): Promise<VectorStream> {
  const text = 'incompatible sample types encountered for binary operator';
  while (await context.next(input)) {
    if (!isTrim(node.operator)) continue;
    context.annotations.info(`${text} "${node.operator}": float ${node.operator} float`, node);
  }
  return new ListStream([]);
}

class ScalarStream extends ChangedStream {
  private readonly operator: FloatOperator;
  private readonly scalars: Float64Array;
  private readonly isSwapped: boolean;
  private readonly returnsBool: boolean;

  constructor(
    input: VectorStream,
    options: {
      operator: FloatOperator;
      scalars: Float64Array;
      isSwapped: boolean;
      returnsBool: boolean;
    },
  ) {
    super(input);
    this.operator = options.operator;
    this.scalars = options.scalars;
    this.isSwapped = options.isSwapped;
    this.returnsBool = options.returnsBool;
  }

  protected change(column: StepColumn): void {
    const { operator, scalars, isSwapped, returnsBool } = this;
    column.dropHistograms();
    const { values, kinds } = column;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== FLOAT) continue;
      const value = values[step];
      const left = isSwapped ? scalars[step] : value;
      const right = isSwapped ? value : scalars[step];
      if (operator.kind === 'arithmetic') {
        values[step] = operator.apply(left, right);
        continue;
      }
      const isKept = operator.test(left, right);
      if (returnsBool) values[step] = isKept ? 1 : 0;
      else if (!isKept) column.drop(step);
    }
  }
}
