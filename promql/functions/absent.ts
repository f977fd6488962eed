/** `absent`, `absent_over_time`: 1 where there is nothing, under the labels that were asked for. */
import { Labels, METRIC_NAME } from '../../model/labels.js';
import type { Matcher } from '../../model/matcher.js';
import type { Call, Expression } from '../ast.js';
import type { Evaluation } from '../evaluation.js';
import type { Grid } from '../grid.js';
import { unwrap } from '../planner.js';
import { ABSENT, StepColumn } from '../step-column.js';
import { ListStream, type VectorStream } from '../vector-stream.js';
import { openWindowed } from './windowed.js';

export async function openAbsent(
  evaluation: Evaluation,
  call: Call,
  grid: Grid,
): Promise<VectorStream> {
  const arg = unwrap(call.args[0]);
  const overTime = call.func.name === 'absent_over_time';
  const input = overTime
    ? await openWindowed(evaluation, call, grid)
    : await evaluation.vector(arg, grid);
  const present = new Uint8Array(grid.steps);
  while (await evaluation.context.next(input)) {
    const { kinds } = input.column;
    for (let step = 0; step < grid.steps; step++) if (kinds[step] !== ABSENT) present[step] = 1;
  }
  const column = new StepColumn(grid.steps);
  for (let step = 0; step < grid.steps; step++) if (present[step] === 0) column.setFloat(step, 1);
  return new ListStream([{ labels: askedLabels(arg), dropsName: overTime, column }]);
}

/** What a selector asks to be equal, each label once: one that is asked for twice is left out. */
export function askedLabels(expression: Expression): Labels {
  const asked = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, type, value } of matchersOf(expression)) {
    if (name === METRIC_NAME) continue;
    if (type === '=' && !seen.has(name)) {
      asked.set(name, value);
      seen.add(name);
    } else {
      asked.delete(name);
    }
  }
  return Labels.from(asked);
}

function matchersOf(expression: Expression): readonly Matcher[] {
  if (expression.kind === 'vectorSelector') return expression.matchers;
  return expression.kind === 'matrixSelector' ? expression.selector.matchers : [];
}
