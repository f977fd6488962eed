import { Counter, Histogram, Registry } from 'prom-client';
import { recordRegistry } from '../../api/record-registry.js';
import { ClosedError } from '../../model/errors.js';
import { MemoryApiDatabase } from '../support/api-database.js';

function registry(): Registry {
  const made = new Registry();
  new Counter({ name: 'jobs_total', help: '.', labelNames: ['kind'], registers: [made] }).inc(
    { kind: 'a' },
    3,
  );
  new Histogram({ name: 'took', help: '.', buckets: [1], registers: [made] }).observe(0.5);
  return made;
}

describe('recording a registry', () => {
  it('writes each series with its labels and ours', async () => {
    const db = new MemoryApiDatabase();
    await using recording = recordRegistry(registry(), db, { now: () => 5000 });
    await recording.record();
    const stored = [...db.stored.values()].map(({ labels, samples }) => [
      labels.toJSON(),
      samples.times[0],
      samples.values[0],
    ]);
    expect(stored).toEqual([
      [{ __name__: 'jobs_total', job: 'self', kind: 'a' }, 5000, 3],
      [{ __name__: 'took_bucket', job: 'self', le: '1' }, 5000, 1],
      [{ __name__: 'took_bucket', job: 'self', le: '+Inf' }, 5000, 1],
      [{ __name__: 'took_sum', job: 'self' }, 5000, 0.5],
      [{ __name__: 'took_count', job: 'self' }, 5000, 1],
    ]);
  });

  it('goes on at its interval until it is stopped', async () => {
    jest.useFakeTimers();
    try {
      const db = new MemoryApiDatabase();
      const recording = recordRegistry(registry(), db, { intervalMs: 1000, labels: {} });
      await jest.advanceTimersByTimeAsync(3500);
      await recording.stop();
      await jest.advanceTimersByTimeAsync(3500);
      expect([...db.stored.values()][0].samples.count).toBe(3);
    } finally {
      jest.useRealTimers();
    }
  });

  it('tells the log of what goes wrong, and ends with the database', async () => {
    jest.useFakeTimers();
    try {
      const db = new MemoryApiDatabase();
      const warned: string[] = [];
      const logger = { info: () => {}, warn: (text: string) => warned.push(text) };
      const recording = recordRegistry(registry(), db, { intervalMs: 1000, logger });
      db.refusal = new Error('no');
      await jest.advanceTimersByTimeAsync(2500);
      expect(warned).toEqual(Array(2).fill('the metrics cannot be recorded: no'));
      db.refusal = new ClosedError('the database');
      await jest.advanceTimersByTimeAsync(2500);
      expect(warned).toHaveLength(2);
      expect(jest.getTimerCount()).toBe(0);
      await recording.stop();
    } finally {
      jest.useRealTimers();
    }
  });

  it('refuses a wrong interval', () => {
    expect(() => recordRegistry(registry(), new MemoryApiDatabase(), { intervalMs: 0 })).toThrow(
      'option intervalMs',
    );
  });
});
