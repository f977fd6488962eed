// History for an Express app in a few lines: its prom-client metrics are recorded every few seconds,
// and can be queried, charted and alerted on without a Prometheus server.
//   node examples/express-prom-client.mjs          answers a few requests, asks for them, ends
//   node examples/express-prom-client.mjs --stay   goes on serving http://127.0.0.1:3000
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { Database } from 'mmtsdb';
import { createHandler, recordRegistry, toNodeListener } from 'mmtsdb/server';
import { collectDefaultMetrics, Counter, register } from 'prom-client';

const stays = process.argv.includes('--stay');
const dir = stays ? 'data/express' : mkdtempSync(join(tmpdir(), 'mmtsdb-'));

const requests = new Counter({ name: 'requests_total', help: 'Requests.', labelNames: ['path'] });
collectDefaultMetrics();

const db = await Database.open(dir);
const recording = recordRegistry(register, db, { intervalMs: 5000, labels: { job: 'shop' } });

const app = express();
app.get('/hello', (request, response) => {
  requests.inc({ path: request.path });
  response.send('hello\n');
});
// Grafana's data source: http://127.0.0.1:3000/prometheus
app.use('/prometheus', toNodeListener(createHandler(db)));

const server = app.listen(stays ? 3000 : 0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = `http://127.0.0.1:${server.address().port}`;

for (let i = 0; i < 3; i++) await fetch(`${url}/hello`);
await recording.record();
const answer = await fetch(`${url}/prometheus/api/v1/query?query=requests_total{job="shop"}`);
console.log(JSON.stringify((await answer.json()).data.result));

if (stays) {
  console.log(`serving ${url}`);
  await new Promise((resolve) => process.once('SIGINT', resolve));
}
await recording.stop();
await new Promise((resolve) => server.close(resolve));
await db.close();
if (!stays) rmSync(dir, { recursive: true });
