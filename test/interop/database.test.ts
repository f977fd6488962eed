/**
 * Our database beside a real Prometheus: one lock for both, and `mmtsdb compact` does to a directory
 * what the server does to a copy of it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../cli/program.js';
import { type BlockMeta, isUlid, parseBlockMeta } from '../../compact/block-meta.js';
import { LockedError } from '../../model/errors.js';
import { openDatabase } from '../../tsdb/database-opening.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { timesUpTo } from '../support/databases.js';
import { describePeers, peer, type Peer } from '../support/peers.js';
import { freePort, Program, until } from '../support/programs.js';
import { scratchFile, scratchFolder } from '../support/scratch.js';

const HOUR_MS = 3600 * 1000;
const OUTPUT_BYTES_MAX = 2 ** 30;

interface Served {
  readonly program: Program;
  readonly url: string;
}

/** A server without targets; it looks for something to compact each second. */
async function serve(dir: string, name: Peer = 'prometheus'): Promise<Served> {
  const config = scratchFile(Buffer.from('global: { scrape_interval: 1h }\n'), 'prometheus.yml');
  const address = `127.0.0.1:${await freePort()}`;
  const program = new Program(peer(name), [
    `--config.file=${config}`,
    `--storage.tsdb.path=${dir}`,
    `--web.listen-address=${address}`,
    '--log.level=warn',
    ...(name === 'prometheus'
      ? ['--storage.tsdb.block-reload-interval=1s']
      : // Debian's takes no lock unless it is told to.
        ['--storage.tsdb.use-lockfile']),
  ]);
  const url = `http://${address}`;
  await program.ready(`${url}/-/ready`);
  return { program, url };
}

