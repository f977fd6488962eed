import { join } from 'node:path';
import { analyze, type AnalyzeFlags } from '../../cli/analyze.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { fixtureData, FIXTURES, fixtureText, isBy314 } from '../support/fixtures.js';
import { scratchFolder } from '../support/scratch.js';
import { describeShared } from '../support/shared.js';

jest.setTimeout(60_000);

const SMALL = join(__dirname, '../fixtures/small');
const LIMIT = 20;
/** promtool prints the ties of these in the order of a Go map. */
const UNORDERED = [
  'Label pairs most involved in churning:',
  'Label names most involved in churning:',
  'Most common label pairs:',
];

async function analyzed(
  dir: string,
  flags: Partial<AnalyzeFlags> = {},
  block?: string,
): Promise<string> {
  const terminal = new CapturedTerminal();
  expect(await analyze(dir, block, { limit: LIMIT, ...flags }, terminal)).toBe(0);
  return terminal.text();
}

/** The paragraphs by their first line. */
function sections(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const paragraph of text.trimEnd().split('\n\n')) {
    const [title, ...lines] = paragraph.split('\n');
    found.set(title, lines);
  }
  return found;
}

/** `value name`, split. */
function entries(lines: readonly string[]): { value: string; line: string }[] {
  return lines.map((line) => ({ value: line.slice(0, line.indexOf(' ')), line }));
}

/** Equal up to ties: the same values, and of each value the names that `all` has. */
function expectSameUpToTies(got: readonly string[], want: readonly string[], all: string[]): void {
  expect(entries(got).map(({ value }) => value)).toEqual(entries(want).map(({ value }) => value));
  const candidates = new Set(all);
  expect(want.filter((line) => !candidates.has(line))).toEqual([]);
  // Of a value that the limit does not cut, all names are there.
  const cut = want.length === LIMIT ? entries(want).at(-1)?.value : undefined;
  const whole = (lines: readonly string[]): string[] =>
    entries(lines)
      .filter(({ value }) => value !== cut)
      .map(({ line }) => line)
      .sort();
  expect(whole(got)).toEqual(whole(want));
}

/** 2.42 had another word for the block's series. */
function normalized(text: string): string {
  return text.replace(/^Series: /m, 'Total Series: ');
}

describeShared('analyze prints what promtool printed', () => {
  for (const name of FIXTURES.filter((fixture) => fixture !== 'snapshot-stopped')) {
    it.each(['mmap', 'pread'] as const)(`of ${name}, with --io %s`, async (io) => {
      const dir = fixtureData(name);
      const wanted = normalized(fixtureText(name, 'analyze.txt'));
      // 2.42 took the last block by min time.
      const block = isBy314(name) ? undefined : /^Block ID: (.*)$/m.exec(wanted)?.[1];
      const got = sections(await analyzed(dir, { io }, block));
      const all = sections(await analyzed(dir, { io, limit: 1e9 }, block));
      const want = sections(wanted);
      expect([...got.keys()]).toEqual([...want.keys()]);
      for (const [title, lines] of want) {
        const ours = got.get(title) ?? [];
        if (UNORDERED.includes(title)) expectSameUpToTies(ours, lines, all.get(title) ?? []);
        else expect({ title, lines: ours }).toEqual({ title, lines });
      }
    });
  }

  for (const name of FIXTURES.filter(isBy314)) {
    it.each(['mmap', 'pread'] as const)(`of ${name}, extended, with --io %s`, async (io) => {
      const tail = (text: string): string => text.slice(text.indexOf('\nCompaction analysis:'));
      const got = tail(await analyzed(fixtureData(name), { io, extended: true }));
      expect(got.length).toBeGreaterThan(200);
      expect(got).toBe(tail(fixtureText(name, 'analyze-extended.txt')));
    });
  }
});

describe('analyze', () => {
  it('counts the matching series only', async () => {
    const text = await analyzed(SMALL, { match: '{__name__="rw_churn"}', limit: 3 });
    expect(text).toContain('\nMatcher: {__name__="rw_churn"}\n');
    expect(text).toMatch(
      /\nMatched series: (\d+)\n[^]*Most common label pairs:\n\1 __name__=rw_churn/,
    );
  });

  it('takes the block that is named', async () => {
    const terminal = new CapturedTerminal();
    await analyze(SMALL, '01M82XPDDWV9ZH2ZB9XFH3VDGZ', { limit: 1 }, terminal);
    expect((await terminal.lines()).slice(0, 3)).toEqual([
      'Block ID: 01M82XPDDWV9ZH2ZB9XFH3VDGZ',
      'Duration: 6m0s',
      'Total Series: 6',
    ]);
  });

  it('as JSON cuts the lists and has the chunk histograms', async () => {
    const text = await analyzed(SMALL, { json: true, limit: 2, extended: true });
    const json = JSON.parse(text) as {
      commonPairs: unknown[];
      chunks: { count: number; floatSamples: { min: number; buckets: { count: number }[] } };
    };
    expect(json.commonPairs).toHaveLength(2);
    expect(json.chunks.floatSamples.min).toBeGreaterThan(0);
    const counted = json.chunks.floatSamples.buckets.reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBeLessThanOrEqual(json.chunks.count);
    expect(counted).toBeGreaterThan(0);
  });

  it('says what is wrong with a block or a directory', async () => {
    const run = (dir: string, ulid?: string): Promise<number> =>
      analyze(dir, ulid, { limit: 1 }, new CapturedTerminal());
    await expect(run(SMALL, '01ABC')).rejects.toThrow('invalid block ID 01ABC');
    await expect(run(scratchFolder())).rejects.toThrow('no blocks found');
    await expect(run(join(scratchFolder(), 'none'))).rejects.toThrow('no such file or directory');
    await expect(run(join(SMALL, 'wal/00000007'))).rejects.toThrow('not a directory');
  });
});
