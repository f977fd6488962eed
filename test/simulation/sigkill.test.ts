/**
 * A process that is killed with SIGKILL at random moments, hundreds of times over the same
 * directory, in CI; a dozen times elsewhere. What it said was committed is there when it is opened.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { matcher } from '../../model/matcher.js';
import { Database } from '../../tsdb/db.js';
import { scratchFolder } from '../support/scratch.js';
import { Random } from './random.js';

const ROUNDS = process.env.CI === undefined ? 12 : 300;
/** How long a process lives at most behind its opening, in ms. */
const LIFE_MS = 120;
/** From one commit to the next, in ms: a block of two seconds is full after two lives or three. */
const STEP_MS = 4;
const SERIES = 10;
const UNREF = { ref: false } as const;
const VICTIM = new URL('./kill-me.mjs', pathToFileURL(__filename));
const DOOR = pathToFileURL(resolve(__dirname, '../../dist/tsdb/db.js')).href;

it(`nothing that was acknowledged is lost by SIGKILL, ${ROUNDS} times`, async () => {
  const dir = join(scratchFolder(), 'data');
  const random = new Random(ROUNDS);
  let acknowledged = 0;
  let levels = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    // However slow the machine, one in ten gets to the end of its compaction before it commits.
    const awaited = round % 10 === 5 ? 'compacted' : 'open';
    acknowledged = await liveAndDie(dir, acknowledged + 1, awaited, random);
    // Opening is a write too: most rounds leave it to the next victim.
    if (round % 10 !== 0 && round !== ROUNDS) continue;
    const database = await Database.open(dir, { background: false, retentionMs: 0 });
    const found = await lastRoundOf(database, acknowledged);
    for (const { meta } of database.blocks()) levels = Math.max(levels, meta.compaction.level);
    await database.close();
    acknowledged = found;
  }
  process.stderr.write(`SIGKILL, ${ROUNDS} times: ${acknowledged} commits survived\n`);
  expect(acknowledged).toBeGreaterThan(ROUNDS);
  if (ROUNDS > 100) expect(levels).toBeGreaterThan(1);
}, 900_000);

/**
 * Starts a victim at commit `first` and kills it some time after it said `awaited`; the last commit
 * that it acknowledged.
 */
async function liveAndDie(
  dir: string,
  first: number,
  awaited: 'open' | 'compacted',
  random: Random,
): Promise<number> {
  const args = [VICTIM.pathname, DOOR, dir, String(first), String(STEP_MS), awaited];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let messages = '';
  child.stderr.on('data', (text: Buffer) => (messages += text.toString()));
  let last = first - 1;
  let arrive = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const lines = createInterface(child.stdout);
  const ended = once(lines, 'close');
  lines.on('line', (line) => {
    if (line === awaited) arrive();
    else if (line !== 'open' && line !== 'compacted') last = Number(line);
  });
  // Now and then before it is open: opening is killed as well.
  const isHasty = awaited === 'open' && random.chance(0.2);
  const patienceMs = isHasty ? 3 * random.below(LIFE_MS) : 60_000;
  await Promise.race([arrived, exited, delay(patienceMs, null, UNREF)]);
  await Promise.race([exited, delay(random.below(LIFE_MS), null, UNREF)]);
  if (child.exitCode !== null) throw new Error(`the victim ended by itself: ${messages}`);
  child.kill('SIGKILL');
  await Promise.all([exited, ended]);
  return last;
}

/** All commits up to `acknowledged` are there, whole; the last that is, some may be beyond. */
async function lastRoundOf(database: Database, acknowledged: number): Promise<number> {
  let last = -1;
  let count = 0;
  for await (const { labels, samples } of database.select([matcher('__name__', '=', 'sample')])) {
    const series = Number(labels.get('name').slice(1));
    const times = new Set<number>();
    let own = -1;
    for (let row = 0; row < samples.count; row++) {
      const round = samples.times[row] / STEP_MS;
      // Millions of them: an expectation each would take minutes.
      if (samples.values[row] !== round + series / 16) throw new Error(`commit ${round} is wrong`);
      times.add(round);
      own = Math.max(own, round);
    }
    for (let round = 1; round <= acknowledged; round++) {
      if (!times.has(round)) throw new Error(`commit ${round} of s${series} is lost`);
    }
    if (last !== -1) expect(own).toBe(last);
    last = own;
    count++;
  }
  expect(count).toBe(acknowledged === 0 ? count : SERIES);
  return Math.max(last, acknowledged);
}
