/** `timestamp`, `start_timestamp`: when the samples of a selector were taken, or counting began. */
import type { Call } from '../ast.js';
import type { Evaluation } from '../evaluation.js';
import type { Grid } from '../grid.js';
import { dropNames } from '../names.js';
import { unwrap } from '../planner.js';
import { openSelector } from '../selectors.js';
import { FLOAT, type StepColumn } from '../step-column.js';
import { ChangedStream, ListStream, type VectorStream } from '../vector-stream.js';

export async function openTimestamp(
  evaluation: Evaluation,
  call: Call,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  const isStart = call.func.name === 'start_timestamp';
  const arg = unwrap(call.args[0]);
  const isKnown = arg.kind === 'vectorSelector' && !context.plan.invariant.has(arg);
  if (isStart && (!isKnown || !context.features.startTimestamps)) return new ListStream([]);
  const input = isKnown
    ? await openSelector(evaluation, arg, grid, isStart ? 'startMilliseconds' : 'milliseconds')
    : new StepTimes(await evaluation.vector(arg, grid), grid);
  const options = { expression: arg, steps: grid.steps, duplicates: 'merge' } as const;
  return dropNames(context, new Seconds(input), options);
}

/** The steps' own times: of values that were calculated. */
class StepTimes extends ChangedStream {
  private readonly grid: Grid;

  constructor(input: VectorStream, grid: Grid) {
    super(input);
    this.grid = grid;
  }

  protected change(column: StepColumn): void {
    const { start, interval } = this.grid;
    for (let step = 0; step < column.steps; step++) {
      if (column.kinds[step] !== 0) {
        column.kinds[step] = FLOAT;
        column.values[step] = start + step * interval;
      }
    }
    column.histograms = null;
  }
}

class Seconds extends ChangedStream {
  protected change({ values }: StepColumn): void {
    for (let step = 0; step < values.length; step++) values[step] /= 1000;
  }
}
