/** Long work gives the event loop its turns. */
import { Pacer } from '../../tsdb/pacer.js';

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
});
