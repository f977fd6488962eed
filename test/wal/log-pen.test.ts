/** The pen between two threads: one has it at a time, and what was written is seen by both. */
import { LogPen, PEN_BYTES } from '../../wal/log-pen.js';

function pair(): [LogPen, LogPen] {
  const shared = new SharedArrayBuffer(64 + PEN_BYTES);
  return [new LogPen(shared, 64), new LogPen(shared, 64)];
}

describe('the pen', () => {
  it('is held by one side until it is laid down', () => {
    const [a, b] = pair();
    expect([a.take(), b.take(), a.take()]).toEqual([true, false, false]);
    // Nobody lays it down: the wait ends by itself.
    b.whenFree(1);
    a.layDown();
    b.whenFree(1000);
    expect(b.take()).toBe(true);
  });

  it('comes with the place where the other one goes on', () => {
    const [a, b] = pair();
    a.setPlace(3, 100, 120);
    expect([b.segment, b.size, b.reach]).toEqual([3, 100, 120]);
  });
});

describe('an acknowledgement', () => {
  it('is told of only where somebody waits for it, once', () => {
    const [writer, waiter] = pair();
    expect(writer.acknowledge(1)).toBe(false);
    expect(waiter.acknowledged).toBe(1);
    expect(waiter.await(1)).toBe(true);
    expect([writer.acknowledge(2), writer.acknowledge(3)]).toEqual([true, false]);
    // What is there by now need not be waited for.
    expect(waiter.await(2)).toBe(false);
    expect(writer.acknowledge(-5)).toBe(false);
    expect(waiter.acknowledged).toBe(-5);
  });

  it('is known to come after refusals that were counted before it', () => {
    const [writer, waiter] = pair();
    writer.countRefusal();
    writer.acknowledge(9);
    expect([waiter.acknowledged, waiter.refusals]).toEqual([9, 1]);
  });
});
