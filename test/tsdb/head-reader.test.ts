import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { matcher } from '../../model/matcher.js';
import { atOnce } from '../../model/steps.js';
import type { LiveHead } from '../../tsdb/live-head.js';
import { ALL, contentOf, memoryHead } from '../support/live-heads.js';

/** Commits [series, time] samples, each with its time as value. */
async function commit(head: LiveHead, ...samples: [name: string, time: number][]): Promise<void> {
  const appender = head.appender();
  for (const [name, time] of samples) appender.append({ __name__: name }, time, time);
  await appender.commit();
}

describe('a reader of a living head', () => {
  it('sees what was committed when it came, whatever comes later', async () => {
    const head = memoryHead();
    await commit(head, ['a', 1], ['b', 1]);
    const reader = head.reader(ALL);
    const before = reader === null ? null : contentOf(reader);
    await commit(head, ['a', 2], ['c', 2]);
    await commit(head, ['b', 3]);
    expect(reader === null ? null : contentOf(reader)).toEqual(before);
    expect(Object.keys(before ?? {})).toHaveLength(2);
    const later = head.reader(ALL);
    expect(Object.keys(later === null ? {} : contentOf(later))).toHaveLength(3);
    reader?.release();
    later?.release();
    expect(head.readerCount).toBe(0);
  });

  it('is given for ranges that the head meets, cut to where it begins', async () => {
    const head = memoryHead();
    expect(head.reader(ALL)).toBeNull();
    await commit(head, ['a', 10], ['a', 20]);
    expect(head.reader({ minTime: 21, maxTime: 30 })).toBeNull();
    expect(head.reader({ minTime: 0, maxTime: 9 })).toBeNull();
    const reader = head.reader({ minTime: 0, maxTime: 15 });
    expect(reader?.range).toEqual({ minTime: 10, maxTime: 15 });
    expect(reader === null ? null : contentOf(reader)).toEqual({ '{__name__="a"}': [[10, 10]] });
    reader?.release();
    reader?.release();
  });

  it('gives series in label order, names and values sorted', async () => {
    const head = memoryHead();
    await commit(head, ['c', 1], ['a', 1], ['b', 1], ['\u{1f600}', 1], ['\uffff', 1]);
    const reader = head.reader(ALL);
    if (reader === null) throw new Error('there is a reader');
    expect(Object.keys(contentOf(reader))).toEqual(
      ['a', 'b', 'c', '\uffff', '\u{1f600}'].map((name) => `{__name__="${name}"}`),
    );
    expect(atOnce(reader.labelNames([]))).toEqual(['__name__']);
    expect(atOnce(reader.labelValues('__name__', []))).toHaveLength(5);
    reader.release();
    expect(() => atOnce(reader.select([], MIN_TIME, MAX_TIME))).toThrow('released');
  });

  it('reads over full chunks and the open one, as far as the range goes', async () => {
    const head = memoryHead({ chunkRangeMs: 100 });
    for (let time = 0; time < 500; time += 10) await commit(head, ['a', time]);
    expect(head.data.lists.count).toBe(4);
    for (const [minTime, maxTime] of [
      [0, 499],
      [95, 305],
      [105, 105],
      [110, 110],
      [400, 450],
    ]) {
      const reader = head.reader({ minTime, maxTime });
      const content = reader === null ? {} : contentOf(reader);
      const times = (content['{__name__="a"}'] ?? []).map(([time]) => time);
      const all = Array.from({ length: 50 }, (_, i) => 10 * i);
      expect(times).toEqual(all.filter((time) => time >= minTime && time <= maxTime));
      reader?.release();
    }
  });

  it('passes over series that are hidden or deleted as a whole', async () => {
    const head = memoryHead();
    await commit(head, ['a', 1], ['a', 5], ['b', 5]);
    await head.delete([matcher('__name__', '=', 'a')], { minTime: 0, maxTime: 100 });
    const reader = head.reader(ALL);
    expect(reader === null ? null : contentOf(reader)).toEqual({ '{__name__="b"}': [[5, 5]] });
    // A deletion ends at the last sample of its time.
    await commit(head, ['a', 6]);
    const later = head.reader(ALL);
    expect(later === null ? null : contentOf(later)).toEqual({
      '{__name__="a"}': [[6, 6]],
      '{__name__="b"}': [[5, 5]],
    });
  });
});
