// Two sensors write into a database; then it is asked, compacted and closed.
//   node examples/quick-start.mjs [DIR]
import { setTimeout as delay } from 'node:timers/promises';
import { Database, matcher, OutOfOrderError } from 'mmtsdb';

const db = await Database.open(process.argv[2] ?? 'data/quick-start', { logger: console });
try {
  const start = Date.now();
  for (let i = 0; i < 20; i++) {
    const appender = db.appender();
    for (const room of ['attic', 'cellar']) {
      const value = (room === 'attic' ? 25 : 15) + Math.sin(i / 3);
      appender.append({ __name__: 'temperature', room }, Date.now(), value);
    }
    // Seen by queries from here on, and safe from kill -9.
    await appender.commit();
    await delay(20);
  }
  const end = Date.now();

  const late = db.appender();
  try {
    late.append({ __name__: 'temperature', room: 'attic' }, start - 1, 21);
  } catch (error) {
    // Wrong samples are refused one by one; the others of the appender stay.
    if (!(error instanceof OutOfOrderError)) throw error;
    console.log(`refused, ${error.code}: ${error.message}`);
  }
  late.rollback();

  // Samples as they are, in columns…
  for await (const { labels, samples } of db.select([matcher('__name__', '=', 'temperature')])) {
    const last = samples.count - 1;
    console.log(`${labels}: ${samples.count} samples, the last ${samples.values[last]}`);
  }
  // …and PromQL, at one moment and over a range.
  const { value } = await db.query('max by (room) (max_over_time(temperature[1m]))', { time: end });
  for (let i = 0; i < value.count; i++) console.log(`${value.at(i).labels}: ${value.at(i).value}`);
  const range = await db.queryRange('avg(temperature)', { start, end, step: 100 });
  console.log(JSON.stringify(range));

  // Goes on by itself every minute; less than three hours are no block yet.
  console.log(`${(await db.compact()).length} blocks made`);
} finally {
  await db.close();
}
