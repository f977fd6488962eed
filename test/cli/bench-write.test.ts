/** promtool's benchmark of writing: its load, and what it prints. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchWrite } from '../../cli/bench-write.js';
import { ArgumentError } from '../../model/errors.js';
import type { Columns } from '../../model/columns.js';
import { openReadOnly } from '../../tsdb/read-only.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { EVERY_SERIES } from '../support/databases.js';
import { scratchFile, scratchFolder } from '../support/scratch.js';

const SERIES =
  '{"__name__":"up","job":"a"}\n{"job":"b","__name__":"up"}\n{"__name__":"up","job":"a"}\n';

describe('bench write', () => {
  it('writes hundreds of scrapes of lock-step values, and prints as promtool does', async () => {
    const file = scratchFile(Buffer.from(SERIES), 'series.json');
    const out = join(scratchFolder(), 'out');
    const terminal = new CapturedTerminal();
    const flags = { out, metrics: 10, scrapes: 101 };
    expect(await benchWrite(file, flags, terminal)).toBe(0);
    const lines = (await terminal.lines()).map((line) => line.replaceAll(/[\d.]+(m?s)?$/g, 'N'));
    expect(lines).toEqual([
      '>> start stage=readData',
      '>> completed stage=readData duration=N',
      '>> start stage=ingestScrapes',
      'ingestion completed',
      '>> completed stage=ingestScrapes duration=N',
      ' > total samples: N',
      ' > samples/sec: N',
      '>> start stage=stopStorage',
      '>> completed stage=stopStorage duration=N',
    ]);
    const db = await openReadOnly(join(out, 'storage'));
    const samples: Columns[] = [];
    for await (const series of db.select(EVERY_SERIES)) samples.push(series.samples);
    await db.close();
    expect(samples.map(({ count }) => count)).toEqual([200, 200]);
    const [{ times, values }] = samples;
    expect([times[0], times[1], times[100], times[199]]).toEqual([30e3, 60e3, 3030e3, 6000e3]);
    expect([values[0], values[99], values[100]]).toEqual([123457789, 123556789, 123457789]);
  });

  it('removes what it made before, and nothing else', async () => {
    const file = scratchFile(Buffer.from(SERIES), 'series.json');
    const out = scratchFolder();
    const flags = { out, metrics: 1, scrapes: 1, fsync: true };
    await benchWrite(file, flags, new CapturedTerminal());
    await benchWrite(file, flags, new CapturedTerminal());
    writeFileSync(join(out, 'mine'), '');
    await expect(benchWrite(file, flags, new CapturedTerminal())).rejects.toThrow(ArgumentError);
    expect(existsSync(join(out, 'storage'))).toBe(true);
  });
});
