/**
 * The victim of the SIGKILL loop: `node kill-me.mjs DOOR DIR FIRST STEP AWAITED` opens the
 * database, commits numbered rounds from FIRST on, STEP ms apart, and prints the number of each when
 * it is acknowledged. Blocks are made of seconds, so that logs, chunk files and blocks are written
 * all the time. It says `open` when it is, and `compacted` when it has done so with what the victims
 * before it left; when that is AWAITED, it commits behind it.
 */
import { writeSync } from 'node:fs';

const [door, dir, first, step, awaited] = process.argv.slice(2);
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
say('open');
let compacting = db.compact().then(() => say('compacted'));
if (awaited === 'compacted') await compacting;
let committing = [];
for (let round = Number(first); ; round++) {
  const appender = db.appender();
  try {
    for (let series = 0; series < 10; series++) {
      appender.append(
        { __name__: 'sample', name: `s${series}` },
        round * step,
        round + series / 16,
      );
    }
  } catch (error) {
    // The last one died with several under way, of which this one was logged.
    if (error.code !== 'TSDB_OUT_OF_ORDER') throw error;
    appender.rollback();
    continue;
  }
  committing.push(appender.commit().then(() => say(round)));
  if (round % 50 === 0) compacting = compacting.then(() => db.compact());
  if (committing.length < together) continue;
  await Promise.all(committing);
  committing = [];
}

/** At once, and again while the reader is behind: what was said is not lost with this process. */
function say(word) {
  for (;;) {
    try {
      return writeSync(1, `${word}\n`);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}
