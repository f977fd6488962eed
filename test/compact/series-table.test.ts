/** Label sets by number: numbers stay, places in label order are found again as series come. */
import fc from 'fast-check';
import { SeriesTable } from '../../compact/series-table.js';
import { Labels } from '../../model/labels.js';

it('equal label sets have one number, which stays', () => {
  const table = new SeriesTable();
  expect(table.idOf(Labels.from({ b: '1' }))).toBe(0);
  expect(table.idOf(Labels.from({ a: '1' }))).toBe(1);
  expect(table.idOf(Labels.from({ b: '1' }))).toBe(0);
  expect(table.size).toBe(2);
  expect(table.labelsOf(1).toJSON()).toEqual({ a: '1' });
});

it('places are those of label order, whenever they are asked for', () => {
  const texts = fc.array(fc.array(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 10 }));
  fc.assert(
    fc.property(texts, (batches) => {
      const table = new SeriesTable();
      for (const batch of batches) {
        for (const text of batch) table.idOf(Labels.from({ x: text }));
        const order = table.inOrder();
        const ranks = table.ranks();
        expect(order).toHaveLength(table.size);
        order.forEach((id, rank) => expect(ranks[id]).toBe(rank));
        for (let i = 1; i < order.length; i++) {
          const [before, after] = [table.labelsOf(order[i - 1]), table.labelsOf(order[i])];
          expect(before.compare(after)).toBeLessThan(0);
        }
      }
    }),
  );
});