/** The same while a server is at it: none where one was deleted while we looked. */
function blocksSoFar(dir: string): BlockFiles[] {
  try {
    return blocksOf(dir);
  } catch (error) {
    // By its code: errors of fs are of another realm here, and their class is not ours.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** 41 hours in the head, and two blocks of promtool's that overlap with them and each other. */
async function directory(): Promise<string> {
  const dir = join(scratchFolder(), 'data');
  const database = await openDatabase(dir, { background: false });
  const start = 1_700_006_400_000;
  for (const time of timesUpTo(start, start + 41 * HOUR_MS, 60_000)) {
    const appender = database.appender();
    for (let i = 0; i < 10; i++) {
      appender.append({ __name__: 'load', i: String(i) }, time + i, Math.sin(time + i) * i);
    }
    await appender.commit();
  }
  await database.close();
  for (const offset of [0, 1]) {
    const lines = timesUpTo(0, 90, 1).map(
      (minute) => `late{o="${offset}"} ${minute} ${(start - 5 * HOUR_MS) / 1000 + 60 * minute}`,
    );
    const input = scratchFile(Buffer.from(`${lines.join('\n')}\n# EOF\n`), 'late.om');
    promtool('prometheus', 'create-blocks-from', 'openmetrics', input, dir);
  }
  return dir;
}

function promtool(name: 'prometheus' | 'prometheus-2.42', ...args: string[]): string {
  const tool = name === 'prometheus' ? 'promtool' : 'promtool-2.42';
  const { status, stdout, stderr } = spawnSync(peer(tool), ['tsdb', ...args], {
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  if (status !== 0) throw new Error(`promtool ended with ${status}: ${stderr}`);
  return stdout;
}

interface BlockFiles {
  readonly meta: Omit<BlockMeta, 'ulid' | 'compaction'> & { readonly level: number };
  readonly index: Buffer;
  readonly chunks: Buffer;
}

/** The blocks of a directory by time, but for what differs from run to run: the ULIDs. */
function blocksOf(dir: string): BlockFiles[] {
  const blocks = readdirSync(dir)
    .filter(isUlid)
    .map((name) => {
      const path = join(dir, name);
      const parsed = parseBlockMeta(path, readFileSync(join(path, 'meta.json')));
      const { minTime, maxTime, stats, version, compaction } = parsed;
      const chunks = readdirSync(join(path, 'chunks'))
        .sort()
        .map((file) => readFileSync(join(path, 'chunks', file)));
      return {
        meta: { minTime, maxTime, stats, version, level: compaction.level },
        index: readFileSync(join(path, 'index')),
        chunks: Buffer.concat(chunks),
      };
    });
  return blocks.sort((a, b) => a.meta.minTime - b.meta.minTime);
}

async function mmtsdb(...argv: string[]): Promise<{ code: number; text: string }> {
  const terminal = new CapturedTerminal();
  const code = await run(argv, terminal);
  return { code, text: (await terminal.text()) + terminal.messages.join('\n') };
}

describePeers('the lock', ['prometheus', 'prometheus-2.42'], () => {
  it.each(['prometheus', 'prometheus-2.42'] as const)(
    'of a %s that runs keeps us out',
    async (name) => {
      const dir = scratchFolder();
      const { program } = await serve(dir, name);
      const opening = openDatabase(dir, { background: false });
      await expect(opening).rejects.toThrow(LockedError);
      await expect(opening).rejects.toMatchObject({ holder: { pid: program.pid } });
      const { code, text } = await mmtsdb('compact', dir);
      expect(code).toBe(1);
      expect(text).toMatch(new RegExp(`locked by prometheus\\S* \\(pid ${program.pid}\\)`));
      await program.end('SIGTERM');
      const database = await openDatabase(dir, { background: false });
      expect(database.wasUnclean).toBe(false);
      await database.close();
    },
  );

  it.each(['prometheus', 'prometheus-2.42'] as const)('of ours keeps a %s out', async (name) => {
    const dir = scratchFolder();
    const database = await openDatabase(dir, { background: false });
    await expect(serve(dir, name)).rejects.toThrow(/resource temporarily unavailable/);
    await database.close();
    const { program } = await serve(dir, name);
    await program.end('SIGTERM');
  });
});

describePeers('mmtsdb compact', ['prometheus', 'promtool'], () => {
  it('does to a directory what a server does to a copy of it', async () => {
    const theirs = await directory();
    const ours = join(scratchFolder(), 'data');
    cpSync(theirs, ours, { recursive: true });
    const dumped = promtool('prometheus', 'dump', theirs);

    const planned = await mmtsdb('compact', ours, '--dry-run', '--until-done', '--json');
    const done = await mmtsdb('compact', ours, '--until-done', '--json');
    expect(done.code).toBe(0);
    const mine = blocksOf(ours);
    expect(mine.some(({ meta }) => meta.level >= 3)).toBe(true);
    // What was planned on imagined blocks is what was done on real ones.
    const wordsOf = (text: string): (string | undefined)[] =>
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('{"made"'))
        .map((line) => (JSON.parse(line) as { words?: string }).words);
    expect(wordsOf(planned.text)).toEqual(wordsOf(done.text));

    const { program } = await serve(theirs);
    const metas = (blocks: readonly BlockFiles[]): string =>
      JSON.stringify(blocks.map(({ meta }) => meta));
    await until('the server has made the same blocks', () =>
      Promise.resolve(metas(blocksSoFar(theirs)) === metas(mine)),
    );
    await program.end('SIGTERM');
    for (const [i, block] of blocksOf(theirs).entries()) {
      expect(mine[i].index.equals(block.index)).toBe(true);
      expect(mine[i].chunks.equals(block.chunks)).toBe(true);
    }

    expect((await mmtsdb('verify', ours)).code).toBe(0);
    expect(promtool('prometheus', 'dump', ours)).toBe(dumped);
    const again = await serve(ours);
    await again.program.end('SIGTERM');
    expect((await mmtsdb('compact', ours)).text).toBe('nothing to compact\n');
  });
});
