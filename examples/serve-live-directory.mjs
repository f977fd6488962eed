// Serves the data directory of a Prometheus that may be running, or of one that is gone, over HTTP:
// nothing is written to it, and no lock is taken. `mmtsdb serve --read-only` does the same.
//   node examples/serve-live-directory.mjs /var/lib/prometheus --stay
import { openReadOnly } from 'mmtsdb';
import { createHandler, listen } from 'mmtsdb/server';

const stays = process.argv.includes('--stay');
const dir = process.argv.slice(2).find((argument) => !argument.startsWith('--'));
const db = await openReadOnly(dir ?? 'test/fixtures/live');

const server = await listen(createHandler(db), { port: stays ? 9092 : 0 });
const end = Math.max(...db.blocks().map((block) => block.meta.maxTime)) / 1000;
const query = encodeURIComponent('sum by (job) (up)');
const answer = await fetch(`${server.url}/api/v1/query?query=${query}&time=${end}`);
for (const { metric, value } of (await answer.json()).data.result) {
  console.log(`${metric.job}: ${value[1]} up`);
}

if (stays) {
  console.log(`serving ${server.url}`);
  // What Prometheus has written since then is seen from here on.
  const looking = setInterval(() => void db.refresh().catch(console.error), 15_000);
  await new Promise((resolve) => process.once('SIGINT', resolve));
  clearInterval(looking);
}
await server.close();
await db.close();
