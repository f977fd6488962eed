import { withDefaults } from '../../api/options.js';

it('options that are left out, or undefined, have their defaults', () => {
  expect(withDefaults({ lookbackMs: undefined }).lookbackMs).toBe(300_000);
  expect(withDefaults({ lookbackMs: 1000 }).lookbackMs).toBe(1000);
  expect(withDefaults({}).now()).toBeGreaterThan(0);
});

it('a wrong option is named', () => {
  expect(() => withDefaults({ querySamplesMax: 0 })).toThrow('option querySamplesMax is a number');
  expect(() => withDefaults({ lookbackMs: NaN })).toThrow('option lookbackMs');
});
