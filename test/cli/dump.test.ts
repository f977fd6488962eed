import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, type DumpFlags } from '../../cli/dump.js';
import { Histogram } from '../../model/histogram.js';
import { RECORD_HISTOGRAMS } from '../../wal/record.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { records, segment } from '../support/data-directory.js';
import { describeGoldens, dumped } from '../support/dump-goldens.js';
import { scratchFolder } from '../support/scratch.js';
import { describeShared, shared } from '../support/shared.js';

jest.setTimeout(120_000);

describeGoldens('mmap');

async function dumpedLines(dir: string, flags: Partial<DumpFlags> = {}): Promise<string[]> {
  const text = (await dumped(dir, { format: 'prom', ...flags })).toString('utf8');
  return text.split('\n').slice(0, -1);
}

describeShared('dump reads what is asked for', () => {
  const dir = shared('fixtures', 'small-running', 'data');

  it('several selectors are a union, in label order, each series once', async () => {
    const [a, b] = ['{__name__="rw_churn"}', '{job="rw",gen=~".+"}'];
    const lines = await dumpedLines(dir, { match: [b, a, a] });
    const both = [
      ...(await dumpedLines(dir, { match: [a] })),
      ...(await dumpedLines(dir, { match: [b] })),
    ];
    expect(new Set(lines)).toEqual(new Set(both));
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.length).toBeGreaterThan(5);
  });

  it('time bounds are inclusive', async () => {
    const all = await dumpedLines(dir, { match: ['rw_out_of_order'] });
    const times = all.map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
    const sorted = [...times].sort((x, y) => x - y);
    const [minTime, maxTime] = [sorted[10], sorted[sorted.length - 10]];
    const within = await dumpedLines(dir, { match: ['rw_out_of_order'], minTime, maxTime });
    expect(within).toEqual(all.filter((_, i) => times[i] >= minTime && times[i] <= maxTime));
    expect(within.length).toBeGreaterThan(10);
  });

  it('a range that ends before the last block does leaves the log alone, as in promtool', async () => {
    const blocksOnly = join(scratchFolder(), 'data');
    cpSync(dir, blocksOnly, {
      recursive: true,
      filter: (path) => !/\/(wal|wbl|chunks_head)$/.test(path),
    });
    const maxTime = 1795394460000;
    const got = await dumpedLines(dir, { maxTime });
    expect(got).toEqual(await dumpedLines(blocksOnly, { maxTime }));
    expect(got.length).toBeGreaterThan(1000);
  });

  it('as JSON with everything: times in ms, values as text, label sets, stale markers', async () => {
    const [line] = await dumpedLines(dir, { json: true, match: ['rw_special'] });
    const { labels, samples } = JSON.parse(line) as {
      labels: Record<string, string>;
      samples: [number, string][];
    };
    expect(labels).toEqual({ __name__: 'rw_special', job: 'rw' });
    const text = await dumpedLines(dir, { match: ['rw_special'] });
    expect(samples).toHaveLength(text.length);
    expect(text[0]).toBe(`{__name__="rw_special", job="rw"} ${samples[0][1]} ${samples[0][0]}`);
    expect(new Set(samples.map(([, value]) => value))).toContain('NaN');
  });

  it('a float behind a histogram is printed as itself', async () => {
    const lines = await dumpedMixed();
    expect(lines).toEqual([
      '{n="a"} 1 1000',
      '{n="a"} {count:2, sum:3} 1001',
      '{n="a"} NaN 1002',
      '{n="a"} NaN 1003',
      '{n="a"} -0 1004',
      '{n="a"} 0 1005',
    ]);
  });

  it('a selector that cannot be parsed is told before anything is opened', async () => {
    const flags: DumpFlags = { format: 'prom', match: ['{'] };
    await expect(dump('/nonexistent', flags, new CapturedTerminal())).rejects.toThrow(
      'parse error',
    );
  });
});

describe('dump of a damaged directory', () => {
  it('prints the rest, warns, and fails', async () => {
    const dir = join(scratchFolder(), 'data');
    cpSync(join(__dirname, '../fixtures/small'), dir, {
      recursive: true,
      filter: (path) => !path.endsWith('01M83CFB14VFVT9VDJ1EFZ8FCE/index'),
    });
    const terminal = new CapturedTerminal();
    expect(await dump(dir, { format: 'prom' }, terminal)).toBe(1);
    expect(terminal.messages).toEqual([expect.stringMatching(/^warning: .*01M83CFB14VFVT9V/)]);
    expect((await terminal.lines()).length).toBeGreaterThan(10_000);
    const quiet = new CapturedTerminal();
    expect(await dump(dir, { format: 'prom', quiet: true }, quiet)).toBe(1);
    expect(quiet.messages).toEqual([]);
  });
});

/** What is printed of a log with one series of floats and a histogram between them. */
async function dumpedMixed(): Promise<string[]> {
  const dir = join(scratchFolder(), 'data');
  mkdirSync(join(dir, 'wal'), { recursive: true });
  const bytes = segment(
    records.series([1, { n: 'a' }]),
    records.samples([1, 1000, 1]),
    records.histograms(RECORD_HISTOGRAMS, {
      ref: 1,
      time: 1001,
      startTime: 0,
      histogram: histogramOf(2, 3),
    }),
    records.samples([1, 1002, NaN], [1, 1003, NaN], [1, 1004, -0], [1, 1005, 0]),
  );
  writeFileSync(join(dir, 'wal/00000000'), bytes);
  return dumpedLines(dir);
}

function histogramOf(count: number, sum: number): Histogram {
  const none = new Float64Array(0);
  return new Histogram({
    isFloat: false,
    counterResetHint: 0,
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count,
    sum,
    positiveSpans: [],
    negativeSpans: [],
    positiveBuckets: none,
    negativeBuckets: none,
    customValues: none,
  });
}
