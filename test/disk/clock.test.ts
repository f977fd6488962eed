import { steadyNow, systemNow, ulidFactory } from '../../disk/clock.js';
import { isUlid } from '../../compact/block-meta.js';

it('the time is the machine’s', () => {
  const before = Date.now();
  expect(systemNow()).toBeGreaterThanOrEqual(before);
});

it('the other one is never set back', () => {
  const before = steadyNow();
  expect(steadyNow()).toBeGreaterThanOrEqual(before);
});

it('ULIDs carry the time, and ascend within a millisecond', () => {
  const newUlid = ulidFactory(() => 1_700_000_000_000);
  const [first, second] = [newUlid(), newUlid()];
  expect(isUlid(first)).toBe(true);
  expect(first.slice(0, 10)).toBe('01HF7YAT00');
  expect(first < second).toBe(true);
});
