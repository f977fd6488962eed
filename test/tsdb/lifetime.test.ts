/** A resource stays open while it is read. */
import { ClosedError } from '../../model/errors.js';
import { Lifetime } from '../../tsdb/lifetime.js';

describe('Lifetime', () => {
  it('ends at once when nobody reads, and once only', () => {
    let ended = 0;
    const lifetime = new Lifetime('it', () => ended++);
    lifetime.close();
    lifetime.close();
    expect(ended).toBe(1);
    expect(() => lifetime.acquire()).toThrow(ClosedError);
  });

  it('ends with its last reader', () => {
    let ended = 0;
    const lifetime = new Lifetime('it', () => ended++);
    lifetime.acquire();
    lifetime.acquire();
    lifetime.close();
    lifetime.release();
    expect([ended, lifetime.isHeld]).toEqual([0, true]);
    lifetime.release();
    expect([ended, lifetime.isHeld]).toEqual([1, false]);
  });

  it('is released only by who acquired it', () => {
    expect(() => new Lifetime('it', () => {}).release()).toThrow('BUG');
  });
});
