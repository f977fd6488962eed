import { Gate } from '../../api/gate.js';

const { signal } = new AbortController();

describe('a gate', () => {
  it('lets so many through at a time, the others in their order', async () => {
    const gate = new Gate(2);
    let inside = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        gate.run(async () => {
          most = Math.max(most, ++inside);
          order.push(i);
          await new Promise((resolve) => setImmediate(resolve));
          inside--;
        }, signal),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('forgets those who no longer want to', async () => {
    const gate = new Gate(1);
    const leave = await gate.enter(signal);
    const impatient = new AbortController();
    const waiting = gate.enter(impatient.signal);
    impatient.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    leave();
    leave();
    await gate.run(() => Promise.resolve(), signal);
  });

  it('is left by work that fails', async () => {
    const gate = new Gate(1);
    await expect(gate.run(() => Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    expect(await gate.run(() => Promise.resolve('in'), signal)).toBe('in');
  });
});
