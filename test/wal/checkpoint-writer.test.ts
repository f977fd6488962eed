/** Checkpoints: which segments, what they hold, and that nothing is lost whenever it stops. */
import { ByteWriter } from '../../encoding/byte-writer.js';
import { CorruptionError, DiskError } from '../../model/errors.js';
import { Labels } from '../../model/labels.js';
import { listLog, type LogFiles } from '../../wal/checkpoint.js';
import {
  type CheckpointOptions,
  type CheckpointStats,
  planCheckpoint,
  writeCheckpoint,
} from '../../wal/checkpoint-writer.js';
import { segmentName } from '../../wal/format.js';
import { WalReader } from '../../wal/reader.js';
import { encodeMetadata, encodeSeries } from '../../wal/record.js';
import { SampleBatch } from '../../wal/sample-batch.js';
import { decodeSamples, encodeSamples } from '../../wal/sample-record.js';
import { SegmentBuilder } from '../support/wal-builder.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

function seriesRecord(...refs: number[]): Uint8Array {
  const out = new ByteWriter();
  encodeSeries(
    refs.map((ref) => ({ ref, labels: Labels.from({ a: String(ref) }) })),
    out,
  );
  return out.bytes();
}

function metadataRecord(ref: number, help: string): Uint8Array {
  const out = new ByteWriter();
  encodeMetadata([{ ref, type: 1, unit: '', help }], out);
  return out.bytes();
}

function samplesRecord(...rows: [ref: number, time: number][]): Uint8Array {
  const batch = new SampleBatch();
  batch.reset(rows.length);
  for (const [ref, time] of rows) batch.push(ref, time, 0, time);
  const out = new ByteWriter();
  encodeSamples(batch, out);
  return out.bytes();
}

function segmentOf(...records: Uint8Array[]): Uint8Array {
  const builder = new SegmentBuilder();
  for (const record of records) builder.add(record);
  return builder.bytes();
}

/** Five segments: two series, one of which goes; a sample of each at 10, 20, 30, 40 and 50. */
function disk(): WritableMemoryDisk {
  const made = new WritableMemoryDisk(['wal']);
  for (let i = 0; i < 5; i++) {
    const time = 10 * (i + 1);
    const records = [samplesRecord([1, time], [2, time]), metadataRecord(1, `help ${i}`)];
    if (i === 0) records.unshift(seriesRecord(1, 2));
    made.files.set(`wal/${segmentName(i)}`, segmentOf(...records));
  }
  return made;
}

const OPTIONS: CheckpointOptions = { last: 2, keep: (ref) => ref === 1, minTime: 20 };

function write(on: WritableMemoryDisk, options = OPTIONS): Promise<CheckpointStats> {
  return writeCheckpoint(on, 'wal', options);
}

/** The samples of series 1 from `minTime` on, as `time`, in the order of the log. */
function timesIn(on: WritableMemoryDisk, minTime = 20): number[] {
  const { checkpoint, segments, gaps } = listLog(on, 'wal');
  expect(gaps).toEqual([]);
  const reader = new WalReader(on, [...(checkpoint?.segments ?? []), ...segments]);
  const batch = new SampleBatch();
  const times: number[] = [];
  while (reader.next()) {
    if (reader.record[0] !== 2) continue;
    decodeSamples(reader.record, batch);
    for (let i = 0; i < batch.count; i++) {
      if (batch.refs[i] === 1 && batch.times[i] >= minTime) times.push(batch.times[i]);
    }
  }
  return times;
}

function segments(...indexes: number[]): LogFiles {
  return {
    checkpoint: null,
    segments: indexes.map((index) => ({ index, path: segmentName(index) })),
    gaps: [],
  };
}

describe('the plan', () => {
  it('is two thirds of the segments but for the newest, and two at least', () => {
    const last = (first: number, count: number): number | null =>
      planCheckpoint(segments(...Array.from({ length: count }, (_, i) => first + i)));
    expect([0, 1, 2, 3].map((count) => last(0, count))).toEqual([null, null, null, null]);
    expect(last(0, 4)).toBe(1);
    expect(last(0, 5)).toBe(2);
    expect(last(7, 4)).toBe(8);
    expect(last(7, 11)).toBe(13);
  });
});

