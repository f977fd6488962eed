import fc from 'fast-check';
import { IdSet } from '../../index/id-set.js';
import {
  BigEndianPostings,
  EMPTY_POSTINGS,
  expand,
  intersect,
  ListPostings,
  merge,
  type Postings,
  without,
} from '../../index/postings.js';

const ID_MAX = 200;

/** A recipe for postings, and the set that they must be. */
interface Model {
  readonly make: () => Postings;
  readonly ids: ReadonlySet<number>;
}

function bigEndian(ids: readonly number[]): Postings {
  const bytes = new Uint8Array(4 * ids.length);
  const data = new DataView(bytes.buffer);
  ids.forEach((id, i) => data.setUint32(4 * i, id));
  return new BigEndianPostings(bytes);
}

function bits(ids: readonly number[]): Postings {
  const set = new IdSet(3, ID_MAX);
  for (const id of ids) set.add(id);
  return set.postings();
}

const leaf: fc.Arbitrary<Model> = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 3, max: ID_MAX }), { maxLength: 40 }),
    fc.constantFrom(bigEndian, bits, (ids: readonly number[]) => new ListPostings(ids)),
  )
  .map(([unsorted, kind]) => {
    const ids = unsorted.sort((a, b) => a - b);
    return { make: () => kind(ids), ids: new Set(ids) };
  });

const tree = fc.letrec<{ node: Model }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('node'), { minLength: 1, maxLength: 4 }).map((parts) => ({
      make: () => intersect(parts.map(({ make }) => make())),
      ids: new Set([...parts[0].ids].filter((id) => parts.every(({ ids }) => ids.has(id)))),
    })),
    fc.array(tie('node'), { maxLength: 5 }).map((parts) => ({
      make: () => merge(parts.map(({ make }) => make())),
      ids: new Set(parts.flatMap(({ ids }) => [...ids])),
    })),
    fc.tuple(tie('node'), tie('node')).map(([full, dropped]) => ({
      make: () => without(full.make(), dropped.make()),
      ids: new Set([...full.ids].filter((id) => !dropped.ids.has(id))),
    })),
  ),
})).node;

describe('postings', () => {
  it('of any expression are the set that it says', () => {
    fc.assert(
      fc.property(tree, ({ make, ids }) => {
        expect(expand(make())).toEqual([...ids].sort((a, b) => a - b));
        expect(make().countMax).toBeGreaterThanOrEqual(ids.size);
      }),
      { numRuns: 500 },
    );
  });

  it('can be sought and stepped through in any mixture', () => {
    const steps = fc.array(fc.option(fc.nat(ID_MAX + 10), { freq: 2 }), { maxLength: 40 });
    fc.assert(
      fc.property(tree, steps, ({ make, ids }, moves) => {
        const sorted = [...ids].sort((a, b) => a - b);
        const postings = make();
        let at = -1;
        let ended = false;
        for (const move of moves) {
          // Seeking never moves back, and may stay.
          const least = move === null ? at + 1 : Math.max(move, at);
          const wanted: number | undefined = ended ? undefined : sorted.find((id) => id >= least);
          const moved = move === null ? postings.next() : postings.seek(move);
          expect(moved).toBe(wanted !== undefined);
          ended ||= wanted === undefined;
          if (wanted !== undefined) {
            expect(postings.at).toBe(wanted);
            at = wanted;
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('of nothing are empty', () => {
    expect(expand(EMPTY_POSTINGS)).toEqual([]);
    expect(EMPTY_POSTINGS.seek(0)).toBe(false);
    expect(expand(intersect([]))).toEqual([]);
    expect(expand(merge([]))).toEqual([]);
    expect(intersect([new ListPostings([1]), EMPTY_POSTINGS])).toBe(EMPTY_POSTINGS);
  });

  it('hold ids up to 32 bits', () => {
    const postings = bigEndian([1, 0x7fffffff, 0x80000000, 0xffffffff]);
    expect(postings.seek(0x7fffffff)).toBe(true);
    expect([postings.at, ...expand(postings)]).toEqual([0x7fffffff, 0x80000000, 0xffffffff]);
  });

  it('of a list do not see what is appended later', () => {
    const list = [1, 2];
    const postings = new ListPostings(list);
    list.push(3);
    expect(expand(postings)).toEqual([1, 2]);
  });

  it('that are out of order end nevertheless', () => {
    // A writer with a bug: the checksum is right, the order is not.
    const odd = (): Postings => bigEndian([9, 2, 7, 7, 1, 8]);
    for (const make of [() => intersect([odd(), odd()]), () => merge([odd(), odd()])]) {
      expect(expand(make()).length).toBeLessThanOrEqual(12);
    }
    expect(expand(without(odd(), odd())).length).toBeLessThanOrEqual(6);
  });
});
