import { setImmediate } from 'node:timers/promises';
import { TurnTaking } from '../../tsdb/turn-taking.js';

it('one runs at a time, in the order of asking, whatever becomes of the others', async () => {
  const turns = new TurnTaking();
  const log: string[] = [];
  const run = (name: string, fails = false): Promise<string> =>
    turns.take(async () => {
      log.push(`${name} begins`);
      await setImmediate();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const [first, second, third] = [run('a'), run('b', true), run('c')];
  await expect(second).rejects.toThrow('b');
  await turns.idle();
  expect(await first).toBe('a');
  expect(await third).toBe('c');
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
