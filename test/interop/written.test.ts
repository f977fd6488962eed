/**
 * Directories that we wrote, in each state that one may be left in: Prometheus 3.14 and 2.42 open
 * them, and their tools and their API say the same of them as ours. Then they write on, and we open
 * what they left.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../cli/program.js';
import { isUlid } from '../../compact/block-meta.js';
import { Labels } from '../../model/labels.js';
import { matcher } from '../../model/matcher.js';
import { Database, openReadOnly } from '../../tsdb/db.js';
import { formatJsonFloat } from '../../model/go-float.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { describePeers, peer } from '../support/peers.js';
import { freePort, Program } from '../support/programs.js';
import { query } from '../support/prometheus.js';
import { remoteWrite } from '../support/remote-protocol.js';
import { scratchFile, scratchFolder } from '../support/scratch.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** On the grid of 54 hours, so that levels come out as they are counted here. */
const START = 8744 * 54 * HOUR_MS;
const SERIES = 8;
const OUTPUT_BYTES_MAX = 2 ** 30;
const VERSIONS = ['prometheus', 'prometheus-2.42'] as const;
type Version = (typeof VERSIONS)[number];
const TOOLS = { prometheus: 'promtool', 'prometheus-2.42': 'promtool-2.42' } as const;
const ALL = [matcher('__name__', '=~', '.+')];

interface State {
  readonly name: string;
  readonly dir: string;
  /** The last sample of the series that do not end early. */
  readonly endTime: number;
}

/** Samples of every minute within [from, to): counters with resets, noise, and a series that ends. */
async function fill(database: Database, from: number, to: number): Promise<void> {
  for (let time = from; time < to; time += MINUTE_MS) {
    const appender = database.appender();
    const minute = (time - START) / MINUTE_MS;
    for (let i = 0; i < SERIES; i++) {
      if (i === SERIES - 1 && minute > 5 * 60) continue;
      const value = i % 2 === 0 ? (minute * (i + 1)) % 4999 : Math.sin(minute / 7 + i) * 1e3;
      appender.append({ __name__: 'sample', i: String(i), ünï: 'ködé' }, time + i, value);
    }
    await appender.commit();
  }
}

/** All states, one after the other, of one directory. */
async function makeStates(): Promise<State[]> {
  const dir = join(scratchFolder(), 'data');
  const states: State[] = [];
  const keep = (name: string, endTime: number): void => {
    const copy = join(scratchFolder(), 'data');
    cpSync(dir, copy, { recursive: true });
    states.push({ name, dir: copy, endTime });
  };
  const open = (): Promise<Database> =>
    Database.open(dir, { background: false, walSegmentBytes: 128 * 1024 });

  let database = await open();
  let end = START + 2.5 * HOUR_MS;
  await fill(database, START, end);
  await database.close();
  keep('with an open head', end);

  database = await open();
  await fill(database, end, (end = START + 11 * HOUR_MS));
  await database.compact();
  await database.close();
  keep('with a checkpoint and blocks', end);

  database = await open();
  for (let hours = 15; hours <= 47; hours += 4) {
    await fill(database, end, (end = START + hours * HOUR_MS));
    await database.compact();
  }
  const level = Math.max(...database.blocks().map(({ meta }) => meta.compaction.level));
  expect(level).toBeGreaterThanOrEqual(3);
  await database.close();
  keep('compacted to level 3', end);

  database = await open();
  const early = { minTime: START + HOUR_MS, maxTime: START + 3 * HOUR_MS };
  await database.delete([matcher('i', '=~', '[0-2]')], early);
  await database.delete([matcher('i', '=', '3')], { minTime: end - 90 * MINUTE_MS });
  await database.close();
  keep('with tombstones', end);

  database = await open();
  await fill(database, end, (end += 90 * MINUTE_MS));
  // As it lies there while it is open: what a killed process leaves.
  keep('after a crash', end);
  await database.close();
  return states;
}

