/**
 * `selector smoothed`: for each step the value on the line between the samples around it, or the
 * last one where none follows within the lookback (`smoothSeries` in promql/engine.go).
 */
import type { Columns } from '../model/columns.js';
import type { InstantView } from './instant-steps.js';
import { dropStale } from './stale.js';
import type { StepColumn } from './step-column.js';

export function smoothSamples(samples: Columns, view: InstantView, out: StepColumn): void {
  out.clear();
  dropStale(samples);
  const { times, values, count } = samples;
  const { lookbackMs } = view;
  // The first row that is not before the step, and the first within its lookback.
  let next = 0;
  let first = 0;
  for (let step = 0; step < view.steps; step++) {
    const time = view.start + step * view.interval;
    while (next < count && times[next] < time) next++;
    while (first < count && times[first] <= time - lookbackMs) first++;
    const hasNext = next < count && times[next] <= time + lookbackMs;
    const before = next - 1;
    if (hasNext && times[next] === time) out.setFloat(step, values[next]);
    else if (before < first) continue;
    else if (!hasNext) out.setFloat(step, values[before]);
    else {
      const rise = (values[next] - values[before]) * (time - times[before]);
      out.setFloat(step, values[before] + rise / (times[next] - times[before]));
    }
  }
}
