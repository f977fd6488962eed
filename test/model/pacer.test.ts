/** Long work gives the event loop its turns. */
import type { Steps } from '../../model/steps.js';
import { Pacer } from '../../model/pacer.js';

/** Counts its steps, of so many units each, and tells what ended it. */
function* working(steps: number, units: number, ended: string[] = []): Steps<number> {
  try {
    for (let done = 0; done < steps; done++) yield units;
    return steps;
  } catch (error) {
    ended.push(String(error));
    throw error;
  }
}

describe('Pacer', () => {
  it('is due after a portion of work, and the loop runs in the turn', async () => {
    const pacer = new Pacer();
    expect(pacer.isDue(1)).toBe(false);
    expect(pacer.isDue(1_000_000)).toBe(true);
    let ran = false;
    setImmediate(() => (ran = true));
    await pacer.turn();
    expect(ran).toBe(true);
    expect(pacer.isDue(1)).toBe(false);
  });

  it('throws the reason of an aborted signal', async () => {
    await expect(new Pacer().turn(AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
  });

  it('runs work in steps to its end, with turns of the loop in between', async () => {
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns++;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    expect(await new Pacer().run(working(100, 5_000))).toBe(100);
    counting = false;
    expect(turns).toBeGreaterThanOrEqual(9);
    expect(turns).toBeLessThan(50);
  });

  it('ends the work, which hears why, where the signal is aborted', async () => {
    const ended: string[] = [];
    const signal = AbortSignal.abort(new Error('enough'));
    const running = new Pacer().run(working(100, 1_000_000, ended), signal);
    await expect(running).rejects.toThrow('enough');
    expect(ended).toEqual(['Error: enough']);
  });
});
