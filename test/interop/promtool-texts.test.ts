/**
 * promtool's own expected dumps (cmd/promtool/testdata), of blocks that promtool makes from the data
 * that its tests describe.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, type DumpFlags } from '../../cli/dump.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { describePeers, peer } from '../support/peers.js';
import { scratchFolder } from '../support/scratch.js';
import { describeShared, shared } from '../support/shared.js';

const EVERYTHING = "{__name__=~'(?s:.*)'}";

/** `load 1m` of promtool's tests: values a minute apart from the epoch on. */
function loaded(series: Readonly<Record<string, readonly number[]>>): string {
  const lines = Object.entries(series).flatMap(([name, values]) =>
    values.map((value, i) => `${name} ${value} ${60 * i}`),
  );
  return `${lines.join('\n')}\n# EOF\n`;
}

const DUMP_DATA = loaded({
  'metric{foo="bar",baz="abc"}': [1, 2, 3, 4, 5],
  'heavy_metric{foo="bar"}': [5, 4, 3, 2, 1],
  'heavy_metric{foo="foo"}': [5, 4, 3, 2, 1],
});
const OPENMETRICS_DATA = loaded({
  'my_counter{foo="bar",baz="abc"}': [1, 2, 3, 4, 5],
  'my_gauge{bar="foo",abc="baz"}': [9, 8, 0, 4, 7],
});

function expected(file: string): string {
  return readFileSync(shared('conformance/promtool', file), 'utf8');
}

/** A data directory with blocks of OpenMetrics text. */
function imported(text: string): string {
  const folder = scratchFolder();
  const input = join(folder, 'input.om');
  const dir = join(folder, 'data');
  writeFileSync(input, text);
  mkdirSync(dir);
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', input, dir];
  const { status, stderr } = spawnSync(peer('promtool'), args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`promtool ended with ${status}: ${stderr}`);
  return dir;
}

async function dumped(dir: string, flags: DumpFlags): Promise<string> {
  const terminal = new CapturedTerminal();
  expect(await dump(dir, flags, terminal)).toBe(0);
  return terminal.text();
}

/** promtool's tests compare so, too. */
function sorted(text: string): string[] {
  return text.split('\n').sort();
}

describeShared("promtool's expected texts", () =>
  describePeers('of blocks by promtool', ['promtool'], () => {
    let dumpDir: string;

    beforeAll(() => {
      dumpDir = imported(DUMP_DATA);
    });

    it.each<[string, readonly string[], string, Partial<DumpFlags>]>([
      ['default match', [EVERYTHING], '1', {}],
      ['same matcher twice', ["{foo=~'.+'}", "{foo=~'.+'}"], '1', {}],
      ['no duplication', [EVERYTHING, "{baz='abc'}"], '1', {}],
      ['well merged', ["{__name__='heavy_metric'}", "{baz='abc'}"], '1', {}],
      ['multi matchers', ["{__name__='heavy_metric',foo='foo'}", "{__name__='metric'}"], '2', {}],
      ['reduced range', ["{__name__='metric'}"], '3', { minTime: 60000, maxTime: 120000 }],
    ])('%s', async (_name, match, number, range) => {
      const prom = await dumped(dumpDir, { format: 'prom', match, ...range });
      expect(sorted(prom)).toEqual(sorted(expected(`dump-test-${number}.prom`)));
      const series = await dumped(dumpDir, { format: 'seriesjson', match, ...range });
      expect(sorted(series)).toEqual(sorted(expected(`dump-series-${number}.prom`)));
    });

    it('OpenMetrics', async () => {
      const text = await dumped(imported(OPENMETRICS_DATA), { format: 'openmetrics' });
      expect(sorted(text)).toEqual(sorted(expected('dump-openmetrics-test.prom')));
    });

    it('OpenMetrics, there and back again', async () => {
      const text = expected('dump-openmetrics-roundtrip-test.prom');
      expect(await dumped(imported(text), { format: 'openmetrics' })).toBe(text);
    });
  }),
);
