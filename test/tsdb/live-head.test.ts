import { atOnce } from '../../model/steps.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { matcher } from '../../model/matcher.js';
import { ALL, contentOf, headContent, memoryHead } from '../support/live-heads.js';
import { TestLog } from '../support/test-log.js';

const A = '{a="x"}';

describe('a living head', () => {
  it('is cut off at once for new readers, and cleaned when the old ones are gone', async () => {
    const head = memoryHead({ chunkRangeMs: 100 });
    const appender = head.appender();
    const ref = appender.append({ a: 'old' }, 60, 1);
    for (let time = 0; time < 300; time += 10) {
      if (time > 150) appender.append({ a: 'x' }, time, time);
    }
    await appender.commit();
    const old = head.reader(ALL);
    const late = head.reader({ minTime: 260, maxTime: 270 });
    const done = head.truncate(250);
    expect([head.minTime, head.seriesCount]).toEqual([250, 2]);
    expect(headContent(head)[A]).toHaveLength(5);
    expect(head.reader({ minTime: 0, maxTime: 249 })).toBeNull();
    expect(old === null ? null : contentOf(old)[A]).toHaveLength(14);
    old?.release();
    await done;
    expect(head.seriesCount).toBe(1);
    expect(late === null ? null : contentOf(late)[A]).toHaveLength(2);
    expect(() => head.appender().append(ref, 290, 1)).toThrow('no series has this ref');
    expect(() => head.appender().append({ a: 'x' }, 249, 1)).toThrow('out of bounds');
    await head.truncate(100);
    expect(head.minTime).toBe(250);
  });

  it('keeps the records of series that are gone while the log has their samples', async () => {
    const head = memoryHead({ chunkRangeMs: 100 });
    const appender = head.appender();
    appender.append({ a: 'old' }, 60, 1);
    appender.append({ a: 'x' }, 280, 1);
    await appender.commit();
    await head.truncate(200);
    expect([head.keepsSeries(1, 200), head.keepsSeries(2, 200)]).toEqual([true, true]);
    expect([head.keepsSeries(1, 281), head.keepsSeries(2, 281)]).toEqual([false, true]);
    head.forgetSeriesBefore(281);
    expect(head.keepsSeries(1, 200)).toBe(false);
    // Raised to the first sample that is left, but not beyond what may still be appended.
    expect(head.minTime).toBe(230);
  });

  it('begins where blocks end, when they are there before the first sample', async () => {
    const head = memoryHead();
    await head.truncate(5000);
    expect([head.minTime, head.maxTime]).toEqual([5000, 5000]);
    expect(() => head.appender().append({ a: 'x' }, 4999, 1)).toThrow('out of bounds');
  });

  it('logs what it deletes, and tells what it cannot', async () => {
    const log = new TestLog();
    const head = memoryHead({ log });
    const appender = head.appender();
    for (const time of [10, 20, 30]) appender.append({ a: 'x' }, time, time);
    await appender.commit();
    log.failing = new Error('no room');
    const range = { minTime: MIN_TIME, maxTime: 20 };
    await expect(head.delete([], range)).rejects.toThrow('no room');
    expect(headContent(head)[A]).toHaveLength(3);
    log.failing = null;
    await head.delete([], range);
    expect(headContent(head)).toEqual({ [A]: [[30, 30]] });
    expect(head.data.tombstones.get(1)).toEqual([{ minTime: 10, maxTime: 20 }]);
    expect(log.groups[1]).toEqual(['3']);
    await head.delete([matcher('a', '=', 'none')], { minTime: MIN_TIME, maxTime: MAX_TIME });
    expect(headContent(head)).toEqual({ [A]: [[30, 30]] });
  });

  it('counts series, chunks and what they take', async () => {
    const head = memoryHead();
    expect(head.memory().perSeries).toBe(0);
    const appender = head.appender();
    appender.append({ __name__: 'up', job: 'a' }, 1, 1);
    appender.append({ __name__: 'up', job: 'b' }, 2, 1);
    await appender.commit();
    expect(atOnce(head.stats(1))).toMatchObject({
      headStats: { numSeries: 2, numLabelPairs: 3, chunkCount: 2, minTime: 1, maxTime: 2 },
      seriesCountByMetricName: [{ name: 'up', value: 2 }],
    });
    const { total, perSeries, ...parts } = head.memory();
    expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(total);
    expect(perSeries).toBe(total / 2);
    await head.close();
  });
});
