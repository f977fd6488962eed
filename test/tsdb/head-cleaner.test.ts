import { Labels } from '../../model/labels.js';
import { atOnce } from '../../model/steps.js';
import { cleanHead } from '../../tsdb/head-cleaner.js';
import { memoryHead } from '../support/live-heads.js';

describe('cleaning a head', () => {
  it('drops old chunks, and series of which nothing is left', async () => {
    const head = memoryHead({ chunkRangeMs: 100 });
    const appender = head.appender();
    for (let time = 0; time < 300; time += 10) appender.append({ a: 'long' }, time, 1);
    appender.append({ a: 'old' }, 250, 1);
    await appender.commit();
    const made = head.appender();
    const ref = made.append({ a: 'never' }, 299, 1);
    made.rollback();
    await head.settled();
    const cleaned = atOnce(cleanHead(head.data, 260));
    expect([...cleaned.gone.refList()]).toEqual([2, ref]);
    expect([cleaned.minTime, cleaned.chunkCount]).toEqual([200, 3]);
    expect([head.seriesCount, head.chunkCount]).toEqual([1, 1]);
    expect(head.data.store.postings.valueCount('a')).toBe(1);
  });

  it('leaves series that wait for samples, committed or not yet', async () => {
    const head = memoryHead();
    const first = head.appender();
    first.append({ a: 'first' }, 1000, 1);
    await first.commit();
    const open = head.appender();
    const ref = open.append({ a: 'open' }, 1000, 1);
    const queued = head.appender();
    queued.append({ a: 'queued' }, 1000, 1);
    const commit = queued.commit();
    const cleaned = atOnce(cleanHead(head.data, 1000));
    expect([...cleaned.gone.refList()]).toEqual([]);
    expect(cleaned.minTime).toBeLessThan(0);
    await commit;
    expect(open.append(ref, 1001, 1)).toBe(ref);
    await open.commit();
    expect(head.seriesCount).toBe(3);
  });

  it('cuts deletions off too', async () => {
    const head = memoryHead({ chunkRangeMs: 100 });
    const appender = head.appender();
    for (let time = 0; time < 300; time += 10) appender.append({ a: 'x' }, time, 1);
    appender.append({ b: 'y' }, 250, 1);
    await appender.commit();
    await head.delete([], { minTime: 10, maxTime: 20 });
    await head.delete([], { minTime: 240, maxTime: 260 });
    expect(head.data.tombstones.size).toBe(2);
    atOnce(cleanHead(head.data, 255));
    expect([...head.data.tombstones]).toEqual([[1, [{ minTime: 240, maxTime: 260 }]]]);
    expect(head.data.store.find(Labels.from({ b: 'y' }))).toBe(-1);
  });
});
