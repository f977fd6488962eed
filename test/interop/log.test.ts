/**
 * Logs and head chunk files that we write, read by Prometheus 3.14 and 2.42; and the bytes of our
 * framing beside theirs.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeadChunkWriter } from '../../chunks/head-chunk-writer.js';
import { HEAD_CHUNKS_HEADER_BYTES } from '../../chunks/head-chunks.js';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { CUSTOM_BUCKETS_SCHEMA } from '../../model/histogram.js';
import { atOnce } from '../../model/steps.js';
import { listLog } from '../../wal/checkpoint.js';
import { planCheckpoint, writeCheckpoint } from '../../wal/checkpoint-writer.js';
import { PAGE_BYTES, segmentName } from '../../wal/format.js';
import { FrameBuffer } from '../../wal/frame-buffer.js';
import type { WalCompression } from '../../wal/log.js';
import { WalReader } from '../../wal/reader.js';
import { checkAndRepairLog } from '../../wal/repair.js';
import { openLog, SEGMENT_BYTES_DEFAULT } from '../../wal/writer.js';
import { headChunkFile, records } from '../support/data-directory.js';
import { histogramOf } from '../support/histograms.js';
import { describePeers, type Peer, peer } from '../support/peers.js';
import { freePort, Program } from '../support/programs.js';
import { query } from '../support/prometheus.js';
import { goldenRecord } from '../support/record-vectors.js';
import { scratchFolder } from '../support/scratch.js';

const disk = new NodeWritableDisk();
const SERIES = 50;
const SCRAPES = 200;
/** Both servers of a directory are to take it for recent. */
const START = Date.now() - 3_600_000;

