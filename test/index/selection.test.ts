/** What a query selects, with pauses where much is passed over. */
import fc from 'fast-check';
import { expand, intersect, ListPostings, merge, without } from '../../index/postings.js';
import { Selection } from '../../index/selection.js';
import { idsOf } from '../support/moving.js';

const COUNT = 100_000;
const every = (step: number, first = 0): ListPostings =>
  new ListPostings(Array.from({ length: COUNT }, (_, i) => first + i * step));

/** How often a selection pauses in all. */
function pausesOf(selection: Selection): number {
  let pauses = 0;
  for (let moved = selection.move(); moved !== 'ended'; moved = selection.move()) {
    if (moved === 'paused') pauses++;
  }
  return pauses;
}

describe('a selection', () => {
  it('holds what the algebra of postings says, whatever its pauses', () => {
    const ids = fc
      .integer({ min: 1, max: 40 })
      .map((step) => Array.from({ length: Math.ceil(COUNT / step) }, (_, i) => i * step));
    const lists = fc.array(ids, { maxLength: 2 });
    fc.assert(
      fc.property(ids, lists, lists, ids, (first, more, dropped, united) => {
        const wanted = () => [
          ...[first, ...more].map((list) => new ListPostings(list)),
          merge([new ListPostings(united), new ListPostings([1, 5, 70_001])]),
        ];
        const rest = () => dropped.map((list) => new ListPostings(list));
        const algebra = rest().reduce((left, one) => without(left, one), intersect(wanted()));
        expect(idsOf(new Selection(wanted(), rest()))).toEqual(expand(algebra));
      }),
      { numRuns: 30 },
    );
  });

  it('pauses while it passes over ids, and then goes on where it stood', () => {
    const sixths = Array.from({ length: Math.ceil(COUNT / 3) }, (_, i) => 6 * i);
    expect(idsOf(new Selection([every(2), every(3)]))).toEqual(sixths);
    expect(pausesOf(new Selection([every(2), every(2, 1)]))).toBeGreaterThan(10);
    expect(pausesOf(new Selection([every(1)], [every(1)]))).toBeGreaterThan(10);
    expect(pausesOf(new Selection([new ListPostings([1, 2, 3]), every(1)]))).toBe(0);
  });

  it('of nothing has ended, and stays there', () => {
    for (const selection of [new Selection([]), new Selection([every(1), new ListPostings([])])]) {
      expect(selection.countMax).toBe(0);
      expect([selection.move(), selection.move()]).toEqual(['ended', 'ended']);
    }
    const one = new Selection([new ListPostings([7])]);
    expect([one.move(), one.at, one.move(), one.move()]).toEqual(['on', 7, 'ended', 'ended']);
  });
});
