/** Work in steps, run without a break. */
import { atOnce, type Steps } from '../../model/steps.js';

function* sumTo(count: number, done: number[]): Steps<number> {
  let sum = 0;
  for (let i = 1; i <= count; i++) {
    sum += i;
    done.push(i);
    yield 1;
  }
  return sum;
}

describe('atOnce', () => {
  it('runs all steps and gives the result', () => {
    const done: number[] = [];
    expect(atOnce(sumTo(4, done))).toBe(10);
    expect(done).toEqual([1, 2, 3, 4]);
    expect(atOnce(sumTo(0, done))).toBe(0);
  });

  it('passes on what a step throws', () => {
    function* failing(): Steps<number> {
      yield 1;
      throw new Error('second step');
    }
    expect(() => atOnce(failing())).toThrow('second step');
  });
});
