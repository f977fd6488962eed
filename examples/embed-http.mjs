// A program that keeps measurements and serves them to Grafana: database and API in one process.
//   node examples/embed-http.mjs          starts, asks itself one question, ends
//   node examples/embed-http.mjs --stay   goes on serving http://127.0.0.1:9091
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from 'mmtsdb';
import { createHandler, listen } from 'mmtsdb/server';

const stays = process.argv.includes('--stay');
const dir = stays ? 'data/embedded' : mkdtempSync(join(tmpdir(), 'mmtsdb-'));
const db = await Database.open(dir, { retentionMs: 30 * 24 * 3600 * 1000 });

const appender = db.appender();
const now = Date.now();
for (let minute = 60; minute >= 0; minute--) {
  const hours = (now / 60_000 - minute) / 60;
  appender.append(
    { __name__: 'temperature', room: 'attic' },
    now - 60_000 * minute,
    20 + Math.sin(hours),
  );
}
await appender.commit();

// From code…
const { value } = await db.query('max_over_time(temperature[1h])', { time: now });
if (value.type === 'vector') console.log('the warmest it was:', value.at(0).value);

// …and over HTTP: the address is a data source for Grafana.
const server = await listen(createHandler(db), { port: stays ? 9091 : 0 });
const answer = await fetch(`${server.url}/api/v1/query?query=avg_over_time(temperature[1h])`);
console.log(JSON.stringify((await answer.json()).data.result));

if (stays) {
  console.log(`serving ${server.url}`);
  await new Promise((resolve) => process.once('SIGINT', resolve));
}
await server.close();
await db.close();
if (!stays) rmSync(dir, { recursive: true });
