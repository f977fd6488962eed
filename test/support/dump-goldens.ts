/** What promtool printed of the recorded directories, held against what `dump` prints of them. */
import { dump, type DumpFlags } from '../../cli/dump.js';
import type { IoMode } from '../../disk/disk.js';
import { CapturedTerminal } from './captured-terminal.js';
import { fixtureBytes, fixtureData, FIXTURES, isBy314 } from './fixtures.js';
import { describeShared } from './shared.js';

const BY_3_14 = FIXTURES.filter(isBy314);
const BY_2_42 = FIXTURES.filter((name) => !isBy314(name));

/** What stands beside each 3.14 fixture, and the flags that it was made with. */
const RECORDED: readonly [file: string, flags: DumpFlags][] = [
  ['dump.txt.gz', { format: 'prom' }],
  ['series.jsonl.gz', { format: 'seriesjson' }],
  [
    'dump-match.txt.gz',
    { format: 'prom', match: ['{job="rw2",__name__!~".*(hist|nhcb|latency.*)"}'] },
  ],
  [
    'dump-openmetrics.txt.gz',
    { format: 'openmetrics', match: ['{__name__=~"up|rw2?_(requests_total|special|churn)"}'] },
  ],
];

/** What a dump prints; it may neither fail nor warn. */
export async function dumped(dir: string, flags: DumpFlags): Promise<Buffer> {
  const terminal = new CapturedTerminal();
  expect(await dump(dir, flags, terminal)).toBe(0);
  expect(terminal.messages).toEqual([]);
  return terminal.bytes();
}

/** Describes the comparison of every recorded dump with ours, read in one way. */
export function describeGoldens(io: IoMode): void {
  describeShared(`dump --io ${io} prints what promtool 3.14 printed`, () => {
    for (const name of BY_3_14) {
      it.each(RECORDED)(`of ${name}: %s`, async (file, flags) => {
        const got = await dumped(fixtureData(name), { ...flags, io });
        expect(difference(got, fixtureBytes(name, file))).toBeNull();
      });
    }
  });

  describeShared(
    `dump --io ${io} prints what promtool 2.42 did, and the histograms it left out`,
    () => {
      for (const name of BY_2_42) {
        it(`of ${name}`, async () => {
          const text = await dumped(fixtureData(name), { format: 'prom', io });
          const lines = text.toString('utf8').split('\n');
          const floats = lines.filter((line) => !/\} \{count:.*\} \d+$/.test(line));
          const want = fixtureBytes(name, 'dump.txt.gz');
          expect(difference(Buffer.from(floats.join('\n')), want)).toBeNull();
        });
      }
    },
  );

  it('recorded directories were found', () => {
    expect(BY_3_14.length >= 3 || FIXTURES.length === 0).toBe(true);
    expect(BY_2_42.length >= 4 || FIXTURES.length === 0).toBe(true);
  });
}

/** Null, or the first line that differs. */
function difference(got: Buffer, want: Buffer): unknown {
  if (got.equals(want)) return null;
  const [ours, theirs] = [got, want].map((bytes) => bytes.toString('utf8').split('\n'));
  const line = ours.findIndex((text, i) => text !== theirs[i]);
  return { line, ours: ours[line], theirs: theirs[line], counts: [ours.length, theirs.length] };
}
