/**
 * The same text, given to promtool 3.14 and to us: the same blocks, byte for byte but for their
 * ULIDs, the same table, and the same refusals. And Debian's promtool reads what we made.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../cli/program.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { describePeers, peer, type Peer } from '../support/peers.js';
import { scratchFolder } from '../support/scratch.js';
import { describeShared, shared } from '../support/shared.js';

const OUTPUT_BYTES_MAX = 2 ** 30;
const EOF = '# EOF\n';
/** Within a slice, not at its start. */
const START = 1_700_000_000;

function promtool(name: Peer, ...args: string[]): { status: number | null; stdout: string } {
  return spawnSync(peer(name), ['tsdb', ...args], {
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
  });
}

interface Made {
  readonly code: number;
  readonly text: string;
  /** Per block, in the order of their times: its files by name. */
  readonly blocks: readonly Readonly<Record<string, Buffer>>[];
  readonly dir: string;
}

/** The blocks of a directory, with one name for all ULIDs. */
function blocksOf(dir: string): Record<string, Buffer>[] {
  const blocks = readdirSync(dir).map((ulid) => {
    const files: Record<string, Buffer> = {};
    for (const entry of readdirSync(join(dir, ulid), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      files[path.slice(join(dir, ulid).length + 1)] = readFileSync(path);
    }
    const meta = files['meta.json'].toString();
    files['meta.json'] = Buffer.from(meta.replaceAll(ulid, 'ULID'));
    return { files, minTime: (JSON.parse(meta) as { minTime: number }).minTime };
  });
  return blocks.sort((a, b) => a.minTime - b.minTime).map(({ files }) => files);
}

const anyUlid = (text: string): string => text.replace(/^01[0-9A-Z]{24}/gm, 'ULID');

function byPromtool(input: string, args: readonly string[]): Made {
  const dir = scratchFolder();
  const argv = ['create-blocks-from', 'openmetrics', ...args, input, dir];
  const { status, stdout } = promtool('promtool', ...argv);
  return { code: Number(status), text: anyUlid(stdout), blocks: blocksOf(dir), dir };
}

async function byUs(input: string, args: readonly string[]): Promise<Made> {
  const dir = scratchFolder();
  const terminal = new CapturedTerminal();
  const argv = ['create-blocks-from', 'openmetrics', ...args, input, dir];
  const code = await run(argv, terminal);
  return { code, text: anyUlid(await terminal.text()), blocks: blocksOf(dir), dir };
}

/** Both make the same of a text; returns what we made. */
async function expectSame(text: string | Uint8Array, ...args: string[]): Promise<Made> {
  const input = join(scratchFolder(), 'in.om');
  writeFileSync(input, text);
  const wanted = byPromtool(input, args);
  const got = await byUs(input, args);
  expect(got.blocks.map((files) => Object.keys(files).sort())).toEqual(
    wanted.blocks.map((files) => Object.keys(files).sort()),
  );
  got.blocks.forEach((files, i) => {
    expect(String(files['meta.json'])).toBe(String(wanted.blocks[i]['meta.json']));
    for (const [name, bytes] of Object.entries(files)) {
      // Not toEqual, whose report on two different megabytes takes minutes.
      if (!bytes.equals(wanted.blocks[i][name])) throw new Error(`block ${i}: ${name} differs`);
    }
  });
  expect(got.text).toBe(wanted.text);
  if (got.code !== 1 || wanted.code !== 0) expect(got.code).toBe(wanted.code);
  return got;
}

/** A generator of the same numbers in [0, 1) at every run. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

type Line = (series: number, step: number) => string | null;

/** Scrapes of 20 series, one after the other; `line` gives value and time. */
function scrapes(steps: number, line: Line): string {
  const lines = ['# HELP m something', '# TYPE m gauge'];
  for (let step = 0; step < steps; step++) {
    for (let series = 0; series < 20; series++) {
      const rest = line(series, step);
      if (rest !== null) lines.push(`m{host="h-${series}",job="node"} ${rest}`);
    }
  }
  return `${lines.join('\n')}\n${EOF}`;
}

const every15s = (step: number): number => START + 15 * step;

/** Six hours and more of each. */
const SHAPES: Readonly<Record<string, () => string>> = {
  regular: () => scrapes(1500, (series, step) => `${series * step} ${every15s(step)}`),
  constant: () => scrapes(1500, (_, step) => `1 ${every15s(step)}`),
  jittered: () => {
    const random = noise(1);
    return scrapes(1500, (series, step) => {
      const value = (series + Math.sin(step / 50) + random()).toFixed(2);
      return `${value} ${(every15s(step) + random() / 15).toFixed(3)}`;
    });
  },
  random: () => {
    const random = noise(2);
    return scrapes(1000, (_, step) => `${random() * 10 ** (step % 40)} ${every15s(step)}`);
  },
  dense: () => {
    const random = noise(3);
    return scrapes(900, (series, step) => `${random()} ${START + (step * (series + 1)) / 10}`);
  },
  churn: () =>
    scrapes(1500, (series, step) =>
      (step + 100 * series) % 700 < 200 ? `${step} ${every15s(step)}` : null,
    ),
  sparse: () => scrapes(30, (series, step) => `${step} ${START + 5000 * step + series}`),
  negative: () => scrapes(1500, (_, step) => `${step} ${15 * step - 14_400}`),
  bursts: () => {
    const random = noise(4);
    const time = (step: number): number => START + (step < 31 ? step * 60 : 1800 + step / 100);
    return scrapes(900, (_, step) => `${Math.floor(3 * random())} ${time(step)}`);
  },
};

describePeers('blocks of OpenMetrics text', ['promtool', 'promtool-2.42'], () => {
  describe.each(Object.keys(SHAPES))('%s', (shape) => {
    it('are those of promtool', async () => {
      const { code, blocks } = await expectSame(SHAPES[shape]());
      expect(code).toBe(0);
      expect(blocks.length).toBeGreaterThan(0);
    });
  });

  it.each(['1h', '5h', '6h', '7h', '24h', '100h', '0'])(
    'of at most %s are those of promtool',
    async (duration) => {
      await expectSame(SHAPES.jittered(), '--max-block-duration', duration, '-r');
    },
  );

  it.each([
    [['--label', 'x=1', '--label', 'b=z']],
    [['--label', 'b=']],
    [['--label', '__name__=renamed', '--label', 'é f=☀']],
    [['--label', 'colon:x=1', '-q']],
  ])('with labels, %j, are those of promtool', async (args) => {
    await expectSame(`a{b="1",c="2"} 1 1\na{b="2"} 1 2\na 1 3\n{"x y"} 1 1\n${EOF}`, ...args);
  });

  it('a text that is sorted by series gives the same as scrapes do', async () => {
    const lines = SHAPES.random().split('\n').slice(2, -2);
    const key = (line: string): string => line.slice(0, line.indexOf(' '));
    const bySeries = lines.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
    await expectSame(`${bySeries.join('\n')}\n${EOF}`);
  });

  it.each(Object.entries(accepted()))('%s: the same', async (_, text) => {
    expect((await expectSame(text)).code).toBe(0);
  });

  it.each(Object.entries(refused()))('%s: refused by both', async (_, text) => {
    expect((await expectSame(text)).code).toBe(1);
  });

  it('what promtool loses before its first block is lost, but told', async () => {
    const { code, blocks } = await expectSame(
      `a 1 -7200.001\na 2 -7200\na 3 -1\na 4 0\na 5 7199.999\na 6 7200\n${EOF}`,
    );
    expect([code, blocks.length]).toEqual([1, 3]);
  });

  describe.each(['promtool', 'promtool-2.42'] as const)('for %s', (name) => {
    it('they hold what went in', async () => {
      const { dir } = await expectSame(SHAPES.churn());
      mkdirSync(join(dir, 'wal'));
      const listed = promtool(name, 'list', dir).stdout.trimEnd().split('\n').slice(1);
      expect(listed.map((line) => line.split(/\s+/).slice(3, 7).join(' '))).toEqual(
        (await ourList(dir)).map((line) => line.split(/\s+/).slice(3, 7).join(' ')),
      );
      const samples = promtool(name, 'dump', dir).stdout.trimEnd().split('\n');
      expect(samples).toHaveLength(SHAPES.churn().split('\n').length - 4);
    });
  });

  describeShared("Prometheus' own round trip", () => {
    it('comes back as it went in', async () => {
      const text = readFileSync(
        shared('conformance/promtool/dump-openmetrics-roundtrip-test.prom'),
        'utf8',
      );
      const { dir } = await expectSame(text);
      mkdirSync(join(dir, 'wal'));
      expect(promtool('promtool', 'dump-openmetrics', dir).stdout).toBe(text);
      const terminal = new CapturedTerminal();
      await run(['dump-openmetrics', dir], terminal);
      expect(await terminal.text()).toBe(text);
    });
  });
});

async function ourList(dir: string): Promise<string[]> {
  const terminal = new CapturedTerminal();
  await run(['list', dir], terminal);
  return (await terminal.lines()).slice(1);
}

/** 5,000 samples: what comes behind them is in another commit. */
function aCommit(): string {
  return Array.from({ length: 5000 }, (_, i) => `b ${i} ${i}`).join('\n');
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function accepted(): Record<string, string | Uint8Array> {
  const long = 'x'.repeat(1_500_000);
  return {
    'nothing at all': EOF,
    'no end of the last line': 'a 1 1\n# EOF',
    'special values': `a NaN 1\na +Inf 2\na -Inf 3\na -0 4\na 0 5\na 5e-324 6\na nan 7\na 1e308 8\n${EOF}`,
    numbers: `a .5 1\na 1. 2\na +1 3\na 1E5 4\na 1e-400 5\na 123456789012345678901234567890 6\n${EOF}`,
    times: `a 1 1.001\na 1 12.0019\na 1 13.9999\na 1 1700000000.123\na 1 1.7e9\na 1 1e10\n${EOF}`,
    'times around zero': `a 1 -0.0005\na 2 0.0005\na 3 0.001\n${EOF}`,
    'what is late in its commit': `a 1 10\na 2 5\na 3 11\na 3 11\na 4 11\nb 1 20\nb 1 9\n${EOF}`,
    'what is late in the second commit': `${aCommit()}\na 1 20\na 1 25\na 1 22\na 1 26\n${EOF}`,
    'what was committed again': `${aCommit()}\nb 4999 4999\nb 1 5001\n${EOF}`,
    'slices from the last to the first': `a 1 20000\na 1 10000\na 1 1\n${EOF}`,
    'a slice far away': `a 1 1\na 1 4000000000\n${EOF}`,
    'labels in any order': `a{b="1",c="2"} 1 1\na{c="2",b="1",} 2 2\na{} 1 3\na 1 4\na{d=""} 1 5\n${EOF}`,
    escapes: `a{b="x\\"y\\\\z\\nq\\tr"} 1 1\n{"a\\"b\\\\c\\nd","e\\"f"="g"} 1 1\n${EOF}`,
    'names of all scripts': `{"metric with space","label é"="Zürich ☀ 😀"} 1 1\n{c="d","x y"} 1 2\n${EOF}`,
    'names with line ends': `{"a\nb"} 1 1\n{"a\nb"} 1 2\nc 1 1\n${EOF}`,
    'names that are no UTF-8': latin1(`{"a","b\xff\xfe"="1"} 1 1\n{"a","b\xc3"="1"} 1 1\n${EOF}`),
    'empty labels': `a{b="",b="2",c="3"} 1 1\n{"",a="b"} 1 1\n${EOF}`,
    'zero bytes': latin1(
      `# HELP a x\0y\n\0\0a{b="x\0y"} 1 1\na{b="x\0y"} 1 2\na{b="x"\0} 1 1\n# E\0OF\n`,
    ),
    exemplars: `a{le="1"} 1 1 # {t="x y"} 0.5 1\na{le="1"} 1 2 # {t="x",} 0.5\na 1 3 # {} 1\n${EOF}`,
    'created series': `# TYPE a counter\na_total 1 1\na_created 1 1\n${EOF}`,
    bounds: `# TYPE a histogram\n${[
      '1',
      '1.0',
      '+Inf',
      '1000000',
      '123456',
      '0.00001',
      'x',
      '-0',
      'nan',
      '1e999',
      '2.50',
      '12345678901234567890',
      '99999.5',
    ]
      .map((bound, i) => `a{le="${bound}"} ${i} ${i}\n`)
      .join('')}# TYPE b summary\na{quantile="1"} 1 1\na{le="1"} 9 9\n${EOF}`,
    'long lines': `# HELP a ${long}\na{b="${long}"} 1 1\na{b="${long}"} 2 2\n${EOF}`,
  };
}

function refused(): Record<string, string | Uint8Array> {
  return {
    'an empty file': '',
    'no end': 'a 1 1\n',
    'half a line': 'a{b="1"} 1',
    'data behind the end': 'a 1 1\n# EOF\nb 1 1\n',
    'an empty line': `a 1 1\n\n${EOF}`,
    'a comment': `# hello\na 1 1\n${EOF}`,
    'no timestamp': `a 1 1\na 1\n${EOF}`,
    'two spaces': `a 1  2\n${EOF}`,
    'a tab': `a\t1 2\n${EOF}`,
    CRLF: 'a 1 1\r\n# EOF\r\n',
    'a hexadecimal number': `a 0x1p4 1\n${EOF}`,
    'a number with a sign and no value': `a +NaN 1\n${EOF}`,
    'a number that is too large': `a 1e999 1\n${EOF}`,
    'a time that is none': `a 1 NaN\n${EOF}`,
    'an unknown type': `# TYPE a thing\n${EOF}`,
    'another unit': `# UNIT a seconds\n${EOF}`,
    'help that is no UTF-8': latin1(`# HELP a \xff\n${EOF}`),
    'a value that is no UTF-8': latin1(`a{b="\xff"} 1 1\n${EOF}`),
    'a label twice': `a{b="1",b="2"} 1 1\n${EOF}`,
    'a name in two places': `a{__name__="b"} 1 1\n${EOF}`,
    'no name': `{a="b"} 1 1\n${EOF}`,
    'an empty label name': `{"a",""="b"} 1 1\n${EOF}`,
    'no label at all': `{""} 1 1\n${EOF}`,
    'a line end in a value': `a{b="x\ny"} 1 1\n${EOF}`,
    'a zero byte in a number': `a 1\0 1\n${EOF}`,
    'a bad exemplar': `a 1 1 # {t="x"}\n${EOF}`,
    'what is early against a commit': `${aCommit()}\nb 1 5\n${EOF}`,
    'what is different from a commit': `${aCommit()}\nb 1 4999\n${EOF}`,
    // The slices before the one that fails stay, with both.
    'the second of three slices': `a 1 1\na 1 20000\n${aCommit().replace(/ (\d+)$/gm, (_, time) => ` ${7200 + Number(time)}`)}\nb 1 7201\n${EOF}`,
  };
}
