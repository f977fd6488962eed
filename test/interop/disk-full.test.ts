/**
 * A real file system that is full: a small tmpfs. Mounting one takes root, so that this stands in the
 * interop suite; elsewhere it is skipped, and the simulation has its cases.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NoSpaceError } from '../../model/errors.js';
import { matcher } from '../../model/matcher.js';
import { Database } from '../../tsdb/db.js';

const MIB = 1024 * 1024;
const SERIES = 500;
const ALL = [matcher('__name__', '=', 'sample')];

const mount = mkdtempSync(join(tmpdir(), 'mmtsdb-small-'));
const isMounted = mountSmall();
const inMount = isMounted || process.env.CI !== undefined ? it : it.skip;

afterAll(() => {
  if (isMounted) spawnSync('umount', [mount]);
  rmdirSync(mount);
});

inMount('a full disk is a state: appends are refused, queries answer, and it goes on', async () => {
  const dir = join(mount, 'data');
  const filler = join(mount, 'filler');
  let now = 0;
  const open = (): Promise<Database> => Database.open(dir, { background: false, now: () => now });
  const db = await open();
  writeFileSync(filler, new Uint8Array(8 * MIB));

  const commit = async (time: number): Promise<void> => {
    const appender = db.appender();
    for (let i = 0; i < SERIES; i++) {
      appender.append({ __name__: 'sample', series: String(i) }, time, Math.sin(time + i));
    }
    await appender.commit();
  };
  let last = 0;
  const fill = async (): Promise<unknown> => {
    for (;;) {
      try {
        await commit(last + 1000);
      } catch (error) {
        return error;
      }
      last += 1000;
    }
  };
  expect(await fill()).toBeInstanceOf(NoSpaceError);
  expect(db.writeState).toBe('no-space');
  expect(() => db.appender()).toThrow(NoSpaceError);
  expect(await lastTimes(db)).toEqual([last]);

  // Somebody makes room: writing goes on by itself, in the same process.
  rmSync(filler);
  now += 2000;
  const full = last;
  expect(await fill()).toBeInstanceOf(NoSpaceError);
  expect(last).toBeGreaterThan(full);
  expect(await lastTimes(db)).toEqual([last]);
  await db.close();

  const again = await open();
  expect(await lastTimes(again)).toEqual([last]);
  expect(await countOf(again)).toBe((SERIES * last) / 1000);
  await again.close();
});

function mountSmall(): boolean {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mount]);
  if (status === 0) return true;
  process.stderr.write(`skipped: a disk that is full: ${String(stderr)}`);
  return false;
}

/** The times at which series end: one, where commits are whole. */
async function lastTimes(db: Database): Promise<number[]> {
  const times = new Set<number>();
  for await (const { samples } of db.select(ALL)) times.add(samples.times[samples.count - 1]);
  return [...times];
}

async function countOf(db: Database): Promise<number> {
  let count = 0;
  for await (const { samples } of db.select(ALL)) count += samples.count;
  return count;
}
