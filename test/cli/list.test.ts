import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { blockTable, list } from '../../cli/list.js';
import type { BlockInfo } from '../../tsdb/db.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { fixtureBytes, fixtureData, FIXTURES } from '../support/fixtures.js';
import { scratchFolder } from '../support/scratch.js';
import { describeShared } from '../support/shared.js';

const SMALL = join(__dirname, '../fixtures/small');

describeShared('list prints what promtool printed', () => {
  for (const name of FIXTURES) {
    it.each(['mmap', 'pread'] as const)(`of ${name}, with --io %s`, async (io) => {
      const plain = new CapturedTerminal();
      expect(await list(fixtureData(name), { io }, plain)).toBe(0);
      expect(await plain.text()).toBe(fixtureBytes(name, 'list.txt').toString('utf8'));
      const human = new CapturedTerminal();
      await list(fixtureData(name), { io, humanReadable: true }, human);
      expect(await human.text()).toBe(fixtureBytes(name, 'list-r.txt').toString('utf8'));
    });
  }
});

describe('list', () => {
  it('as JSON has every block with its path', async () => {
    const terminal = new CapturedTerminal();
    await list(SMALL, { json: true }, terminal);
    const blocks = JSON.parse(await terminal.text()) as {
      ulid: string;
      path: string;
      stats: { numSeries: number };
      sizeBytes: number;
    }[];
    expect(blocks).toHaveLength(7);
    expect(blocks[0].path).toBe(join(SMALL, blocks[0].ulid));
    expect(blocks[0].sizeBytes).toBe(2743);
    expect(blocks[0].stats.numSeries).toBe(6);
  });

  it('leaves out a block without meta.json, warns, and fails', async () => {
    const dir = join(scratchFolder(), 'data');
    cpSync(SMALL, dir, { recursive: true });
    rmSync(join(dir, '01M83CFB14VFVT9VDJ1EFZ8FCE', 'meta.json'));
    const terminal = new CapturedTerminal();
    expect(await list(dir, {}, terminal)).toBe(1);
    expect(await terminal.lines()).toHaveLength(7);
    expect(terminal.messages).toEqual([expect.stringMatching(/^warning: .*01M83CFB14VFVT9V/)]);
  });

  it('puts blocks of equal min time in the order of their names, as Go leaves few of them', () => {
    const block = (ulid: string, minTime: number): BlockInfo => ({
      meta: {
        ulid,
        minTime,
        maxTime: minTime + 1,
        stats: {
          numSamples: 0,
          numFloatSamples: 0,
          numHistogramSamples: 0,
          numSeries: 0,
          numChunks: 0,
          numTombstones: 0,
        },
        compaction: {
          level: 1,
          sources: [],
          deletable: false,
          parents: [],
          failed: false,
          hints: [],
        },
        version: 1,
      },
      path: ulid,
      sizeBytes: 0,
    });
    const lines = blockTable([block('C', 5), block('A', 5), block('D', 1), block('B', 5)], {});
    expect(lines.slice(1).map((line) => line[0])).toEqual(['D', 'A', 'B', 'C']);
  });
});
