import { HeadKernel } from '../../kernel/head-kernel.js';
import { HeadData } from '../../tsdb/head-data.js';
import { MemoryChunks } from '../../tsdb/memory-chunks.js';
import { CommitQueue, QUEUED_SAMPLES_MAX } from '../../tsdb/commit-queue.js';
import { headContent, memoryHead } from '../support/live-heads.js';
import { TestLog } from '../support/test-log.js';

const UP = '{__name__="up"}';

describe('the commit queue', () => {
  it('writes what is committed in one turn as one group, series first, each once', async () => {
    const log = new TestLog();
    const head = memoryHead({ log });
    const appenders = [head.appender(), head.appender()];
    appenders[0].append({ a: 'x' }, 1, 1);
    appenders[1].append({ a: 'x' }, 2, 2);
    appenders[1].append({ a: 'y' }, 2, 2);
    // The one that did not make the series commits first: its record is there all the same.
    await Promise.all([appenders[1].commit(), appenders[0].commit()]);
    expect(log.groups).toEqual([['1', '2', '2']]);
    const later = head.appender();
    later.append({ a: 'y' }, 3, 3);
    await later.commit();
    expect(log.groups[1]).toEqual(['2']);
  });

  it('logs series that were made, though their samples were rolled back', async () => {
    const log = new TestLog();
    const head = memoryHead({ log });
    const appender = head.appender();
    appender.append({ a: 'x' }, 1, 1);
    appender.rollback();
    await head.settled();
    expect(log.groups).toEqual([['1']]);
    expect(headContent(head)).toEqual({});
  });

  it('applies nothing of a group that the log refuses, and logs its series with the next', async () => {
    const log = new TestLog();
    const head = memoryHead({ log });
    log.failing = new Error('no room');
    const [a, b] = [head.appender(), head.appender()];
    a.append({ __name__: 'up' }, 1, 1);
    b.append({ __name__: 'up' }, 2, 2);
    const results = await Promise.allSettled([a.commit(), b.commit()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(headContent(head)).toEqual({});
    log.failing = null;
    const c = head.appender();
    c.append({ __name__: 'up' }, 3, 3);
    await c.commit();
    expect(log.groups).toEqual([['1', '2']]);
    expect(headContent(head)).toEqual({ [UP]: [[3, 3]] });
  });

  it('writes many new series as groups of their own, before any sample', async () => {
    const log = new TestLog();
    const head = memoryHead({ log });
    const appender = head.appender();
    for (let i = 0; i < 20_000; i++) appender.append({ a: String(i) }, 1, 1);
    await appender.commit();
    expect(log.groups.length).toBeGreaterThan(2);
    for (const group of log.groups.slice(0, -1)) expect(new Set(group)).toEqual(new Set(['1']));
    expect(log.groups.at(-1)).toContain('2');
  });

  it('logs a part of many series again that the log refused, with the rest before samples', async () => {
    const log = new TestLog();
    const head = memoryHead({ log });
    const appender = head.appender();
    for (let i = 0; i < 20_000; i++) appender.append({ a: String(i) }, 1, 1);
    log.failing = new Error('no room');
    const committed = appender.commit();
    await log.whenFlushed(1);
    log.failing = null;
    expect(await committed).toMatchObject({ appended: 20_000 });
    const types = log.groups.flat();
    // 512 series a record.
    expect(types.filter((type) => type === '1')).toHaveLength(Math.ceil(20_000 / 512));
    expect(types.indexOf('2')).toBeGreaterThan(types.lastIndexOf('1'));
  });

  it('takes further groups while a log is still writing, and applies them in order', async () => {
    const log = new TestLog();
    log.isSlow = true;
    const head = memoryHead({ log });
    const order: string[] = [];
    const commit = (name: string, time: number): Promise<unknown> => {
      const appender = head.appender();
      appender.append({ __name__: 'up' }, time, time);
      return appender.commit().then(() => order.push(name));
    };
    const first = commit('first', 1);
    await log.whenFlushed(1);
    const second = commit('second', 2);
    await log.whenFlushed(2);
    expect(headContent(head)).toEqual({});
    log.finishAll();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    expect(headContent(head)[UP]).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('hands a log that writes elsewhere at once what is worth it, the rest at the turn', async () => {
    const log = new TestLog();
    log.isElsewhere = true;
    const head = memoryHead({ log });
    const commit = (from: number, count: number): Promise<unknown> => {
      const appender = head.appender();
      for (let i = 0; i < count; i++) appender.append({ __name__: 'up' }, from + i, i);
      return appender.commit();
    };
    await commit(0, 1000);
    log.groups.length = 0;
    const commits = [commit(1000, 10), commit(1010, 600), commit(1610, 10)];
    expect(log.groups).toHaveLength(1);
    await Promise.all(commits);
    expect(log.groups[1]).toEqual(['2']);
    expect(headContent(head)[UP]).toHaveLength(1620);
  });

  it('leaves out samples that are in blocks by the time they are committed', async () => {
    const head = memoryHead({ log: new TestLog() });
    const appender = head.appender();
    for (const time of [1, 2, 3]) appender.append({ __name__: 'up' }, time, time);
    await head.holdBefore(3);
    expect(await appender.commit()).toMatchObject({ appended: 1, outOfBounds: 2 });
    expect(headContent(head)[UP]).toEqual([[3, 3]]);
  });

  it('lets others at the log between two groups only', async () => {
    const log = new TestLog();
    const head = memoryHead({ log });
    const appender = head.appender();
    appender.append({ __name__: 'up' }, 1, 1);
    const commit = appender.commit();
    const steps: string[] = [];
    const work = head.exclusively(async (own) => {
      expect(own).toBe(log);
      steps.push('begins');
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`ends, ${log.groups.length} groups`);
    });
    await Promise.all([commit, work]);
    expect(steps[0]).toBe('begins');
    expect(log.groups).toHaveLength(1);
    await expect(head.exclusively(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
    await head.settled();
  });

  it('takes commits while not too many samples wait', async () => {
    const kernel = new HeadKernel({ chunkRangeMs: 1000 });
    const data = new HeadData(kernel, new MemoryChunks(), { chunkRangeMs: 1000, seriesMax: 1 });
    const queue = new CommitQueue(data, null);
    const rows = data.lent.borrow({ countRows: () => undefined }, 1);
    data.lent.keep(rows);
    const waiting = queue.commit([rows], 0);
    expect(queue.refusal()).toBeNull();
    await waiting;
    expect(QUEUED_SAMPLES_MAX).toBeGreaterThan(1_000_000);
  });
});
