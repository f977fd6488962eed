// Imports history: a CSV of `time,room,value` in order of time becomes blocks that Prometheus
// opens. For OpenMetrics text in any order there is `mmtsdb create-blocks-from openmetrics`.
//   node examples/import-csv.mjs [DIR [FILE]]
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { Database } from 'mmtsdb';

const [dir = 'data/import-csv', file] = process.argv.slice(2);
const input = file === undefined ? Readable.from(twoDays()) : createReadStream(file);
const ROWS_PER_COMMIT = 5000;

// Nothing is deleted for its age, and nothing happens but when we say so.
const db = await Database.open(dir, { retentionMs: 0, background: false });
try {
  let appender = db.appender();
  let refused = 0;
  for await (const line of createInterface({ input })) {
    const [time, room, value] = line.split(',');
    try {
      appender.append({ __name__: 'temperature', room }, Number(time), Number(value));
    } catch (error) {
      // One bad row costs itself only: what was imported before is a duplicate or out of bounds.
      if (!/^TSDB_(OUT_OF_|DUPLICATE_|INVALID_)/.test(error.code)) throw error;
      refused++;
    }
    if (appender.sampleCount < ROWS_PER_COMMIT) continue;
    await appender.commit();
    // More than three hours become blocks of two: memory stays small.
    await db.compact();
    appender = db.appender();
  }
  await appender.commit();
  await db.compact();

  console.log(`${refused} rows refused`);
  for (const { meta } of db.blocks()) {
    const [from, to] = [meta.minTime, meta.maxTime].map((time) => new Date(time).toISOString());
    console.log(
      `${from} to ${to}: ${meta.stats.numSamples} samples, level ${meta.compaction.level}`,
    );
  }
} finally {
  await db.close();
}

/** Stands in for a file. */
function* twoDays() {
  const start = Date.UTC(2026, 0, 1);
  for (let minute = 0; minute < 2 * 24 * 60; minute++) {
    for (const room of ['attic', 'cellar']) {
      const value = 20 + Math.sin(minute / 200) * (room === 'attic' ? 5 : 1);
      yield `${start + minute * 60_000},${room},${value.toFixed(2)}\n`;
    }
  }
}
