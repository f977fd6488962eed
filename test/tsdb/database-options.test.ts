/** Options of a database that is opened for writing: their defaults, and what is refused. */
import { availableParallelism } from 'node:os';
import { ArgumentError } from '../../model/errors.js';
import { type DatabaseOptions, settingsOf } from '../../tsdb/database-options.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;

function refuses(options: object, message: string): void {
  const settle = (): unknown => settingsOf(options);
  expect(settle).toThrow(ArgumentError);
  expect(settle).toThrow(message);
}

describe('absent options', () => {
  it('are Prometheus’ defaults', () => {
    expect(settingsOf({})).toEqual({
      retentionMs: 15 * DAY_MS,
      retentionBytes: 0,
      retentionPercentage: 0,
      minBlockDurationMs: 2 * HOUR_MS,
      maxBlockDurationMs: 36 * HOUR_MS,
      walSegmentBytes: 134_217_728,
      walCompression: 'none',
      durability: 'process',
      walWorker: false,
      samplesPerChunk: 120,
      seriesMax: 0,
      futureLimitMs: 0,
      noLockfile: false,
      enableOverlappingCompaction: true,
      compactionWorker: true,
      background: true,
      blockReloadIntervalMs: 60_000,
      io: 'auto',
      labelCacheBytes: 4_194_304,
      queryWorkers: Math.min(availableParallelism() - 1, 7),
    });
  });

  it('are those that are undefined, or 0 where that can be nothing else', () => {
    const zero = { walSegmentBytes: 0, samplesPerChunk: 0, blockReloadIntervalMs: 0 };
    expect(settingsOf({ ...zero, io: undefined })).toEqual(settingsOf({}));
  });

  it('bound a merged block by a tenth of what is kept, and by 31 days', () => {
    const longest = (options: DatabaseOptions): number => settingsOf(options).maxBlockDurationMs;
    expect(longest({ retentionMs: 0 })).toBe(31 * DAY_MS);
    expect(longest({ retentionMs: 1000 * DAY_MS })).toBe(31 * DAY_MS);
    expect(longest({ retentionMs: DAY_MS })).toBe(2.4 * HOUR_MS);
    expect(longest({ retentionMs: HOUR_MS })).toBe(2 * HOUR_MS);
    expect(longest({ retentionMs: DAY_MS, maxBlockDurationMs: 2 * DAY_MS })).toBe(2 * DAY_MS);
  });

  it('do without workers where the disk is another', () => {
    expect(settingsOf({ disk: new WritableMemoryDisk() }).compactionWorker).toBe(false);
  });
});

describe('options that cannot be', () => {
  it('are refused where they are no object, or have names of every object', () => {
    for (const options of [null, 5, 'x', []]) refuses(options as object, 'options are an object');
    refuses({ constructor: 1 }, 'there is no option constructor');
    refuses({ toString: 1 }, 'there is no option toString');
    refuses(JSON.parse('{"__proto__":1}') as object, 'there is no option __proto__');
  });

  it('are refused whatever they are, if it can be said or not', () => {
    const endless: { self?: object } = {};
    endless.self = endless;
    refuses({ retentionMs: 1n }, 'option retentionMs is a whole number from 0; got 1');
    refuses({ retentionMs: endless }, 'got an object');
    refuses({ retentionMs: Symbol('x') }, 'got Symbol(x)');
    refuses({ logger: 5 }, 'option logger is an object with a method warn; got 5');
    refuses({ logger: null }, 'option logger');
    refuses({ signal: {} }, 'option signal');
    refuses({ disk: 'x' }, 'option disk');
  });

  it('are refused where a timer or the head could not keep to them', () => {
    refuses({ blockReloadIntervalMs: 2 ** 31 }, 'option blockReloadIntervalMs is a whole number');
    refuses({ durability: { intervalMs: 2 ** 31 } }, 'option durability');
    refuses({ samplesPerChunk: 7 }, 'option samplesPerChunk is a whole number from 8 to 16384');
    refuses({ samplesPerChunk: 16_385 }, 'option samplesPerChunk');
    refuses({ minBlockDurationMs: 2 ** 51 }, 'option minBlockDurationMs');
  });

  it('are refused by name', () => {
    refuses({ retentionMs: -1 }, 'option retentionMs is a whole number from 0; got -1');
    refuses({ retentionBytes: 0.5 }, 'option retentionBytes is a whole number from 0; got 0.5');
    refuses({ retentionBytes: '1GB' }, 'option retentionBytes is a whole number');
    refuses({ retentionPercentage: 101 }, 'option retentionPercentage is a number from 0 to 100');
    refuses({ retentionPercentage: NaN }, 'option retentionPercentage');
    refuses({ minBlockDurationMs: 0 }, 'option minBlockDurationMs is a whole number from 1 to');
    refuses({ walSegmentBytes: 1000 }, 'option walSegmentBytes is a multiple of 32768; got 1000');
    refuses({ walCompression: 'lz4' }, 'option walCompression is none, snappy, zstd; got lz4');
    refuses({ durability: 'sync' }, 'option durability is process, fsync or { intervalMs }');
    refuses({ durability: { intervalMs: 0 } }, 'got {"intervalMs":0}');
    refuses({ durability: null }, 'option durability');
    refuses({ durability: {} }, 'option durability');
    refuses({ noLockfile: 'yes' }, 'option noLockfile is true or false; got yes');
    refuses({ blockReloadIntervalMs: 10 }, 'option blockReloadIntervalMs is a whole number from');
    refuses({ io: 'direct' }, 'option io is auto, mmap, pread; got direct');
    refuses({ now: 5 }, 'option now is a function; got 5');
    refuses({ retention: 5 }, 'there is no option retention');
  });

  it('are refused where they contradict each other', () => {
    refuses({ maxBlockDurationMs: HOUR_MS }, 'is less than minBlockDurationMs (7200000)');
    const disk = new WritableMemoryDisk();
    refuses({ disk, walWorker: true }, 'option walWorker is without effect where option disk');
    refuses({ disk, compactionWorker: true }, 'option compactionWorker is without effect');
    refuses({ disk, io: 'mmap' }, 'option io is without effect');
    expect(settingsOf({ disk, walWorker: false }).walWorker).toBe(false);
  });
});
