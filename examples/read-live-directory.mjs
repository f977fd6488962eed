// Reads the data directory of a Prometheus that may be running: what is up, and since when.
//   node examples/read-live-directory.mjs /var/lib/prometheus
import { matcher, openReadOnly } from 'mmtsdb';

const dir = process.argv[2] ?? 'test/fixtures/live';
const db = await openReadOnly(dir, { logger: console });
try {
  const newest = Math.max(...db.blocks().map((block) => block.meta.maxTime));
  console.log(`${db.blocks().length} blocks, the newest ends at ${new Date(newest).toISOString()}`);

  for await (const { labels, samples } of db.select([matcher('__name__', '=', 'up')])) {
    const last = samples.count - 1;
    const at = new Date(samples.times[last]).toISOString();
    console.log(`${labels.get('job')} ${labels.get('instance')}: ${samples.values[last]} at ${at}`);
  }
} finally {
  // On Node 24 `await using db = …` does this.
  await db.close();
}
