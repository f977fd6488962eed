/** The comparison at its small size, in this process, beside a Prometheus that answers at once. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, SMALL, table } from '../../bench/compare.bench.js';
import type { Comparison } from '../../bench/support/comparisons.js';
import { writeFleetBlock } from '../../bench/support/data-directories.js';
import { fleetLabels } from '../../bench/support/series-data.js';
import { type ComparedPeers, durationMs } from '../../bench/support/write-peers.js';
import { runWriteTask, type WriteResult, type WriteTask } from '../../bench/support/write-task.js';

const PEERS: ComparedPeers = {
  ingest: (out) => {
    mkdirSync(join(out, 'storage/wal'), { recursive: true });
    mkdirSync(join(out, 'wal'), { recursive: true });
    return Promise.resolve({ samples: 2000, ms: 2, peakRssBytes: 3e6 });
  },
  benchWrite: (out) => PEERS.ingest(out, LOAD, 'all'),
  replay: () => Promise.resolve(4),
  headBlock: () => Promise.resolve(5),
  blocks: (out, series) => {
    const fleet = { labels: fleetLabels(series), chunksPerSeries: 1 };
    return Promise.resolve([0, 1, 2, 3].map((i) => writeFleetBlock(out, i, fleet)));
  },
  merge: () => Promise.resolve(6),
};
const LOAD = { load: 'lock-step', file: '', series: 0, scrapes: 0 } as const;

/** The thread of the log has its program only where it was compiled. */
function runHere(task: WriteTask): Promise<WriteResult> {
  if (task.kind !== 'ingest') return runWriteTask(task);
  return runWriteTask({ ...task, options: { ...task.options, walWorker: false } });
}

async function rowsOf(group: Parameters<typeof run>[1][number]): Promise<Comparison[]> {
  const progress = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    return await run(SMALL, [group], PEERS, runHere);
  } finally {
    progress.mockRestore();
  }
}

describe('the comparison', () => {
  it('has all loads done by both, on one core and on all, with a worker and without', async () => {
    const rows = await rowsOf('ingest');
    expect(rows.map(({ name }) => name)).toEqual([
      'ingest, lock-step',
      'ingest, noisy',
      'ingest, churn',
      'ingest, small commits',
    ]);
    for (const { allCores, oneCore, ours, withWorker } of rows) {
      expect([allCores, oneCore]).toEqual([1, 1]);
      expect(ours).toBeGreaterThan(0);
      expect(withWorker).toBeGreaterThan(0);
    }
  });

  it('replays, makes blocks, merges and counts memory', async () => {
    for (const group of ['replay', 'head', 'merge', 'memory'] as const) {
      const rows = await rowsOf(group);
      expect(rows).toHaveLength({ replay: 2, head: 1, merge: 4, memory: 2 }[group]);
      for (const { ours, allCores } of rows) {
        expect(ours).toBeGreaterThan(0);
        expect(allCores).toBeGreaterThan(0);
      }
    }
  });

  it('says how many times as fast, and which part of the memory', () => {
    const row = { name: 'x', oneCore: null, withWorker: null, loopP99Ms: null, loopMaxMs: null };
    const line = (unit: Comparison['unit']): string =>
      table([{ ...row, unit, allCores: 4, ours: 2 }]).split('\n')[1];
    expect(line('M samples/s')).toContain('0.50×');
    expect(line('ms')).toContain('2.00×');
    expect(line('MB')).toContain('0.50 of it');
  });

  it('reads how long Go says that something took', () => {
    expect(durationMs('1m2.5s')).toBe(62_500);
    expect(durationMs('389.25ms')).toBe(389.25);
    expect(durationMs('12.5µs')).toBe(0);
  });
});