function run(program: Peer, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(peer(program), args, {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** What promtool prints of a copy of `dir`, sorted. */
function dump(program: Peer, dir: string, ...args: string[]): string[] {
  const copy = join(scratchFolder(), 'data');
  cpSync(dir, copy, { recursive: true });
  return run(program, ['tsdb', 'dump', ...args, copy])
    .trimEnd()
    .split('\n')
    .sort();
}

/** `{__name__="m", i="…"} value time` of every sample, sorted. */
function expected(from = 0): string[] {
  const lines: string[] = [];
  for (let i = 1; i <= SERIES; i++) {
    for (let j = from; j < SCRAPES; j++) {
      lines.push(`{__name__="m", i="${i}"} ${i * j} ${START + j * 1000}`);
    }
  }
  return lines.sort();
}

/** A data directory whose log holds fifty series and two hundred scrapes. */
async function writeDirectory(compression: WalCompression): Promise<string> {
  const dir = scratchFolder();
  mkdirSync(join(dir, 'wal'));
  const log = await openLog(disk, join(dir, 'wal'), { compression, segmentBytes: PAGE_BYTES });
  const refs = Array.from({ length: SERIES }, (_, i) => i + 1);
  log.add(
    records.series(
      ...refs.map((ref): [number, Record<string, string>] => [
        ref,
        { __name__: 'm', i: String(ref) },
      ]),
    ),
  );
  for (let j = 0; j < SCRAPES; j++) {
    const time = START + j * 1000;
    log.add(records.samples(...refs.map((ref) => [ref, time, ref * j] as const)));
    if (j % 7 === 0) await log.flush();
    if (j % 35 === 34) {
      await log.flush();
      await log.cut();
    }
  }
  await log.flush();
  await log.close();
  return dir;
}

describePeers('a log that we wrote', ['promtool', 'promtool-2.42'], () => {
  it.each([
    ['none', 'promtool'],
    ['snappy', 'promtool'],
    ['zstd', 'promtool'],
    ['none', 'promtool-2.42'],
    ['snappy', 'promtool-2.42'],
  ] as const)('with compression %s is read by %s', async (compression, program) => {
    const dir = await writeDirectory(compression);
    expect(readdirSync(join(dir, 'wal')).length).toBeGreaterThan(1);
    expect(dump(program, dir)).toEqual(expected());
  });

  it.each(['promtool', 'promtool-2.42'] as const)(
    'and that was repaired is read by %s up to the damage',
    async (program) => {
      const dir = await writeDirectory('none');
      const path = join(dir, 'wal', segmentName(1));
      const bytes = readFileSync(path);
      bytes[20_000] ^= 1;
      writeFileSync(path, bytes);
      const [problem] = atOnce(checkAndRepairLog(disk, join(dir, 'wal'), Date.now()));
      expect(problem.message).toContain('later segments');
      const lines = dump(program, dir);
      expect(lines.length).toBeGreaterThan(1000);
      expect(lines.length).toBeLessThan(expected().length);
      const known = new Set(expected());
      expect(lines.filter((line) => !known.has(line))).toEqual([]);
    },
  );

  it.each(['promtool', 'promtool-2.42'] as const)(
    'and that begins with a checkpoint is read by %s',
    async (program) => {
      for (const compression of ['none', 'snappy'] as const) {
        const dir = await writeDirectory(compression);
        const wal = join(dir, 'wal');
        const last = planCheckpoint(listLog(disk, wal));
        expect(last).not.toBeNull();
        const minTime = START + 100_000;
        await writeCheckpoint(disk, wal, {
          last: last ?? 0,
          keep: () => true,
          minTime,
          compression,
        });
        expect(existsSync(join(wal, segmentName(0)))).toBe(false);
        expect(dump(program, dir, `--min-time=${minTime}`)).toEqual(expected(100));
      }
    },
  );
});

/** A histogram record of a type, with a sample each of series `ref` at five times. */
function histogramRecord(type: number, ref: number): Uint8Array {
  const isFloat = [8, 10, 13].includes(type);
  const isCustom = [9, 10].includes(type);
  const entries = Array.from({ length: 5 }, (_, i) => ({
    ref,
    time: START + 20_000 * i,
    startTime: type > 10 ? START : 0,
    histogram: histogramOf({
      isFloat,
      schema: isCustom ? CUSTOM_BUCKETS_SCHEMA : 1,
      count: 3 + i,
      sum: 7.5,
      positiveSpans: [{ offset: 0, length: 2 }],
      positiveBuckets: Float64Array.of(1 + i, 2),
      customValues: isCustom ? Float64Array.of(0.5, 1) : new Float64Array(0),
    }),
  }));
  return records.histograms(type, ...entries);
}

describePeers('a checkpoint of records of every type', ['promtool'], () => {
  it('says to 3.14 what the segments said', async () => {
    const types = [7, 8, 9, 10, 12, 13];
    const dir = scratchFolder();
    const wal = join(dir, 'wal');
    mkdirSync(wal);
    const log = await openLog(disk, wal);
    log.add(
      records.series(
        ...types.map((type): [number, Record<string, string>] => [type, { __name__: `h${type}` }]),
        ...[300, 301, 302].map((ref): [number, Record<string, string>] => [
          ref,
          { __name__: `golden_${ref}` },
        ]),
      ),
    );
    for (const type of types) {
      log.add(histogramRecord(type, type));
      await log.flush();
      await log.cut();
    }
    // Samples, tombstones, exemplars, metadata, samples with start times.
    for (const type of [2, 3, 4, 6, 11]) log.add(goldenRecord(type));
    await log.flush();
    for (let i = 0; i < 6; i++) await log.cut();
    await log.close();
    const minTime = START + 40_000;
    const all = dump('promtool', dir);
    // 3.14 does not print the first two histograms of a series, of float ones the first.
    expect(all).toHaveLength(7 * (types.length / 2) + 2);
    const last = planCheckpoint(listLog(disk, wal)) ?? 0;
    expect(last).toBeGreaterThanOrEqual(types.length);
    await writeCheckpoint(disk, wal, { last, keep: () => true, minTime: 0 });
    expect(dump('promtool', dir)).toEqual(all);
    const again = await openLog(disk, wal);
    for (let i = 0; i < 4; i++) await again.cut();
    await again.close();
    const next = planCheckpoint(listLog(disk, wal)) ?? 0;
    await writeCheckpoint(disk, wal, { last: next, keep: (ref) => ref < 300, minTime });
    const recent = all.filter((line) => Number(line.split(' ').at(-1)) >= minTime);
    const lines = dump('promtool', dir);
    expect(lines).toHaveLength(3 * (types.length / 2));
    expect(lines.filter((line) => !recent.includes(line))).toEqual([]);
  });
});

describePeers('head chunk files that we wrote', ['promtool', 'promtool-2.42'], () => {
  it.each(['promtool', 'promtool-2.42'] as const)(
    'need no zeros at their end for %s',
    async (program) => {
      const dir = scratchFolder();
      mkdirSync(join(dir, 'wal'));
      mkdirSync(join(dir, 'chunks_head'));
      const log = await openLog(disk, join(dir, 'wal'));
      log.add(records.series([1, { __name__: 'm', i: '1' }], [2, { __name__: 'm', i: '2' }]));
      await log.flush();
      await log.close();
      const writer = new HeadChunkWriter(disk, join(dir, 'chunks_head'));
      const times = Array.from({ length: 120 }, (_, i) => START + i * 1000);
      const lines: string[] = [];
      for (const seriesRef of [1, 2]) {
        const { bytes } = headChunkFile({ seriesRef, times, value: seriesRef });
        writer.append(bytes.subarray(HEAD_CHUNKS_HEADER_BYTES), times[119]);
        writer.cutFile();
        lines.push(...times.map((time) => `{__name__="m", i="${seriesRef}"} ${seriesRef} ${time}`));
      }
      await writer.close();
      expect(readdirSync(join(dir, 'chunks_head'))).toEqual(['000001', '000002']);
      expect(dump(program, dir)).toEqual(lines.sort());
    },
  );
});

describePeers('a server', ['prometheus', 'prometheus-2.42'], () => {
  it.each(['prometheus', 'prometheus-2.42'] as const)(
    '(%s) goes on in a repaired log, and leaves alone what was set aside',
    async (program) => {
      const dir = await writeDirectory('none');
      const wal = join(dir, 'wal');
      const bytes = readFileSync(join(wal, segmentName(2)));
      bytes[20_000] ^= 1;
      writeFileSync(join(wal, segmentName(2)), bytes);
      const kept = Math.floor(atOnce(checkAndRepairLog(disk, wal, Date.now())).length);
      expect(kept).toBe(1);
      const aside = readdirSync(wal).find((name) => name.startsWith('corrupt-')) ?? '';
      const files = readdirSync(join(wal, aside));
      const config = join(scratchFolder(), 'prometheus.yml');
      writeFileSync(config, 'scrape_configs: []\n');
      const address = `127.0.0.1:${await freePort()}`;
      const server = new Program(peer(program), [
        `--config.file=${config}`,
        `--storage.tsdb.path=${dir}`,
        `--web.listen-address=${address}`,
      ]);
      await server.ready(`http://${address}/-/ready`);
      const [answer] = await query(`http://${address}`, 'm{i="7"}[2h]', START + 3_600_000);
      expect(answer.values?.length).toBeGreaterThan(50);
      await server.end('SIGTERM');
      expect(readdirSync(join(wal, aside))).toEqual(files);
      expect(readdirSync(wal)).toContain(segmentName(2));
    },
  );
});

describePeers('the framing of records', ['promtool'], () => {
  it('is that of Prometheus, byte for byte', () => {
    const input = join(scratchFolder(), 'series.json');
    const out = join(scratchFolder(), 'out');
    const series = Array.from({ length: 3000 }, (_, i) =>
      JSON.stringify({ __name__: 'a_metric', instance: `10.0.0.${i}`, job: 'job' }),
    );
    writeFileSync(input, `${series.join('\n')}\n`);
    run('promtool', [
      'tsdb',
      'bench',
      'write',
      `--out=${out}`,
      '--metrics=3000',
      '--scrapes=4500',
      input,
    ]);
    const wal = join(out, 'storage', 'wal');
    const { segments } = listLog(disk, wal);
    expect(segments.length).toBeGreaterThan(1);
    const reader = new WalReader(disk, segments);
    const frames = new FrameBuffer(SEGMENT_BYTES_DEFAULT, null);
    frames.begin(0);
    while (reader.next()) frames.add(reader.record);
    const parts = frames.parts();
    expect(parts).toHaveLength(segments.length);
    for (const [i, { path }] of segments.entries()) {
      const theirs = readFileSync(path);
      const length = i < parts.length - 1 ? theirs.length : parts[i].length;
      expect(parts[i]).toHaveLength(length);
      // Prometheus fills the last page of the last segment when it closes.
      expect(Buffer.compare(theirs.subarray(0, length), parts[i])).toBe(0);
      expect(theirs.subarray(length).every((byte) => byte === 0)).toBe(true);
    }
  });
});
