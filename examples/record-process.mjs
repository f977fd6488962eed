// History for any Node program: its prom-client metrics, recorded into a database of its own.
//   node examples/record-process.mjs [DIR]
import { setTimeout as delay } from 'node:timers/promises';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { Database } from 'mmtsdb';
import { recordRegistry } from 'mmtsdb/server';

const register = new Registry();
collectDefaultMetrics({ register });
const jobs = new Counter({ name: 'jobs_done_total', help: 'Jobs done.', registers: [register] });

const db = await Database.open(process.argv[2] ?? 'data/record-process');
// Each 15 seconds is the default; the example is in a hurry.
const recording = recordRegistry(register, db, { intervalMs: 100, labels: { job: 'example' } });
try {
  await recording.record();
  for (let i = 0; i < 10; i++) {
    jobs.inc();
    await delay(50);
  }
  await recording.record();

  const time = Date.now();
  for (const expression of [
    'jobs_done_total',
    'rate(jobs_done_total[1m])',
    'count({job="example"})',
  ]) {
    const { value } = await db.query(expression, { time });
    console.log(expression, '=', value.at(0).value);
  }
} finally {
  // In this order: recordings under way end before the database does.
  await recording.stop();
  await db.close();
}
