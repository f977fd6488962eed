/**
 * Rebuilds the living head of a directory from `chunks_head`, the checkpoint and the log behind it,
 * by Prometheus' rules (tsdb/head_wal.go), to go on writing there.
 *
 * Where the log is damaged or torn, replay stops and says where: the caller cuts the log off there
 * before he writes on (wal/repair.ts). A damaged checkpoint is an error. Head chunk files that are
 * damaged are removed: the log has their samples. Data that is not written here (histograms,
 * out-of-order samples, start timestamps) is refused as a whole.
 */
import { ENCODING_XOR, encodingName } from '../chunks/chunk.js';
import { HeadChunkWriter, type HeadChunkWriterOptions } from '../chunks/head-chunk-writer.js';
import type { HeadChunkList } from '../chunks/head-chunk-list.js';
import { HeadChunkFiles, headChunkFileName } from '../chunks/head-chunks.js';
import { makeDirectories } from '../disk/make-directories.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { HeadKernel } from '../kernel/head-kernel.js';
import { CorruptionError, messageOf, UnsupportedDataError } from '../model/errors.js';
import type { Pacer } from '../model/pacer.js';
import type { Problem } from '../model/problem.js';
import { listLog, type SegmentFile } from '../wal/checkpoint.js';
import { WalReader } from '../wal/reader.js';
import {
  RECORD_SAMPLES,
  RECORD_SAMPLES_V2,
  RECORD_MMAP_MARKERS,
  recordType,
} from '../wal/record.js';
import { isHistogramRecord } from '../wal/histogram-record.js';
import { FileChunks } from './file-chunks.js';
import { TWO_32 } from './full-chunks.js';
import { cleanHead } from './head-cleaner.js';
import { HeadData } from './head-data.js';
import type { LogExpiries } from './log-expiries.js';
import type { ReplayProgress } from './options.js';
import { ReplayRecords } from './replay-records.js';

export interface LiveReplayOptions {
  readonly disk: WritableDisk;
  readonly pacer: Pacer;
  readonly signal?: AbortSignal;
  /** Samples below this time, in ms, are in blocks. */
  readonly minValidTime: number;
  readonly chunkRangeMs: number;
  readonly samplesPerChunk?: number;
  /** At most so many series are made; those of the log are not counted against it. */
  readonly seriesMax: number;
  readonly chunkWriter?: HeadChunkWriterOptions;
  readonly onProgress?: (progress: ReplayProgress) => void;
}

/** Where a log stops being good. */
export interface LogDamage {
  /** The segment, and where in it the first record begins that is lost. */
  readonly segment: number;
  readonly offset: number;
  readonly path: string;
  /** Whether nothing but the end is missing, as after a crash. */
  readonly isTorn: boolean;
  readonly reason: string;
}

export interface ReplayedLiveHead {
  readonly data: HeadData;
  /** For `LiveHead`. */
  readonly expiries: LogExpiries;
  readonly problems: readonly Problem[];
  /** To be cut off before the log is written; null where it is whole. */
  readonly damage: LogDamage | null;
  /** Samples of series that no record names: normal where these went into blocks. */
  readonly unknownSamples: number;
}

/** Rebuilds the head of the directory `dir`, which is locked; the caller closes its chunk files. */
export async function replayLiveHead(
  dir: string,
  options: LiveReplayOptions,
): Promise<ReplayedLiveHead> {
  const { disk, pacer, signal } = options;
  await refuseOutOfOrderLog(dir, options);
  const chunksDir = disk.join(dir, 'chunks_head');
  makeDirectories(disk, chunksDir);
  const { files, problems } = await openChunks(chunksDir, options);
  const kernel = new HeadKernel(options);
  const writer = new HeadChunkWriter(disk, chunksDir, {
    ...options.chunkWriter,
    maxTimes: maxTimesOf(files.list),
  });
  const chunks = new FileChunks(disk, chunksDir, writer);
  try {
    const data = new HeadData(kernel, chunks, options);
    data.minValidTime = options.minValidTime;
    const records = new ReplayRecords(dir, data, files.list);
    const damage = await readWal(dir, options, records);
    records.end();
    // Where the record of a series is lost, its chunks are not for the next one that is made.
    data.store.skipRefsTo(files.lastSeriesRef);
    await pacer.run(data.store.postings.order(), signal);
    if (data.minTime < data.minValidTime) data.minTime = data.minValidTime;
    const { minTime, gone } = await pacer.run(cleanHead(data, data.minTime), signal);
    if (gone.count > 0) records.expiries.addAll(gone.refSet(), minTime);
    const { expiries, unknownSamples } = records;
    return { data, expiries, problems, damage, unknownSamples };
  } catch (error) {
    await chunks.close();
    throw error;
  } finally {
    files.close();
  }
}

