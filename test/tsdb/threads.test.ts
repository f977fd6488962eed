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

/** Runs a module in a process of its own, which has to end by itself. */
function inProcess(program: string): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { cwd: ROOT, encoding: 'utf8', timeout: 60_000 },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim();
}

const DOOR = JSON.stringify(`file://${join(ROOT, 'dist/tsdb/db.js')}`);

it.each(['{}', "{ walWorker: true, durability: 'fsync' }", '{ durability: { intervalMs: 1000 } }'])(
  'a process ends although its database was not closed, with what it acknowledged: %s',
  (options) => {
    const dir = JSON.stringify(join(scratchFolder(), 'data'));
    inProcess(`
      const { Database } = await import(${DOOR});
      const db = await Database.open(${dir}, ${options});
      for (let time = 0; time < 4 * 3_600_000; time += 60_000) {
        const appender = db.appender();
        appender.append({ __name__: 'a' }, time, time);
        await appender.commit();
      }
      await db.compact();`);
    const found = inProcess(`
      const { Database, matcher } = await import(${DOOR});
      const db = await Database.open(${dir});
      let count = 0;
      for await (const { samples } of db.select([matcher('__name__', '=', 'a')])) {
        count += samples.count;
      }
      console.log(db.blocks().length, count, db.problems.length, db.wasUnclean);
      await db.close();`);
    expect(found).toBe('1 240 0 true');
  },
);

it('a thread that is stopped in the middle leaves the directory to the next one', () => {
  const dir = JSON.stringify(join(scratchFolder(), 'data'));
  const program = `
    import { parentPort } from 'node:worker_threads';
    const { Database } = await import(${DOOR});
    const db = await Database.open(${dir}, { walWorker: true });
    for (let time = 0; ; time += 60_000) {
      const appender = db.appender();
      appender.append({ __name__: 'a' }, time, time);
      await appender.commit();
      if (time === 600_000) parentPort.postMessage('on its way');
    }`;
  const found = inProcess(`
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    const text = ${JSON.stringify(program)};
    const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(text)));
    await once(worker, 'message');
    await worker.terminate();
    const { Database, matcher } = await import(${DOOR});
    const db = await Database.open(${dir});
    for await (const { samples } of db.select([matcher('__name__', '=', 'a')])) {
      console.log(samples.count > 10, db.problems.length);
    }
    await db.close();`);
  expect(found).toBe('true 0');
});

/** Ten hours of 300 series, in memory: a sum of their rates is shared. */
const FILLED = `
  const { Database } = await import(${DOOR});
  const db = await Database.inMemory({ queryWorkers: 2 });
  const labels = Array.from({ length: 300 }, (_, i) => ({ __name__: 'a_total', i: String(i) }));
  for (let time = 0; time < 36_000_000; time += 30_000) {
    const appender = db.appender();
    for (const one of labels) appender.append(one, time, time * one.i);
    await appender.commit();
  }
  const ask = () => db.queryRange('sum(rate(a_total[5m]))', { start: 0, end: 36e6, step: 60_000 });
  const alone = JSON.stringify(await ask());
  await db.startQueryWorkers();
  let isSame = true;
  for (let i = 0; i < 5; i++) isSame &&= JSON.stringify(await ask()) === alone;`;

it('threads that help with queries do not keep the process', () => {
  expect(inProcess(`${FILLED} console.log(isSame);`)).toBe('true');
  const closing = `
    const asking = ask();
    await new Promise(setImmediate);
    await db.close();
    console.log(JSON.stringify(await asking) === alone);`;
  expect(inProcess(FILLED + closing)).toBe('true');
});

it('queries are shared in a worker thread, too', () => {
  const program = `
    import { parentPort } from 'node:worker_threads';
    ${FILLED}
    await db.close();
    parentPort.postMessage(isSame);`;
  expect(inThread(program)).toBe(true);
});
