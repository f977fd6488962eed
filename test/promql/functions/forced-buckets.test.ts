/** How often buckets were mended, as Prometheus 3.14 counts it. */
import { Annotations } from '../../../promql/annotations.js';
import { ForcedBuckets } from '../../../promql/functions/forced-buckets.js';

const FORCED = { minBucket: 0.5, maxBucket: Infinity, maxDifference: 0.12 };

function told(steps: number, notes: readonly number[]): string {
  const all = new ForcedBuckets({ start: 0, interval: 60_000, steps, isInstant: steps === 1 });
  for (const step of notes) all.note('', step, FORCED);
  const annotations = new Annotations();
  all.tell(annotations, { start: 0, end: 1 });
  return annotations.texts('x').infos.join();
}

describe('mended buckets', () => {
  it('are told with their bounds, their number and their times', () => {
    expect(told(1, [0, 0])).toBe(
      'PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see ' +
        'https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile), ' +
        'from buckets 0.5 to +Inf, with a max diff of 0.12, over 2 samples from ' +
        '1970-01-01T00:00:00Z to 1970-01-01T00:00:00Z (1:1)',
    );
    expect(told(3, [])).toBe('');
  });

  it.each([
    [6, [0, 0, 1, 1, 2, 3, 4], 'over 156 samples'],
    [3, [1], 'over 2 samples'],
    [70, [0], 'over 0 samples'],
  ])('of %p steps, at %p: %s', (steps, notes, text) => {
    expect(told(steps, notes)).toContain(text);
  });
});
