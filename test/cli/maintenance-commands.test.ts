/** The commands that change a directory, from the command line to the files. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../cli/program.js';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { listBlocks } from '../../tsdb/db.js';
import { openDatabase } from '../../tsdb/database-opening.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { timesUpTo, write } from '../support/databases.js';
import { scratchFolder } from '../support/scratch.js';

const SMALL = join(__dirname, '../fixtures/small');
const HOUR_MS = 3600 * 1000;
const MINUTE_MS = 60 * 1000;

interface Outcome {
  readonly code: number;
  readonly lines: readonly string[];
  readonly messages: readonly string[];
}

async function mmtsdb(...argv: string[]): Promise<Outcome> {
  const terminal = new CapturedTerminal();
  const code = await run(argv, terminal);
  return { code, lines: await terminal.lines(), messages: terminal.messages };
}

function json<T>({ lines }: Outcome): T[] {
  return lines.map((line) => JSON.parse(line) as T);
}

/** A directory of ours with `hours` of two series, the first of which is in blocks. */
async function directory(hours: number): Promise<string> {
  const dir = join(scratchFolder(), 'data');
  const database = await openDatabase(dir, { background: false, maxBlockDurationMs: 2 * HOUR_MS });
  await write(database, ['a', 'b'], timesUpTo(0, hours * HOUR_MS, 5 * MINUTE_MS));
  await database.close();
  return dir;
}

async function ranges(dir: string): Promise<string[]> {
  const { blocks } = await listBlocks(dir);
  return blocks.map(({ meta }) => `${meta.minTime / HOUR_MS}-${meta.maxTime / HOUR_MS}`);
}

describe('compact', () => {
  it('says what it would do and does nothing, on a dry run', async () => {
    const dir = await directory(12);
    const before = readdirSync(dir);
    const one = await mmtsdb('compact', dir, '--dry-run');
    expect(one).toMatchObject({ code: 0, messages: [] });
    expect(one.lines).toEqual([
      'head: samples from 1970-01-01 00:00:00 +0000 UTC to 1970-01-01 02:00:00 +0000 UTC ' +
        'become a block',
    ]);
    const all = json<{ step: string; reason?: string; blocks?: string[] }>(
      await mmtsdb('compact', dir, '--dry-run', '--until-done', '--json'),
    );
    expect(
      all.map(({ step, reason = '', blocks = [] }) => `${step} ${reason} ${blocks.length}`),
    ).toEqual(['head  0', 'head  0', 'head  0', 'head  0', 'head  0', 'merge level 3']);
    expect(readdirSync(dir)).toEqual(before);
  });

  it('does one step, or all of them', async () => {
    const dir = await directory(12);
    const one = await mmtsdb('compact', dir);
    expect(one.code).toBe(0);
    expect(one.lines.at(0)).toMatch(/^head: /);
    expect(one.lines).toContain('made:');
    expect(await ranges(dir)).toEqual(['0-2']);
    const all = await mmtsdb('compact', dir, '--until-done');
    expect(all.code).toBe(0);
    expect(all.lines.some((line) => /^level: 3 blocks .* fill a slice of 6 h$/.test(line))).toBe(
      true,
    );
    expect(await ranges(dir)).toEqual(['0-6', '6-8', '8-10']);
    expect((await mmtsdb('compact', dir)).lines).toEqual(['nothing to compact']);
    expect(json(await mmtsdb('compact', dir, '--json'))).toEqual([]);
  });

  it('merges no further than it is told to', async () => {
    const dir = await directory(12);
    const steps = json<{ step?: string; made?: { compaction: { level: number } } }>(
      await mmtsdb('compact', dir, '--until-done', '--json', '--max-block-duration', '2h'),
    );
    expect(steps.map(({ step, made }) => step ?? made?.compaction.level)).toEqual([
      ...['head', 1, 'head', 1, 'head', 1, 'head', 1, 'head', 1],
    ]);
  });

  it('does the blocks where the head holds what we cannot write on, and says so', async () => {
    const dir = join(scratchFolder(), 'data');
    cpSync(SMALL, dir, { recursive: true });
    const { code, messages } = await mmtsdb('compact', dir, '--until-done', '-q');
    expect(messages[0]).toMatch(/^mmtsdb: the head is left alone: .* holds /);
    expect(code).toBe(1);
    expect(readdirSync(dir)).not.toContain('lock');
  });

  it('says by whom a directory is locked', async () => {
    const dir = await directory(1);
    const lock = new NodeWritableDisk().lock(join(dir, 'lock'));
    const { code, messages } = await mmtsdb('compact', dir);
    lock.release();
    expect(code).toBe(1);
    expect(messages).toEqual([
      expect.stringMatching(
        new RegExp(`^mmtsdb: ${dir}/lock is locked by .* \\(pid ${process.pid}\\)$`),
      ),
    ]);
  });

  it('makes no directory where there is none', async () => {
    const dir = join(scratchFolder(), 'none');
    expect((await mmtsdb('compact', dir)).code).toBe(1);
    expect(existsSync(dir)).toBe(false);
    expect((await mmtsdb('compact', dir, '--max-block-duration', '0s')).code).toBe(2);
  });
});

