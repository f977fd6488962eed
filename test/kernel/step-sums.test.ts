import { STEPS_MAX } from '../../kernel/kernel-module.js';
import { StepSums } from '../../kernel/step-sums.js';

/** Takes some; there must be room. */
function take(steps: number): StepSums {
  const sums = StepSums.take(steps);
  if (sums === null) throw new Error('there is no room');
  return sums;
}

describe('sums in the kernel', () => {
  it('are of what is added, at its steps, compensated', () => {
    const one = take(5);
    const other = take(3);
    one.add(Float64Array.of(1, 1e100, 3, 4, 5), 1, 4);
    one.add(Float64Array.of(1, 1, 1, 1, 1), 0, 5);
    one.add(Float64Array.of(1, -1e100, 1, 1, 1), 1, 2);
    other.add(Float64Array.of(7, 8, 9), 0, 3);
    expect([...one.sums]).toEqual([1, 0, 4, 5, 1]);
    expect([...one.lost]).toEqual([0, 1, 0, 0, 0]);
    expect([...other.sums]).toEqual([7, 8, 9]);
    one.give();
    other.give();
  });

  it('begin with -0, where others were too', () => {
    const one = take(2);
    one.add(Float64Array.of(1, 2), 0, 2);
    one.give();
    const next = take(2);
    expect([...next.sums]).toEqual([-0, -0]);
    next.give();
  });

  it('are refused where there is no room, until all were given back', () => {
    expect(StepSums.take(STEPS_MAX + 1)).toBeNull();
    const taken: StepSums[] = [];
    for (;;) {
      const next = StepSums.take(STEPS_MAX);
      if (next === null) break;
      taken.push(next);
    }
    expect(taken.length).toBeGreaterThan(50);
    for (const sums of taken.slice(1)) sums.give();
    expect(StepSums.take(STEPS_MAX)).toBeNull();
    taken[0].give();
    take(STEPS_MAX).give();
  });
});