function promtool(version: Version, args: readonly string[], ...paths: string[]): string {
  const { status, stdout, stderr } = spawnSync(peer(TOOLS[version]), ['tsdb', ...args, ...paths], {
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

async function ours(args: readonly string[], ...paths: string[]): Promise<string> {
  const terminal = new CapturedTerminal();
  const status = await run([...args, ...paths], terminal);
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  return terminal.text();
}

function blocksOf(dir: string): string[] {
  return readdirSync(dir).filter(isUlid);
}

/** Order aside, and without 3.14's quotes around names that 2.42 prints bare. */
function lines(text: string): string[] {
  return text.replaceAll('"ünï"=', 'ünï=').trimEnd().split('\n').sort();
}

async function serve(version: Version, dir: string): Promise<{ program: Program; url: string }> {
  const config = scratchFile(Buffer.from('global: { scrape_interval: 1h }\n'), 'prometheus.yml');
  const address = `127.0.0.1:${await freePort()}`;
  const program = new Program(peer(version), [
    `--config.file=${config}`,
    `--storage.tsdb.path=${dir}`,
    `--web.listen-address=${address}`,
    '--web.enable-remote-write-receiver',
    '--log.level=warn',
  ]);
  const url = `http://${address}`;
  await program.ready(`${url}/-/ready`);
  return { program, url };
}

type Samples = Record<string, string[]>;

/** What the server has, by series: each `time value`. */
async function samplesOfServer(url: string, endTime: number): Promise<Samples> {
  const found: Samples = {};
  for (const { metric, values = [] } of await query(url, '{__name__=~".+"}[100d]', endTime)) {
    const key = JSON.stringify(Object.entries(metric).sort());
    found[key] = values.map(([seconds, value]) => `${Math.round(seconds * 1000)} ${value}`);
  }
  return found;
}

async function samplesOf(database: Pick<Database, 'select'>): Promise<Samples> {
  const found: Samples = {};
  for await (const { labels, samples } of database.select(ALL)) {
    const key = JSON.stringify(Object.entries(labels.toJSON()).sort());
    const texts: string[] = [];
    for (let row = 0; row < samples.count; row++) {
      texts.push(`${samples.times[row]} ${formatJsonFloat(samples.values[row])}`);
    }
    if (texts.length > 0) found[key] = texts;
  }
  return found;
}

function copyOf(dir: string): string {
  const copy = join(scratchFolder(), 'data');
  cpSync(dir, copy, { recursive: true });
  return copy;
}

describePeers('a directory that we wrote', ['prometheus', 'promtool', ...VERSIONS], () => {
  let states: State[];
  beforeAll(async () => {
    states = await makeStates();
  });

  const names = [
    'with an open head',
    'with a checkpoint and blocks',
    'compacted to level 3',
    'with tombstones',
    'after a crash',
  ];
  const stateOf = (name: string): State => {
    const state = states.find((one) => one.name === name);
    if (state === undefined) throw new Error(`no state ${name}`);
    return state;
  };

  describe.each(names)('%s', (name) => {
    it.each(VERSIONS)('is dumped, listed and analyzed by %s as by us', async (version) => {
      const { dir } = stateOf(name);
      // 2.42 writes into what it dumps.
      const copy = copyOf(dir);
      expect(lines(promtool(version, ['dump'], copy))).toEqual(lines(await ours(['dump'], dir)));
      // A directory without a block has nothing to list or to analyze.
      if (name === 'with an open head') return;
      expect(promtool(version, ['list'], copyOf(dir))).toBe(await ours(['list'], dir));
      // Without a block's name the two versions take different ones.
      for (const block of blocksOf(dir)) {
        const theirs = promtool(version, ['analyze', '--limit=1000'], copyOf(dir), block);
        const analyzed = await ours(['analyze', '--limit=1000'], dir, block);
        // 2.42 words its headings otherwise; the numbers are the same.
        if (version === 'prometheus') expect(lines(theirs)).toEqual(lines(analyzed));
        else expect(numbersOf(theirs)).toEqual(numbersOf(analyzed));
      }
    });

    it.each(VERSIONS)('is served by %s, which writes on, and we after it', async (version) => {
      const { dir, endTime } = stateOf(name);
      const copy = copyOf(dir);
      const reader = await openReadOnly(copy);
      const wanted = await samplesOf(reader);
      await reader.close();
      const queryTime = endTime + 30 * MINUTE_MS;

      const { program, url } = await serve(version, copy);
      expect(await samplesOfServer(url, queryTime)).toEqual(wanted);
      const added = Array.from({ length: 10 }, (_, i) => endTime + i * 1000);
      await remoteWrite(url, [
        {
          labels: Labels.from({ __name__: 'added' }),
          times: added,
          values: Float64Array.from(added, (_, i) => i / 4),
        },
      ]);
      await program.end('SIGTERM');

      wanted['[["__name__","added"]]'] = added.map((time, i) => `${time} ${i / 4}`);
      const database = await Database.open(copy, { background: false });
      expect(database.problems).toEqual([]);
      expect(await samplesOf(database)).toEqual(wanted);
      const appender = database.appender();
      appender.append({ __name__: 'added' }, endTime + 20_000, 7);
      await appender.commit();
      await database.close();

      wanted['[["__name__","added"]]'].push(`${endTime + 20_000} 7`);
      const again = await serve(version, copy);
      expect(await samplesOfServer(again.url, queryTime)).toEqual(wanted);
      await again.program.end('SIGTERM');
    });
  });
});

function numbersOf(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line) => /^\d+/.exec(line) ?? [])
    .sort();
}
