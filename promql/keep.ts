/** All series of a stream, for operators that need them side by side. */
import type { QueryContext } from './query-context.js';
import { keepSeries, type VectorSeries, type VectorStream } from './vector-stream.js';

export async function keepAll(
  context: QueryContext,
  stream: VectorStream,
): Promise<VectorSeries[]> {
  const all: VectorSeries[] = [];
  while (await context.next(stream)) {
    context.countBytes(9 * stream.column.steps);
    all.push(keepSeries(stream));
  }
  return all;
}
