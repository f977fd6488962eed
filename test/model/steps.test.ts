/** Work in steps, run without a break. */
import { atOnce, Lazy, type Steps } from '../../model/steps.js';

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

describe('Lazy', () => {
  const STEPS = 10;

  it('is made once, in turn by all who want it, and kept', () => {
    const done: number[] = [];
    const lazy = new Lazy(() => sumTo(STEPS, done));
    const wanting = [lazy.get(), lazy.get(), lazy.get()];
    const values = new Set<number>();
    while (values.size === 0) {
      for (const one of wanting) {
        const step = one.next();
        if (step.done === true) values.add(step.value);
      }
    }
    for (const one of wanting) values.add(atOnce(one));
    expect([...values]).toEqual([55]);
    expect(lazy.now()).toBe(55);
    expect(done).toHaveLength(STEPS);
  });

  it('goes on where one who gave up has left it, at once if need be', () => {
    const done: number[] = [];
    const lazy = new Lazy(() => sumTo(STEPS, done));
    const first = lazy.get();
    first.next();
    first.next();
    expect(() => first.throw(new Error('enough'))).toThrow('enough');
    expect(done).toEqual([1, 2]);
    expect(lazy.now()).toBe(55);
    expect(done).toHaveLength(STEPS);
  });

  it('tells what the making threw, and tries again', () => {
    let attempts = 0;
    const lazy = new Lazy(function* (): Steps<number> {
      yield 1;
      if (++attempts === 1) throw new Error('the first attempt');
      return attempts;
    });
    expect(() => lazy.now()).toThrow('the first attempt');
    expect(lazy.now()).toBe(2);
    lazy.clear();
    expect(lazy.now()).toBe(3);
  });
});
