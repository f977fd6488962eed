/** The stale marker's bits: which operations keep them, which lose them, and how they are tested. */
import { isStale, isStaleAt, STALE_NAN, wordsOf } from '../../encoding/float-bits.js';

/** 0x7ff0000000000002 as [low, high] words. */
const STALE = [2, 0x7ff00000];
/** The upper word that a NaN has once it was made quiet. */
const QUIET_HIGH = 0x7ff80000;

/** The words of what `operation` leaves in a column after reading the marker from another. */
function after(operation: (from: Float64Array, to: Float64Array) => void): number[] {
  const to = new Float64Array(2);
  operation(STALE_NAN, to);
  return [...wordsOf(to).subarray(0, 2)];
}

class Holder {
  value = 0;
}

describe('the stale marker', () => {
  it('is one NaN of many', () => {
    expect([...wordsOf(STALE_NAN)]).toEqual(STALE);
    expect(isStale(STALE_NAN[0])).toBe(true);
    const others = Float64Array.of(NaN, 0, -0, Infinity, 1);
    for (let i = 0; i < others.length; i++) {
      expect(isStaleAt(others, i)).toBe(false);
      expect(isStale(others[i])).toBe(false);
    }
    const quiet = new Float64Array(1);
    wordsOf(quiet).set([2, QUIET_HIGH]);
    expect(isStaleAt(quiet, 0)).toBe(false);
  });

  it('is found in place, in a part of a larger buffer too', () => {
    const column = new Float64Array(5);
    column.set(STALE_NAN, 3);
    const part = column.subarray(2, 5);
    expect([0, 1, 2].map((i) => isStaleAt(part, i))).toEqual([false, true, false]);
  });

  it('survives typed arrays, DataView, class fields and parameters', () => {
    const kept: ((from: Float64Array, to: Float64Array) => void)[] = [
      (from, to) => {
        to[0] = from[0];
      },
      (from, to) => to.set(from),
      (from, to) => to.set(from.slice()),
      (from, to) => to.set(Float64Array.of(1, 2).map((_, i) => (i === 0 ? from[0] : 1))),
      (from, to) => {
        to.set(from, 1);
        to.copyWithin(0, 1);
      },
      (from, to) => to.fill(from[0]),
      (from, to) => new DataView(to.buffer).setFloat64(0, from[0], true),
      (from, to) => {
        to[0] = new DataView(from.buffer).getFloat64(0, true);
      },
      (from, to) => {
        const holder = new Holder();
        holder.value = from[0];
        to[0] = holder.value;
      },
      (from, to) => {
        const through = (value: number): number => value;
        to[0] = through(from[0]);
      },
    ];
    expect(kept.map(after)).toEqual(kept.map(() => STALE));
  });

  it('dies in arithmetic, everywhere', () => {
    const lost: ((from: Float64Array, to: Float64Array) => void)[] = [
      (from, to) => {
        to[0] = from[0] + 0;
      },
      (from, to) => {
        to[0] = from[0] * 1;
      },
      (from, to) => {
        to[0] = Math.max(from[0], 0);
      },
    ];
    for (const operation of lost) expect(after(operation)).not.toEqual(STALE);
  });

  it('dies in number[], Map and Array.from on the oldest runtime that we run on', () => {
    const lost: ((from: Float64Array, to: Float64Array) => void)[] = [
      (from, to) => to.set([from[0]]),
      (from, to) => {
        const list: number[] = [1.5];
        list.push(from[0]);
        to[0] = list[1];
      },
      (from, to) => {
        to[0] = Array.from(from)[0];
      },
      (from, to) => {
        to[0] = new Map([[0, from[0]]]).get(0) ?? 0;
      },
    ];
    const results = lost.map(after);
    for (const [, high] of results) expect([STALE[1], QUIET_HIGH]).toContain(high);
    // Later versions of V8 may keep the bits; the rule holds for the least of them.
    if (!process.versions.node.startsWith('20.')) return;
    expect(results.map(([, high]) => high)).toEqual(lost.map(() => QUIET_HIGH));
  });
});