describe('retention', () => {
  it('says which blocks would go and why; with --apply they do', async () => {
    const dir = await directory(12);
    await mmtsdb('compact', dir, '--until-done', '--max-block-duration', '2h');
    const dry = await mmtsdb('retention', dir, '--time', '5h');
    expect(dry.lines).toHaveLength(2);
    expect(dry.lines[0]).toMatch(/^would delete \w{26} \(1970-.*\): it ends at 1970-01-01T04:00/);
    expect(await ranges(dir)).toHaveLength(5);
    const [{ applied, blocks }] = json<{ applied: boolean; blocks: { reason: string }[] }>(
      await mmtsdb('retention', dir, '--time', '5h', '--apply', '--json'),
    );
    expect([applied, blocks.map(({ reason }) => reason)]).toEqual([true, ['time', 'time']]);
    expect(await ranges(dir)).toEqual(['4-6', '6-8', '8-10']);
    expect((await mmtsdb('retention', dir, '--size', '1B')).lines).toHaveLength(3);
    expect((await mmtsdb('retention', dir, '--percentage', '100')).lines).toEqual([
      'nothing to delete',
    ]);
  });

  it('wants to know what is kept', async () => {
    const dir = await directory(1);
    expect((await mmtsdb('retention', dir)).messages[0]).toContain(
      '--time, --size or --percentage',
    );
    expect((await mmtsdb('retention', dir, '--percentage', '101')).code).toBe(2);
    expect((await mmtsdb('retention', dir, '--size', 'much')).code).toBe(2);
  });
});

describe('delete and clean-tombstones', () => {
  it('take samples out of head and blocks, by selector and time', async () => {
    const dir = await directory(12);
    await mmtsdb('compact', dir, '--until-done', '--max-block-duration', '2h');
    const until = String(11 * HOUR_MS);
    expect((await mmtsdb('delete', dir, '{__name__="a"}', '--max-time', until)).code).toBe(0);
    const dumped = async (): Promise<string[]> => [...(await mmtsdb('dump', dir)).lines];
    const left = await dumped();
    expect(left.filter((line) => line.startsWith('{__name__="a"}'))).toHaveLength(11);
    expect(left.filter((line) => line.startsWith('{__name__="b"}'))).toHaveLength(144);
    const { lines } = await mmtsdb('clean-tombstones', dir);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^cleaned \w{26}$/);
    expect(json(await mmtsdb('clean-tombstones', dir, '--json'))).toEqual([{ cleaned: [] }]);
    expect(await dumped()).toEqual(left);
  });

  it('want a selector that can be parsed', async () => {
    const dir = await directory(1);
    expect((await mmtsdb('delete', dir)).messages[0]).toContain('give a selector');
    expect((await mmtsdb('delete', dir, '{')).code).toBe(2);
  });
});

describe('snapshot', () => {
  it('is a directory that opens by itself', async () => {
    const dir = await directory(3);
    const target = join(scratchFolder(), 'snapshot');
    expect((await mmtsdb('snapshot', dir, target)).lines).toEqual([target]);
    expect((await mmtsdb('dump', target)).lines).toEqual((await mmtsdb('dump', dir)).lines);
    const empty = join(scratchFolder(), 'empty');
    const skipped = json(await mmtsdb('snapshot', dir, empty, '--skip-head', '--json'));
    expect(skipped).toEqual([{ path: empty }]);
    expect(readdirSync(empty)).toEqual([]);
    expect((await mmtsdb('snapshot', dir)).code).toBe(2);
  });
});

describe('repair', () => {
  it('cuts a damaged log, and finds nothing the next time', async () => {
    const dir = await directory(1);
    const path = join(dir, 'wal/00000000');
    const bytes = readFileSync(path);
    bytes[100] ^= 1;
    writeFileSync(path, bytes);
    mkdirSync(join(dir, '01M83CFB14VFVT9VDJ1EFZ8FCE.tmp-for-creation'));
    const first = await mmtsdb('repair', dir);
    expect(first.code).toBe(1);
    expect(first.lines[0]).toContain(path);
    expect(await mmtsdb('repair', dir)).toMatchObject({ code: 0, lines: ['nothing to repair'] });
    expect(json(await mmtsdb('repair', dir, '--json'))).toEqual([{ problems: [] }]);
    expect(readdirSync(dir).some((name) => name.endsWith('.tmp-for-creation'))).toBe(false);
    expect((await mmtsdb('verify', dir, '-q')).code).toBe(0);
  });
});