/** The head chunks that are good; the files that are not are removed, and those behind them. */
async function openChunks(
  dir: string,
  { disk, pacer, signal, minValidTime }: LiveReplayOptions,
): Promise<{ files: HeadChunkFiles; problems: readonly Problem[] }> {
  const open = (): Promise<HeadChunkFiles> =>
    pacer.run(HeadChunkFiles.open(disk, dir, { minValidTime }), signal);
  const files = await open();
  try {
    refuseChunks(dir, files);
  } catch (error) {
    files.close();
    throw error;
  }
  const { damagedFrom, problems } = files;
  if (damagedFrom === null) return { files, problems };
  files.close();
  for (const { name, kind } of disk.list(dir)) {
    if (
      kind === 'file' &&
      Number(name) >= damagedFrom &&
      headChunkFileName(Number(name)) === name
    ) {
      disk.remove(disk.join(dir, name));
    }
  }
  disk.syncDirectory(dir);
  return { files: await open(), problems };
}

function refuseChunks(dir: string, { list, unknownCount }: HeadChunkFiles): void {
  const { count, outOfOrder, encodings } = list;
  if (unknownCount > 0) throw new UnsupportedDataError(dir, 'head chunks of unknown encodings');
  for (let i = 0; i < count; i++) {
    if (outOfOrder[i] !== 0) throw new UnsupportedDataError(dir, 'out-of-order chunks');
    if (encodings[i] === ENCODING_XOR) continue;
    const name = encodingName(encodings[i]);
    throw new UnsupportedDataError(dir, `head chunks of encoding ${name}`);
  }
}

async function refuseOutOfOrderLog(dir: string, options: LiveReplayOptions): Promise<void> {
  const { disk, pacer, signal } = options;
  const { segments } = listLog(disk, disk.join(dir, 'wbl'));
  const reader = new WalReader(disk, segments);
  try {
    while (reader.next()) {
      const type = recordType(reader.record);
      const isHeld =
        type === RECORD_SAMPLES ||
        type === RECORD_SAMPLES_V2 ||
        type === RECORD_MMAP_MARKERS ||
        isHistogramRecord(type);
      if (isHeld) throw new UnsupportedDataError(disk.join(dir, 'wbl'), 'out-of-order samples');
      if (pacer.isDue(reader.record.length)) await pacer.turn(signal);
    }
  } finally {
    reader.close();
  }
}

/** Applies the records of the log up to its end or its first damage. */
async function readWal(
  dir: string,
  options: LiveReplayOptions,
  records: ReplayRecords,
): Promise<LogDamage | null> {
  const { disk, onProgress } = options;
  const { checkpoint, segments, gaps } = listLog(disk, disk.join(dir, 'wal'));
  if (gaps.length > 0) throw new CorruptionError(gaps[0].path, 0, gaps[0].message);
  const first = checkpoint?.segments ?? [];
  const total = first.length + segments.length;
  const inCheckpoint = await readSegments(options, records, first, { done: 0, total });
  if (inCheckpoint !== null) {
    // As in Prometheus: a checkpoint is written whole, and nothing behind it can be trusted.
    const { path, offset, reason } = inCheckpoint;
    throw new CorruptionError(path, offset, `the checkpoint is damaged: ${reason}`);
  }
  const damage = await readSegments(options, records, segments, { done: first.length, total });
  onProgress?.({ done: total, total });
  return damage;
}

async function readSegments(
  { disk, pacer, signal, onProgress }: LiveReplayOptions,
  records: ReplayRecords,
  segments: readonly SegmentFile[],
  progress: ReplayProgress,
): Promise<LogDamage | null> {
  const reader = new WalReader(disk, segments, records.memory);
  let path = '';
  let { done } = progress;
  try {
    while (reader.next()) {
      if (reader.path !== path) {
        path = reader.path;
        onProgress?.({ done: done++, total: progress.total });
      }
      const units = records.apply(reader.record);
      if (pacer.isDue(units)) await pacer.turn(signal);
    }
    records.flush();
    if (reader.torn === null) return null;
    const { segment } = reader;
    return { ...reader.torn, segment, isTorn: true, reason: 'the log ends within a record' };
  } catch (error) {
    const damage = CorruptionError.from(reader.path, reader.offset, error);
    if (!(damage instanceof CorruptionError)) throw error;
    records.flush();
    const { segment, offset } = reader;
    return { path: reader.path, segment, offset, isTorn: false, reason: messageOf(damage) };
  } finally {
    reader.close();
  }
}

/** File number → the greatest time of its chunks. */
function maxTimesOf({ count, refs, maxTimes }: HeadChunkList): Map<number, number> {
  const found = new Map<number, number>();
  let current = -1;
  let greatest = -Infinity;
  for (let i = 0; i < count; i++) {
    const file = Math.floor(refs[i] / TWO_32);
    if (file !== current) greatest = found.get(file) ?? -Infinity;
    current = file;
    if (maxTimes[i] <= greatest) continue;
    greatest = maxTimes[i];
    found.set(file, greatest);
  }
  return found;
}
