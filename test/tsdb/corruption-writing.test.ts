/**
 * Every truncation and every flipped byte of log, checkpoint and full chunks of a small directory:
 * it opens for writing, or what is wrong is named; nothing is there that was not written; and what
 * is appended then is there after the next opening, with just what the first one saw. What came out
 * is counted, and docs/corruption.md says it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TsdbError } from '../../model/errors.js';
import { matcher } from '../../model/matcher.js';
import type { Database } from '../../tsdb/database.js';
import { emptyDisk, openOn, write } from '../support/databases.js';
import { DIR, sampleTexts } from '../support/data-directory.js';
import type { WritableMemoryDisk } from '../support/writable-memory-disk.js';

jest.setTimeout(300_000);

const ALL = [matcher('__name__', '!=', '')];
const NEW_TIME = 9000;

const OUTCOMES = ['same', 'torn', 'told', 'lost', 'refused', 'unseen'] as const;
type Outcome = (typeof OUTCOMES)[number];

type Files = ReadonlyMap<string, Uint8Array>;

/** A block, a checkpoint, segments behind it and files of full chunks, none of them empty. */
async function smallDirectory(): Promise<Files> {
  const disk = emptyDisk();
  const times = (from: number, to: number): number[] =>
    Array.from({ length: (to - from) / 200 }, (_, i) => from + 200 * i);
  const session = async (names: string[], from: number, to: number): Promise<void> => {
    const database = await openOn(disk, { samplesPerChunk: 8 });
    await write(database, names, times(from, to));
    if (from === 1600) {
      await database.delete([matcher('__name__', '=', 'a')], { minTime: 2000, maxTime: 2000 });
      await database.compact();
    }
    await database.close();
  };
  await session(['a'], 0, 800);
  await session(['a', 'b'], 800, 1200);
  await session(['a'], 1200, 1600);
  await session(['a', 'c'], 1600, 2400);
  await session(['a', 'c'], 2400, 3000);
  return new Map([...disk.files].map(([path, bytes]) => [path, bytes.slice()]));
}

/** Every sample, a line each; null where reading fails with a named error. */
async function read(database: Database): Promise<string[] | null> {
  const lines: string[] = [];
  try {
    for await (const { labels, samples } of database.select(ALL)) {
      for (const text of sampleTexts(samples)) lines.push(`${labels.toString()} ${text}`);
    }
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    return null;
  }
  return lines;
}

function diskOf(files: Files): WritableMemoryDisk {
  const disk = emptyDisk();
  for (const [path, bytes] of files) {
    disk.files.set(path, bytes.slice());
    for (let dir = disk.join(path, '..'); dir !== '/'; dir = disk.join(dir, '..')) {
      disk.directories.add(dir);
    }
  }
  return disk;
}

/** What became of a damaged directory; throws where that was none of what is allowed. */
async function judge(files: Files, path: string, whole: readonly string[]): Promise<Outcome> {
  const disk = diskOf(files);
  let database: Database;
  try {
    database = await openOn(disk);
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    expect([...disk.files.keys()]).toEqual(expect.arrayContaining([...files.keys()]));
    return 'refused';
  }
  const lines = await read(database);
  const told = database.problems.length > 0;
  const known = new Set([...whole, DELETED]);
  const altered = lines?.filter((line) => !known.has(line)) ?? [];
  expect({ path, altered }).toEqual({ path, altered: [] });
  await write(database, ['new'], [NEW_TIME]);
  await database.close();
  const again = await openOn(disk);
  const then = await read(again);
  await again.close();
  if (lines === null || then === null) return 'refused';
  expect({ path, then }).toEqual({ path, then: [...lines, `{__name__="new"} ${NEW_TIME}:9000`] });
  expect(disk.openFiles).toBe(0);
  if (lines.join('\n') === whole.join('\n')) return told ? 'told' : 'same';
  if (told) return 'lost';
  return path.endsWith(LAST_SEGMENT) ? 'torn' : 'unseen';
}

async function sweep(
  files: Files,
  path: string,
  { variants, whole }: { variants: Iterable<Uint8Array>; whole: readonly string[] },
): Promise<Record<Outcome, number>> {
  const counts = { same: 0, torn: 0, told: 0, lost: 0, refused: 0, unseen: 0 };
  for (const bytes of variants) {
    counts[await judge(new Map([...files, [path, bytes]]), path, whole)]++;
  }
  return counts;
}

function row(name: string, counts: Record<Outcome, number>): string {
  return `| ${name} | ${OUTCOMES.map((outcome) => counts[outcome]).join(' | ')} |`;
}

const DELETED = '{__name__="a"} 2000:2000';
const LAST_SEGMENT = 'wal/00000005';

/** Of the zeros that a segment ends in, a few. */
function used(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return Math.min(bytes.length, end + 8);
}

function* truncations(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let length = 0; length < used(bytes); length++) yield bytes.slice(0, length);
}

function* flips(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let i = 0; i < used(bytes); i++) {
    const flipped = bytes.slice();
    flipped[i] ^= 0xff;
    yield flipped;
  }
}

describe('a damaged directory that is opened for writing', () => {
  const documented = readFileSync(join(__dirname, '../../docs/corruption.md'), 'utf8').replace(
    / +/g,
    ' ',
  );

  it('opens, or says why, loses nothing before the damage, and is written on', async () => {
    const files = await smallDirectory();
    const database = await openOn(diskOf(files));
    const whole = (await read(database)) ?? [];
    await database.close();
    expect(whole.length).toBeGreaterThan(20);
    const damaged = [...files].filter(([path]) => /wal|chunks_head/.test(path));
    for (const [path, bytes] of damaged.sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (bytes.length === 0) continue;
      const name = path.slice(DIR.length + 1);
      const cut = await sweep(files, path, { variants: truncations(bytes), whole });
      expect(documented).toContain(row(`${name}, cut off`, cut));
      const flipped = await sweep(files, path, { variants: flips(bytes), whole });
      expect(documented).toContain(row(`${name}, flipped`, flipped));
    }
  });
});
