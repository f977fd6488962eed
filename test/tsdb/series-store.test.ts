import fc from 'fast-check';
import { expand } from '../../index/postings.js';
import { Labels } from '../../model/labels.js';
import { atOnce } from '../../model/steps.js';
import { GoneSeries } from '../../tsdb/gone-series.js';
import { SeriesStore, type SlotStates } from '../../tsdb/series-store.js';

/** Slots without a kernel behind them. */
function plainSlots(): SlotStates {
  const refs = new Float64Array(1000);
  const freed: number[] = [];
  let end = 0;
  return {
    refs,
    get slotLimit() {
      return end;
    },
    addSlot(ref) {
      const slot = freed.pop() ?? end++;
      refs[slot] = ref;
      return slot;
    },
    freeSlot(slot) {
      refs[slot] = 0;
      freed.push(slot);
    },
  };
}

function make(seriesMax = Infinity): SeriesStore {
  return new SeriesStore(plainSlots(), seriesMax);
}

function takeOut(store: SeriesStore, ...slots: number[]): void {
  const gone = new GoneSeries();
  for (const slot of slots) store.takeOut(slot, gone);
  atOnce(store.forget(gone));
}

describe('the series of a head', () => {
  it('are found by labels, by the same object quickly, and by ref', () => {
    const store = make();
    const labels = Labels.from({ __name__: 'up', job: 'a' });
    expect(store.find(labels)).toBe(-1);
    const slot = store.create(labels);
    expect([store.find(labels), store.find(Labels.from({ job: 'a', __name__: 'up' }))]).toEqual([
      slot,
      slot,
    ]);
    expect(store.slotOf(1)).toBe(slot);
    expect(store.find(Labels.from({ __name__: 'up' }))).toBe(-1);
    expect(store.labelsAt(slot).toJSON()).toEqual({ __name__: 'up', job: 'a' });
    expect([store.count, store.lastRef, store.labelCount(slot)]).toEqual([1, 1, 2]);
    expect(store.postings.pairs.nameOf(store.pairAt(slot, 1))).toBe('job');
  });

  it('go with their postings, and their like is a new series', () => {
    const store = make();
    const sets = ['a', 'b', 'c'].map((job) => Labels.from({ __name__: 'up', job }));
    const [a, , c] = sets.map((labels) => store.create(labels));
    takeOut(store, a, c);
    expect(sets.map((labels) => store.find(labels) >= 0)).toEqual([false, true, false]);
    expect(expand(store.postings.postings('__name__', 'up'))).toEqual([2]);
    expect(store.postings.valueCount('job')).toBe(1);
    store.create(sets[0]);
    expect([store.slotOf(1), store.slotOf(4) >= 0, store.count]).toEqual([-1, true, 2]);
  });

  it('refuse labels that are none, and more series than may be', () => {
    const store = make(1);
    const refuses = (pairs: readonly string[], reason: string): void => {
      expect(() => store.create(Labels.fromSortedPairs(pairs))).toThrow(reason);
    };
    refuses([], 'has labels');
    refuses(['', 'x'], 'has a name');
    refuses(['a', ''], 'is empty');
    refuses(['a', 'x', 'a', 'y'], 'not unique');
    refuses(['b', 'x', 'a', 'y'], 'sorted');
    refuses(['a', '\ud800'], 'UTF-8');
    refuses(['\udc80', 'x'], 'UTF-8');
    refuses(['a', 'x'.repeat(4 * 1024 * 1024 + 1)], 'exceeds');
    refuses(['a', 5 as unknown as string], 'texts');
    store.create(Labels.from({ a: 'x' }));
    expect(() => store.create(Labels.from({ a: 'y' }))).toThrow('seriesMax');
    expect(store.postings.valueCount('a')).toBe(1);
  });

  it('stand in label order', () => {
    const text = fc.constantFrom('a', 'b', 'ab', '\u{1f600}', '\uffff', 'é');
    const set = fc.dictionary(text, text, { minKeys: 1, maxKeys: 4 });
    fc.assert(
      fc.property(set, set, (a, b) => {
        const store = make();
        const [first, second] = [Labels.from(a), Labels.from(b)];
        fc.pre(first.compare(second) !== 0);
        const order = store.compare(store.create(first), store.create(second));
        expect(Math.sign(order)).toBe(Math.sign(first.compare(second)));
      }),
    );
  });

  it('tell what they take', () => {
    const store = make();
    store.create(Labels.from({ a: 'x' }));
    const { postings, labels, tables } = store.sizes();
    expect(Math.min(postings, labels, tables)).toBeGreaterThan(0);
  });
});
