/** Label sets: identity, order, what is dropped. */
import fc from 'fast-check';
import { Labels, METRIC_NAME } from '../../model/labels.js';
import { compareBytes, encodeUtf8 } from '../../model/utf8.js';

const text = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.constantFrom('', 'a', 'b', 'ab', 'é', '\uff5e', '\u{1f600}', '\udcff', '__proto__'),
);
const pairs = fc.array(fc.tuple(text, text), { maxLength: 5 });

describe('a label set', () => {
  it('is sorted by name, without empty values, the last of equal names', () => {
    const labels = Labels.from([
      ['b', '1'],
      ['a', '2'],
      ['c', ''],
      ['b', '3'],
    ]);
    expect([...labels]).toEqual([
      ['a', '2'],
      ['b', '3'],
    ]);
    expect(labels.size).toBe(2);
    expect([labels.nameAt(1), labels.valueAt(1)]).toEqual(['b', '3']);
    expect(labels.toString()).toBe('{a="2", b="3"}');
    expect(JSON.stringify(labels)).toBe('{"a":"2","b":"3"}');
  });

  it('is the same from a record, from pairs in any order and from what the index holds', () => {
    const fromRecord = Labels.from({ job: 'x', [METRIC_NAME]: 'up' });
    const fromPairs = Labels.from(
      new Map([
        ['job', 'x'],
        [METRIC_NAME, 'up'],
      ] as const),
    );
    const fromIndex = Labels.fromSortedPairs([METRIC_NAME, 'up', 'job', 'x']);
    expect(fromRecord.key()).toBe(fromIndex.key());
    expect(fromPairs.compare(fromIndex)).toBe(0);
    expect(fromRecord.get(METRIC_NAME)).toBe('up');
    expect(fromRecord.get('absent')).toBe('');
  });

  it('without labels is one and the same', () => {
    expect(Labels.from({ a: '' }).size).toBe(0);
    expect(Labels.fromSortedPairs([])).toBe(Labels.EMPTY);
    expect(Labels.EMPTY.toString()).toBe('{}');
  });

  it('takes names that mean something to JavaScript', () => {
    const labels = Labels.from([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
    expect(labels.get('__proto__')).toBe('p');
    expect(labels.get('toString')).toBe('');
  });

  it('is refused by name where something is no text', () => {
    const refuses = (labels: unknown, message: string): void =>
      expect(() => Labels.from(labels as Record<string, string>)).toThrow(message);
    refuses(null, 'labels are an object: null');
    refuses('up', 'labels are an object: up');
    refuses({ a: 1n }, 'the value of a is no text: got a bigint');
    refuses([['a', null]], 'the value of a is no text: got a object');
    refuses([[5, 'x']], 'a label name is no text: got a number');
  });

  it('has a key of its own', () => {
    fc.assert(
      fc.property(pairs, pairs, (a, b) => {
        const x = Labels.from(a);
        const y = Labels.from(b);
        expect(x.key() === y.key()).toBe(JSON.stringify([...x]) === JSON.stringify([...y]));
        expect(x.key() === y.key()).toBe(x.compare(y) === 0);
      }),
    );
  });

  it('comes before another by the bytes of the first text that differs', () => {
    fc.assert(
      fc.property(pairs, pairs, (a, b) => {
        const x = Labels.from(a);
        const y = Labels.from(b);
        expect(Math.sign(x.compare(y))).toBe(Math.sign(compareTexts([...x].flat(), [...y].flat())));
        expect(Math.sign(x.compare(y))).toBe(-Math.sign(y.compare(x)) + 0);
      }),
      { numRuns: 500 },
    );
  });

  it('weighs at least its texts', () => {
    const labels = Labels.from({ a: 'x'.repeat(1000) });
    expect(labels.sizeBytes()).toBeGreaterThan(2000);
    expect(labels.sizeBytes()).toBeLessThan(3000);
  });
});

/** The plain definition: the first text that differs decides, else the shorter list is first. */
function compareTexts(a: string[], b: string[]): number {
  const at = a.findIndex((text, i) => i >= b.length || text !== b[i]);
  if (at === -1 || at >= b.length) return a.length - b.length;
  return compareBytes(encodeUtf8(a[at]), encodeUtf8(b[at]));
}
