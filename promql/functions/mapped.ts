/** Calls of elementwise functions: every value of a vector becomes another. */
import { Labels } from '../../model/labels.js';
import type { Call } from '../ast.js';
import type { Evaluation } from '../evaluation.js';
import type { Grid } from '../grid.js';
import { dropNames } from '../names.js';
import { unwrap } from '../planner.js';
import { FLOAT, StepColumn } from '../step-column.js';
import { ChangedStream, ListStream, type VectorStream } from '../vector-stream.js';
import { DATES, type Elementwise, ELEMENTWISE } from './elementwise.js';

export function isMapped(name: string): boolean {
  return Object.hasOwn(ELEMENTWISE, name);
}

export async function openMapped(
  evaluation: Evaluation,
  call: Call,
  grid: Grid,
): Promise<VectorStream> {
  const { name } = call.func;
  const [vector, ...scalars] = call.args;
  if (vector === undefined) return partsOfStepTimes(DATES[name], grid);
  const input = await evaluation.vector(unwrap(vector), grid);
  const columns: Float64Array[] = [];
  for (const scalar of scalars) columns.push(await evaluation.scalar(scalar, grid));
  const bounds = name === 'clamp' ? columns : null;
  const stream = new MappedStream(input, ELEMENTWISE[name], { columns, bounds });
  const options = { expression: vector, steps: grid.steps, duplicates: 'merge' } as const;
  return dropNames(evaluation.context, stream, options);
}

/** `hour()` and the like: of the moment of evaluation, in whole seconds. */
function partsOfStepTimes(part: Elementwise, grid: Grid): VectorStream {
  const column = new StepColumn(grid.steps);
  for (let step = 0; step < grid.steps; step++) {
    column.setFloat(step, part((grid.start + step * grid.interval) / 1000, []));
  }
  return new ListStream([{ labels: Labels.EMPTY, dropsName: false, column }]);
}

class MappedStream extends ChangedStream {
  private readonly map: Elementwise;
  private readonly columns: readonly Float64Array[];
  /** Of `clamp`: steps whose lower bound is the greater one have no value. */
  private readonly bounds: readonly Float64Array[] | null;
  private readonly args: number[];

  constructor(
    input: VectorStream,
    map: Elementwise,
    options: { columns: readonly Float64Array[]; bounds: readonly Float64Array[] | null },
  ) {
    super(input);
    this.map = map;
    this.columns = options.columns;
    this.bounds = options.bounds;
    this.args = options.columns.map(() => 0);
  }

  protected change(column: StepColumn): void {
    const { map, columns, bounds, args } = this;
    column.dropHistograms();
    const { values, kinds } = column;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== FLOAT) continue;
      for (let i = 0; i < args.length; i++) args[i] = columns[i][step];
      if (bounds !== null && args[1] < args[0]) column.drop(step);
      else values[step] = map(values[step], args);
    }
  }
}
