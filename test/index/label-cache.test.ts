import { LabelCache } from '../../index/label-cache.js';
import { Labels } from '../../model/labels.js';

const LABELS = Labels.from({ a: 'x'.repeat(100) });

describe('the cache of labels', () => {
  it('keeps a series at its second offer', () => {
    const cache = new LabelCache(100_000);
    cache.offer(7, LABELS);
    expect(cache.get(7)).toBeUndefined();
    cache.offer(7, LABELS);
    expect(cache.get(7)).toBe(LABELS);
    cache.clear();
    expect(cache.get(7)).toBeUndefined();
  });

  it('is not put out by a scan', () => {
    const cache = new LabelCache(10_000);
    for (let round = 0; round < 2; round++) cache.offer(3, LABELS);
    for (let round = 0; round < 3; round++) {
      for (let id = 0; id < 1000; id++) if (id !== 3) cache.offer(id, LABELS);
    }
    expect(cache.get(3)).toBe(LABELS);
  });

  it('stays within its bytes', () => {
    const cache = new LabelCache(10_000);
    const ids = Array.from({ length: 1000 }, (_, id) => id);
    for (const id of ids) for (let round = 0; round < 2; round++) cache.offer(id, LABELS);
    const kept = ids.filter((id) => cache.get(id) !== undefined);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length * LABELS.sizeBytes()).toBeLessThan(10_000);
    expect(kept).toContain(999);
  });

  it('of no bytes keeps nothing', () => {
    const cache = new LabelCache(0);
    for (let round = 0; round < 3; round++) cache.offer(1, LABELS);
    expect(cache.get(1)).toBeUndefined();
  });
});
