import { once } from '../../model/once.js';

it('makes its value when it is first wanted, and never again', () => {
  let calls = 0;
  const get = once(() => ({ call: ++calls }));
  expect(calls).toBe(0);
  expect(get()).toBe(get());
  expect(calls).toBe(1);
});

it('tries again after it could not', () => {
  let calls = 0;
  const get = once(() => {
    if (++calls === 1) throw new Error('not yet');
    return { call: calls };
  });
  expect(get).toThrow('not yet');
  expect(get()).toEqual({ call: 2 });
});
