/** Blocks that we write: Prometheus' own tools, of today and of 2.42, find in them what we put there. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { blockFiles } from '../../bench/support/block-files.js';
import { cloneBlock, numberedUlid, writeFleetBlock } from '../../bench/support/data-directories.js';
import { fleetLabels } from '../../bench/support/series-data.js';
import { BlockWriter, symbolsOf } from '../../compact/block-writer.js';
import { Columns } from '../../model/columns.js';
import { Labels } from '../../model/labels.js';
import { openReadOnly } from '../../tsdb/db.js';
import { describePeers, peer } from '../support/peers.js';
import { scratchFolder } from '../support/scratch.js';

const OUTPUT_BYTES_MAX = 2 ** 30;

/** A data directory with a log, though an empty one: promtool insists. */
function dataDirectory(): string {
  const dir = scratchFolder();
  mkdirSync(join(dir, 'wal'));
  return dir;
}

describePeers('a block that we wrote', ['promtool', 'promtool-2.42'], () => {
  describe.each(['promtool', 'promtool-2.42'] as const)('for %s', (name) => {
    function promtool(...args: string[]): string {
      const { status, stdout, stderr } = spawnSync(peer(name), ['tsdb', ...args], {
        encoding: 'utf8',
        maxBuffer: OUTPUT_BYTES_MAX,
      });
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
      return stdout;
    }

    it('holds every sample of every series', async () => {
      const dir = dataDirectory();
      writeFleetBlock(dir, 0, { labels: fleetLabels(300), chunksPerSeries: 4 });
      const wanted: string[] = [];
      const db = await openReadOnly(dir);
      for await (const { labels, samples } of db.select([])) {
        const names = [...labels].map(([label, value]) => `${label}="${value}"`).join(', ');
        for (let row = 0; row < samples.count; row++) {
          wanted.push(`{${names}} ${samples.values[row]} ${samples.times[row]}`);
        }
      }
      await db.close();
      const lines = promtool('dump', dir).trimEnd().split('\n').map(withPlainValue);
      expect(lines).toHaveLength(300 * 4 * 120);
      expect(lines.sort()).toEqual(wanted.sort());
    });

    it('shows its counts', () => {
      const dir = dataDirectory();
      writeFleetBlock(dir, 0, { labels: fleetLabels(300), chunksPerSeries: 4 });
      const listed = promtool('list', dir).split('\n')[1].split(/\s+/);
      expect(listed[0]).toBe(numberedUlid(0));
      expect(listed.slice(4, 7)).toEqual([String(300 * 4 * 120), String(300 * 4), '300']);
      expect(promtool('analyze', dir)).toMatch(/^Total Series: 300$|^Series: 300$/m);
    });

    it('is listed once for each of its clones', () => {
      const dir = scratchFolder();
      const block = writeFleetBlock(dir, 0, { labels: fleetLabels(20), chunksPerSeries: 1 });
      const clones = join(scratchFolder(), 'clones');
      cloneBlock(block, clones, 5);
      mkdirSync(join(clones, 'wal'));
      const names = promtool('list', clones).trimEnd().split('\n').slice(1);
      expect(names.map((line) => line.split(/\s+/)[0])).toEqual([0, 1, 2, 3, 4].map(numberedUlid));
    });

    it('keeps labels of every script, and special values', () => {
      const dir = dataDirectory();
      const ulid = numberedUlid(7);
      const labels = Labels.from({ __name__: 'temperature', place: 'Zürich "am See"\n☀' });
      const range = { ulid, minTime: 0, maxTime: 1000 };
      const writer = new BlockWriter(blockFiles(join(dir, ulid)), range, symbolsOf([labels]));
      const samples = new Columns();
      samples.times.set([1, 2, 3, 4]);
      samples.values.set([-0, Infinity, NaN, 5e-324]);
      samples.count = 4;
      writer.writeSamples(labels, samples);
      writer.finish();
      const series = '{__name__="temperature", place="Zürich \\"am See\\"\\n☀"}';
      const values = ['-0 1', '+Inf 2', 'NaN 3', '5e-324 4'];
      expect(promtool('dump', dir)).toBe(`${values.map((text) => `${series} ${text}\n`).join('')}`);
    });
  });
});

/** A dumped line with its value as JavaScript prints it. */
function withPlainValue(line: string): string {
  const [series, value, time] = line.split(/(?<=\}) | (?=\d+$)/);
  return `${series} ${Number(value)} ${time}`;
}
