/**
 * The victim of the SIGKILL loop: `node kill-me.mjs DOOR DIR FIRST` opens the database, commits
 * numbered rounds from FIRST on, and prints the number of each when it is acknowledged. Blocks are
 * made of seconds, so that logs, chunk files and blocks are written all the time.
 */
import { writeSync } from 'node:fs';

const [door, dir, first] = process.argv.slice(2);
const { Database } = await import(door);
// Every fourth has a thread write its log, and several commits under way at a time.
const walWorker = Number(first) % 4 === 1;
const together = walWorker ? 8 : 1;
const db = await Database.open(dir, {
  minBlockDurationMs: 2000,
  maxBlockDurationMs: 18_000,
  walSegmentBytes: 64 * 1024,
  retentionMs: 0,
  background: false,
  walWorker,
  // A thread takes longer to come up than most of these processes live.
  compactionWorker: Number(first) % 4 === 0,
});
writeSync(1, 'open\n');
let compacting = db.compact();
let committing = [];
for (let round = Number(first); ; round++) {
  const appender = db.appender();
  try {
    for (let series = 0; series < 10; series++) {
      appender.append({ __name__: 'sample', name: `s${series}` }, round * 10, round + series / 16);
    }
  } catch (error) {
    // The last one died with several under way, of which this one was logged.
    if (error.code !== 'TSDB_OUT_OF_ORDER') throw error;
    appender.rollback();
    continue;
  }
  committing.push(appender.commit().then(() => writeSync(1, `${round}\n`)));
  if (round % 50 === 0) compacting = compacting.then(() => db.compact());
  if (committing.length < together) continue;
  await Promise.all(committing);
  committing = [];
}