describe('a checkpoint', () => {
  it('holds what is needed of its segments, which are gone', async () => {
    const on = disk();
    const stats = await write(on);
    expect(on.list('wal').map(({ name }) => name)).toEqual([
      '00000003',
      '00000004',
      'checkpoint.00000002',
    ]);
    expect(on.files.get('wal/checkpoint.00000002/00000000')?.length).toBe(32768);
    const reader = new WalReader(on, listLog(on, 'wal').checkpoint?.segments ?? []);
    const records: Buffer[] = [];
    while (reader.next()) records.push(Buffer.from(reader.record));
    expect(records).toEqual(
      [
        seriesRecord(1),
        samplesRecord([1, 20]),
        samplesRecord([1, 30]),
        metadataRecord(1, 'help 2'),
      ].map((one) => Buffer.from(one)),
    );
    expect(stats).toEqual({
      series: { total: 2, dropped: 1 },
      samples: { total: 6, dropped: 4 },
      tombstones: { total: 0, dropped: 0 },
      exemplars: { total: 0, dropped: 0 },
      metadata: { total: 3, dropped: 2 },
      undeleted: 0,
    });
    expect(on.openFiles).toBe(0);
  });

  it('is durable before anything goes', async () => {
    const on = disk();
    await write(on);
    const tmp = 'wal/checkpoint.00000002.tmp';
    expect(on.log).toEqual([
      `mkdir ${tmp}`,
      `create ${tmp}/00000000`,
      `sync ${tmp}/`,
      `write ${tmp}/00000000`,
      `write ${tmp}/00000000`,
      `sync ${tmp}/00000000`,
      `sync ${tmp}/`,
      `rename ${tmp} wal/checkpoint.00000002`,
      'sync wal/',
      'remove wal/00000000',
      'remove wal/00000001',
      'remove wal/00000002',
    ]);
  });

  it('takes over the one before, which goes', async () => {
    const on = disk();
    await write(on, { ...OPTIONS, last: 1, minTime: 10 });
    await write(on, { ...OPTIONS, last: 3 });
    expect(on.list('wal').map(({ name }) => name)).toEqual(['00000004', 'checkpoint.00000003']);
    expect(timesIn(on, 0)).toEqual([20, 30, 40, 50]);
  });

  it.each(['snappy', 'zstd'] as const)('may be compressed: %s', async (compression) => {
    const on = disk();
    const help = 'much help '.repeat(1000);
    on.files.set('wal/00000001', segmentOf(metadataRecord(1, 'x'), samplesRecord([1, 20])));
    on.files.set('wal/00000002', segmentOf(metadataRecord(1, help), samplesRecord([1, 30])));
    await write(on, { ...OPTIONS, compression });
    const bytes = on.files.get('wal/checkpoint.00000002/00000000') ?? new Uint8Array(0);
    expect(bytes.findLastIndex((byte) => byte !== 0)).toBeLessThan(2000);
    expect(timesIn(on)).toEqual([20, 30, 40, 50]);
  });

  it('of much goes to several writes, with turns in between', async () => {
    const on = disk();
    const rows = Array.from({ length: 20_000 }, (_, i): [number, number] => [1, 1000 + i]);
    const many = Array.from({ length: 20 }, () => samplesRecord(...rows));
    on.files.set('wal/00000001', segmentOf(...many));
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await write(on);
    clearInterval(timer);
    expect(on.log.filter((change) => change.startsWith('write')).length).toBeGreaterThan(3);
    expect(turns).toBeGreaterThan(0);
    expect(timesIn(on)).toHaveLength(20 * rows.length + 3);
  });

  it('leaves nothing when it is given up', async () => {
    const on = disk();
    const before = new Map(on.files);
    const signal = AbortSignal.abort(new Error('given up'));
    const rows = Array.from({ length: 100_000 }, (_, i): [number, number] => [1, 1000 + i]);
    on.files.set('wal/00000001', segmentOf(samplesRecord(...rows)));
    await expect(write(on, { ...OPTIONS, signal })).rejects.toThrow('given up');
    expect([...on.files.keys()]).toEqual([...before.keys()]);
    expect(on.openFiles).toBe(0);
  });

  it.each([
    ['a wrong checksum', (bytes: Uint8Array) => ((bytes[8] ^= 1), bytes)],
    ['a record cut off', (bytes: Uint8Array) => bytes.subarray(0, -1)],
  ])('is not made of a damaged log: %s', async (_, damage) => {
    const on = disk();
    on.files.set(
      'wal/00000002',
      damage((on.files.get('wal/00000002') ?? new Uint8Array()).slice()),
    );
    await expect(write(on)).rejects.toThrow(CorruptionError);
    expect(on.list('wal')).toHaveLength(5);
    expect(on.openFiles).toBe(0);
  });

  it('is not made of the newest segment', async () => {
    await expect(write(disk(), { ...OPTIONS, last: 4 })).rejects.toThrow(
      'the newest segment is in no checkpoint',
    );
  });
});

describe('a disk that refuses one change, whichever', () => {
  it('costs no sample, and the next checkpoint succeeds', async () => {
    let failures = 0;
    for (let at = 0; ; at++) {
      const on = disk();
      on.refusedAt = at;
      let undeleted = 0;
      try {
        ({ undeleted } = await write(on));
      } catch (error) {
        expect(error).toBeInstanceOf(DiskError);
        failures++;
      }
      expect(timesIn(on)).toEqual([20, 30, 40, 50]);
      expect(on.openFiles).toBe(0);
      if (on.refusedAt !== Infinity) break;
      const isThere = listLog(on, 'wal').checkpoint !== null;
      expect(undeleted > 0).toBe(isThere && at > 8);
      await write(on, { ...OPTIONS, last: 3 });
      expect(timesIn(on)).toEqual([20, 30, 40, 50]);
      expect(on.list('wal').map(({ name }) => name)).toEqual(['00000004', 'checkpoint.00000003']);
    }
    expect(failures).toBeGreaterThan(7);
  });
});
