import fc from 'fast-check';
import { HeadKernel } from '../../kernel/head-kernel.js';
import { Labels } from '../../model/labels.js';
import { atOnce } from '../../model/steps.js';
import { GoneSeries } from '../../tsdb/gone-series.js';
import { SeriesStore } from '../../tsdb/series-store.js';

function make(): { store: SeriesStore; kernel: HeadKernel } {
  const kernel = new HeadKernel({ chunkRangeMs: 1000 });
  return { kernel, store: new SeriesStore(kernel, Infinity) };
}

/** The refs of series with these numbers for a label, made in this order. */
function add(store: SeriesStore, kernel: HeadKernel, numbers: readonly number[]): number[] {
  return numbers.map((n) => kernel.refs[store.create(Labels.from({ n: String(n) }))]);
}

function texts(store: SeriesStore, refs: readonly number[]): string[] {
  return refs.map((ref) => store.labelsAt(store.slotOf(ref)).get('n'));
}

describe('the order of series', () => {
  it('is that of their labels: few or many, with ranks and without, new ones among them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1500 }),
        fc.integer({ min: 1, max: 7 }),
        (few, step) => {
          const { store, kernel } = make();
          const first = add(
            store,
            kernel,
            Array.from({ length: 1600 }, (_, i) => (i * 7919) % 9973),
          );
          const picked = first.filter((_, i) => i % step === 0);
          expect(texts(store, atOnce(store.order.sorted(picked)))).toEqual(
            texts(store, picked).sort(),
          );
          const more = [
            ...first,
            ...add(
              store,
              kernel,
              Array.from({ length: few }, (_, i) => 10_000 + i),
            ),
          ];
          expect(texts(store, atOnce(store.order.sorted(more)))).toEqual(texts(store, more).sort());
        },
      ),
      { numRuns: 10 },
    );
  });

  it('holds while series come and go between its steps', () => {
    const { store, kernel } = make();
    const refs = add(
      store,
      kernel,
      Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 99_991),
    );
    const steps = store.order.sorted(refs);
    const gone = new GoneSeries();
    const dropped = new Set<number>();
    let number = 200_000;
    let sorted: readonly number[] | null = null;
    for (let i = 0; sorted === null; i++) {
      const step = steps.next();
      if (step.done === true) sorted = step.value;
      else if (i < 5_000 && dropped.size < 300) {
        dropped.add(refs[i * 3]);
        store.takeOut(store.slotOf(refs[i * 3]), gone);
        add(store, kernel, [number++]);
      }
    }
    const left = sorted.filter((ref) => !dropped.has(ref));
    expect(texts(store, left)).toEqual(texts(store, left).sort());
    expect(left.length + dropped.size).toBe(refs.length);
    const all = [...left, ...Array.from({ length: number - 200_000 }, (_, i) => 10_001 + i)];
    expect(texts(store, atOnce(store.order.sorted(all)))).toEqual(texts(store, all).sort());
    expect(store.order.sizeBytes()).toBeGreaterThan(0);
  });
});
