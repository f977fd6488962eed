/**
 * Directories that servers just wrote, stopped in each way: what promtool 3.14 prints of them, our
 * commands print, byte for byte.
 */
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describePeers, peer } from '../support/peers.js';
import { until } from '../support/programs.js';
import {
  blocksIn,
  startExporter,
  startPrometheus,
  VARIANTS,
  writeBySender,
} from '../support/prometheus.js';
import { scratchFolder } from '../support/scratch.js';

const CLI = resolve(__dirname, '../../dist/cli/main.js');

/** Each variant, and how its server ends: some leave a torn log. */
const ENDS = VARIANTS.flatMap((variant) => [
  { variant, signal: 'SIGTERM' as const, name: `${variant.name}, ended by SIGTERM,` },
  { variant, signal: 'SIGKILL' as const, name: `${variant.name}, killed,` },
]);

const MATCH = ['--match={job="sender"}', '--match={__name__=~"up|go_goroutines"}'];
/** Our words and promtool's; `dump` without a time would be of all times in both. */
const COMMANDS: readonly (readonly [ours: readonly string[], promtool: readonly string[]])[] = [
  [['list'], ['tsdb', 'list']],
  [
    ['list', '-r'],
    ['tsdb', 'list', '-r'],
  ],
  [['analyze'], ['tsdb', 'analyze']],
  [
    ['analyze', '--extended'],
    ['tsdb', 'analyze', '--extended'],
  ],
  [['dump'], ['tsdb', 'dump']],
  [
    ['dump', ...MATCH],
    ['tsdb', 'dump', ...MATCH],
  ],
  [
    ['dump', '--format=seriesjson'],
    ['tsdb', 'dump', '--format=seriesjson'],
  ],
  [
    ['dump-openmetrics', '--match={job="sender"}'],
    ['tsdb', 'dump-openmetrics', '--match={job="sender"}'],
  ],
];

function output(program: string, args: readonly string[], dir: string): string {
  const { status, stdout, stderr } = spawnSync(program, [...args, dir], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

describePeers(
  'promtool and we, of a directory',
  ['prometheus', 'promtool', 'prometheus-2.42', 'node-exporter'],
  () => {
    const dirs = new Map<string, string>();

    beforeAll(async () => {
      const targets = [await startExporter()];
      const servers = [];
      for (const { variant, signal, name } of ENDS) {
        const server = await startPrometheus(variant, scratchFolder(), targets);
        if (targets.length === 1) targets.push(server.address);
        await writeBySender(server);
        servers.push({ server, signal, name });
      }
      for (const { server, signal, name } of servers) {
        await until('two blocks were cut', () => Promise.resolve(blocksIn(server.dir) >= 2));
        await server.program.end(signal);
        dirs.set(name, server.dir);
      }
    });

    describe.each(ENDS)('that $name left', ({ name }) => {
      it.each(COMMANDS)('print the same: %j', (ours, theirs) => {
        // Each reads its own copy: promtool makes a scratch folder in the directory.
        const dir = dirs.get(name) as string;
        const copy = join(scratchFolder(), 'data');
        cpSync(dir, copy, { recursive: true, preserveTimestamps: true });
        const want = output(peer('promtool'), theirs, copy);
        const got = output(process.execPath, [CLI, ...ours], dir);
        expect(want.length).toBeGreaterThan(100);
        expect(firstDifference(got, want)).toBeNull();
      });
    });
  },
);

/** The first line that differs, ours and theirs: whole outputs have millions. */
function firstDifference(got: string, want: string): unknown {
  if (got === want) return null;
  const [ours, theirs] = [got.split('\n'), want.split('\n')];
  const line = theirs.findIndex((text, i) => text !== ours[i]);
  return { line, ours: ours[line], theirs: theirs[line], lines: [ours.length, theirs.length] };
}
