/**
 * Float series for properties of codecs: every shape of times and values that a format treats
 * differently, with values given by their bits (NaNs of every kind, zeros, infinities, denormals).
 */
import fc from 'fast-check';

export interface Series {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Upper and lower halves of values that arithmetic would not keep apart. */
const SPECIAL_BITS: readonly (readonly [number, number])[] = [
  [0x7ff00000, 0x00000002], // the stale marker
  [0x7ff80000, 0x00000001], // what Prometheus makes of a NaN in text
  [0x7ff80000, 0x00000000],
  [0xfff80000, 0x00000000],
  [0x7ff00000, 0x00000001],
  [0xffffffff, 0xffffffff],
  [0x7ff00000, 0x00000000], // infinities
  [0xfff00000, 0x00000000],
  [0x00000000, 0x00000000],
  [0x80000000, 0x00000000], // -0
  [0x00000000, 0x00000001], // the least denormal
  [0x000fffff, 0xffffffff],
  [0x3ff00000, 0x00000000],
];

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });

/** How a series gets from one time to the next. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant(15_000) },
  { weight: 3, arbitrary: fc.integer({ min: 14_950, max: 15_050 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 100_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 31 - 1 }) },
);

/** The halves of a value: the one before, near it, special, or anything. */
type Change =
  | { readonly kind: 'same' }
  | { readonly kind: 'add'; readonly amount: number }
  | { readonly kind: 'set'; readonly high: number; readonly low: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Change>({ kind: 'same' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      amount: fc.integer({ min: -3, max: 1000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...SPECIAL_BITS)
      .map(([high, low]): Change => ({ kind: 'set', high, low })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('set' as const), high: uint32, low: uint32 }),
  },
);

/** A series within ±2^51 ms, of up to `maxLength` samples. */
export function seriesArbitrary(maxLength: number): fc.Arbitrary<Series> {
  const start = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1_600_000_000_000, max: 1_700_000_000_000 }),
    fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
  );
  const runs = fc.array(fc.tuple(step, change, fc.integer({ min: 1, max: 40 })), {
    minLength: 1,
    maxLength: Math.ceil(maxLength / 4),
  });
  return fc.tuple(start, runs).map(([first, parts]) => seriesOf(first, parts, maxLength));
}

/** Repeats each step and change a few times, so that runs of all lengths come up. */
function seriesOf(
  first: number,
  parts: readonly (readonly [number, Change, number])[],
  maxLength: number,
): Series {
  const times = new Float64Array(maxLength);
  const values = new Float64Array(maxLength);
  const words = new Uint32Array(values.buffer);
  let count = 0;
  let time = first;
  for (const [delta, next, repeats] of parts) {
    for (let i = 0; i < repeats && count < maxLength; i++, count++) {
      if (count > 0) values[count] = values[count - 1];
      if (next.kind === 'add') values[count] += next.amount;
      else if (next.kind === 'set') words.set([next.low, next.high], 2 * count);
      times[count] = time;
      time += delta;
    }
  }
  return { times: times.slice(0, count), values: values.slice(0, count) };
}
