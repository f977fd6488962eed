/** The built package in a thread of its own, with threads of its own: log and compaction. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { scratchFolder } from '../support/scratch.js';

const ROOT = resolve(__dirname, '../..');

/** Runs a module in a worker thread of a new process; what it posts. */
function inThread(program: string): unknown {
  const outer = `
    import { Worker } from 'node:worker_threads';
    const url = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(program)}));
    const worker = new Worker(url);
    worker.on('message', (message) => console.log(JSON.stringify(message)));`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', outer],
    { cwd: ROOT, encoding: 'utf8', timeout: 60_000 },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

it('a database works in a worker thread, and the process ends when it is closed', () => {
  const door = join(ROOT, 'dist/tsdb/db.js');
  const answer = inThread(`
    import { parentPort } from 'node:worker_threads';
    const { Database, matcher } = await import(${JSON.stringify(`file://${door}`)});
    const options = { walWorker: true, minBlockDurationMs: 1000, maxBlockDurationMs: 9000 };
    const db = await Database.open(${JSON.stringify(join(scratchFolder(), 'data'))}, options);
    for (let time = 0; time < 8000; time += 100) {
      const appender = db.appender();
      appender.append({ __name__: 'a' }, time, time);
      await appender.commit();
    }
    const made = await db.compact();
    const levels = db.blocks().map(({ meta }) => meta.compaction.level);
    let count = 0;
    for await (const { samples } of db.select([matcher('__name__', '=', 'a')])) {
      count += samples.count;
    }
    await db.close();
    parentPort.postMessage({ made: made.length, levels, count });
  `);
  expect(answer).toEqual({ made: 9, levels: [2, 2, 1], count: 80 });
});
