/** The benchmarks of writing at their small size, in this process: they run, and write everything. */
import { type GroupName, run, SMALL, table, type WriteRow } from '../../bench/write.bench.js';
import { runWriteTask, type WriteResult, type WriteTask } from '../../bench/support/write-task.js';

/** The thread of the log has its program only where it was compiled. */
function runHere(task: WriteTask): Promise<WriteResult> {
  if (task.kind !== 'ingest') return runWriteTask(task);
  return runWriteTask({ ...task, options: { ...task.options, walWorker: false } });
}

/** Tells of nothing while it measures. */
async function rowsOf(group: GroupName): Promise<WriteRow[]> {
  const progress = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    return await run(SMALL, [group], runHere);
  } finally {
    progress.mockRestore();
  }
}

const ALL = SMALL.series * SMALL.scrapes;

describe('the benchmarks of writing', () => {
  it('append every sample of every load', async () => {
    const rows = await rowsOf('ingest');
    const samples = rows.map(({ name, samples }) => [name, samples]);
    expect(samples).toContainEqual(['lock-step', ALL]);
    expect(samples).toContainEqual(['noisy', ALL]);
    expect(samples).toContainEqual(['churn', ALL]);
    expect(samples).toContainEqual(['small commits', ALL]);
  });

  it('append as durably as asked', async () => {
    const rows = await rowsOf('durability');
    expect(new Set(rows.map(({ samples }) => samples))).toEqual(new Set([ALL]));
    expect(table(rows).split('\n')).toHaveLength(1 + rows.length);
  });

  it('compact while samples come in', async () => {
    const rows = await rowsOf('compacting');
    expect(rows[0].samples).toBe(SMALL.series * SMALL.scrapesMany);
    expect(rows[0].results).toBeGreaterThan(0);
  });

  it('find all series again when the log is replayed', async () => {
    const rows = await rowsOf('replay');
    expect(rows.map(({ results }) => results)).toEqual([SMALL.series, SMALL.series]);
  });

  it('make blocks of a head', async () => {
    const rows = await rowsOf('blocks');
    expect(rows.map(({ results, samples }) => [results, samples])).toEqual([
      [1, SMALL.series * SMALL.headSamples],
    ]);
  });

  it('tell what a series takes', async () => {
    const [row] = await rowsOf('memory');
    expect(row.results).toBe(SMALL.memorySeries[0]);
    expect(row.headBytes).toBeGreaterThan(0);
  });
});
