/**
 * Rebuilds the head of a directory from chunks_head, the checkpoint, the write-ahead log and the
 * out-of-order log, in that order and by Prometheus' rules (tsdb/head_wal.go), for reading only.
 *
 * A memory snapshot (`chunk_snapshot.*`) is left alone: the log holds the same samples. Damage
 * costs what is damaged (a record, the rest of a log segment, a head chunk file) and is reported; a
 * torn tail is no damage, since a running Prometheus may be writing there.
 */
import type { HeadChunk } from '../chunks/head-chunk-list.js';
import { HeadChunkFiles } from '../chunks/head-chunks.js';
import { isStaleAt } from '../encoding/float-bits.js';
import { TextCache } from '../encoding/text-cache.js';
import { CorruptionError, messageOf, TsdbError } from '../model/errors.js';
import { Histogram, HINT_UNKNOWN } from '../model/histogram.js';
import { type Interval, MAX_TIME, MIN_TIME } from '../model/interval.js';
import type { Labels } from '../model/labels.js';
import type { Problem } from '../model/problem.js';
import type { Steps } from '../model/steps.js';
import { listLog, type SegmentFile } from '../wal/checkpoint.js';
import {
  decodeHistograms,
  type HistogramEntry,
  isHistogramRecord,
} from '../wal/histogram-record.js';
import { WalReader } from '../wal/reader.js';
import {
  decodeMmapMarkers,
  decodeSeries,
  decodeTombstones,
  type MmapMarker,
  RECORD_MMAP_MARKERS,
  RECORD_SAMPLES,
  RECORD_SAMPLES_V2,
  RECORD_SERIES,
  RECORD_TOMBSTONES,
  recordType,
  type SeriesEntry,
  type TombstoneEntry,
} from '../wal/record.js';
import { SampleBatch } from '../wal/sample-batch.js';
import { decodeSamples } from '../wal/sample-record.js';
import { isGone, type LoadContext } from './block-list.js';
import { Head } from './head.js';
import { HeadSeries } from './head-series.js';
import type { ReplayProgress } from './options.js';

/** How often replay starts over when Prometheus truncates the log under it. */
const ATTEMPTS_MAX = 5;
/** In the pacer's units: entering a chunk under its series; asking a series whether it is empty. */
const CHUNK_UNITS = 50;
const SERIES_UNITS = 50;

export interface ReplayOptions {
  /** In-order samples below this time, in ms, are in blocks and left out. */
  readonly minValidTime: number;
  readonly onProgress?: (progress: ReplayProgress) => void;
}

export interface ReplayedHead {
  readonly head: Head;
  readonly problems: readonly Problem[];
}

/** Rebuilds the head of the data directory `dir`; the caller closes it. */
export async function replayHead(
  dir: string,
  context: LoadContext,
  options: ReplayOptions,
): Promise<ReplayedHead> {
  for (let attempt = 1; ; attempt++) {
    const chunksDir = context.disk.join(dir, 'chunks_head');
    const { minValidTime } = options;
    const opening = HeadChunkFiles.open(context.disk, chunksDir, { minValidTime });
    const chunkFiles = await context.pacer.run(opening, context.signal);
    try {
      return await new HeadReplay(dir, context, options, chunkFiles).run();
    } catch (error) {
      chunkFiles.close();
      // A newer checkpoint took the place of a segment between listing and reading.
      if (!isGone(error) || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

/** The m-mapped chunks of one series ref, in the order of the files. */
interface MappedChunks {
  readonly inOrder: HeadChunk[];
  readonly outOfOrder: HeadChunk[];
}

const NO_CHUNKS: MappedChunks = { inOrder: [], outOfOrder: [] };

class HeadReplay {
  private readonly dir: string;
  private readonly context: LoadContext;
  private readonly options: ReplayOptions;
  private readonly chunkFiles: HeadChunkFiles;
  private readonly problems: Problem[] = [];
  /** By the refs of the log; several refs lead to one series where a record repeats its labels. */
  private readonly byRef = new Map<number, HeadSeries>();
  private readonly byLabels = new Map<string, HeadSeries>();
  private readonly mapped = new Map<number, MappedChunks>();
  private readonly inOrder = new RangeTracker();
  private readonly outOfOrder = new RangeTracker();

  private readonly samples = new SampleBatch();
  private readonly histograms: HistogramEntry[] = [];
  /** How many were left out because their schema is none that we know. */
  private unknownHistograms = 0;
  private readonly seriesEntries: SeriesEntry[] = [];
  private readonly texts = new TextCache();
  private readonly tombstones: TombstoneEntry[] = [];
  private readonly markers: MmapMarker[] = [];

  constructor(
    dir: string,
    context: LoadContext,
    options: ReplayOptions,
    chunkFiles: HeadChunkFiles,
  ) {
    this.dir = dir;
    this.context = context;
    this.options = options;
    this.chunkFiles = chunkFiles;
  }

  async run(): Promise<ReplayedHead> {
    this.problems.push(...this.chunkFiles.problems);
    await this.context.pacer.run(this.groupChunks(), this.context.signal);
    const { disk } = this.context;
    const wal = listLog(disk, disk.join(this.dir, 'wal'));
    const wbl = listLog(disk, disk.join(this.dir, 'wbl'));
    this.problems.push(...wal.gaps, ...wbl.gaps);
    const walSegments = [...(wal.checkpoint?.segments ?? []), ...wal.segments];
    const total = walSegments.length + wbl.segments.length;
    await this.readLog(walSegments, { done: 0, total }, (record) => this.applyInOrder(record));
    await this.readLog(wbl.segments, { done: walSegments.length, total }, (record) =>
      this.applyOutOfOrder(record),
    );
    if (this.unknownHistograms > 0) {
      const message = `${this.unknownHistograms} histograms of unknown schemas are left out`;
      this.problems.push({ path: this.dir, offset: null, code: 'TSDB_DECODE', message });
    }
    const { pacer, signal } = this.context;
    const content = {
      series: await pacer.run(this.seriesWithSamples(), signal),
      chunkFiles: this.chunkFiles,
      inOrder: this.inOrderRange(),
      firstTime: this.inOrder.range.minTime,
      outOfOrder: this.outOfOrder.range,
    };
    const head = await Head.build(content, pacer, signal);
    return { head, problems: this.problems };
  }

  private *seriesWithSamples(): Steps<HeadSeries[]> {
    const found: HeadSeries[] = [];
    for (const series of this.byLabels.values()) {
      yield SERIES_UNITS;
      if (!series.isEmpty) found.push(series);
    }
    return found;
  }

  /** Where there are blocks, the head begins at their end, as a server sets it when it opens. */
  private inOrderRange(): Interval {
    const { minValidTime } = this.options;
    const { range } = this.inOrder;
    return minValidTime === MIN_TIME ? range : { ...range, minTime: minValidTime };
  }

  private *groupChunks(): Steps<void> {
    for (const chunk of this.chunkFiles.chunks) {
      yield CHUNK_UNITS;
      let chunks = this.mapped.get(chunk.seriesRef);
      if (chunks === undefined) {
        this.mapped.set(chunk.seriesRef, (chunks = { inOrder: [], outOfOrder: [] }));
      }
      (chunk.isOutOfOrder ? chunks.outOfOrder : chunks.inOrder).push(chunk);
    }
  }

  /** Hands every record to `apply`; damage is reported and passed over. */
  private async readLog(
    segments: readonly SegmentFile[],
    progress: ReplayProgress,
    apply: (record: Uint8Array) => void,
  ): Promise<void> {
    const { disk, pacer, signal } = this.context;
    const reader = new WalReader(disk, segments);
    let path = '';
    let done = progress.done;
    try {
      while (this.advance(reader)) {
        if (reader.path !== path) {
          path = reader.path;
          this.options.onProgress?.({ done: done++, total: progress.total });
        }
        try {
          apply(reader.record);
        } catch (error) {
          this.report(reader.path, CorruptionError.from(reader.path, reader.offset, error));
        }
        if (pacer.isDue(reader.record.length)) await pacer.turn(signal);
      }
    } finally {
      reader.close();
    }
    this.options.onProgress?.({ ...progress, done: progress.done + segments.length });
  }

  /** `reader.next()`, going on behind segments that are damaged. */
  private advance(reader: WalReader): boolean {
    for (;;) {
      try {
        return reader.next();
      } catch (error) {
        if (isGone(error)) throw error;
        this.report(reader.path, error);
        reader.skipSegment();
      }
    }
  }

  private report(path: string, error: unknown): void {
    if (!(error instanceof TsdbError)) throw error;
    const offset = error instanceof CorruptionError ? error.offset : null;
    const message = `samples of the log may be missing: ${messageOf(error)}`;
    this.problems.push({ path, offset, code: error.code, message });
  }

  private applyInOrder(record: Uint8Array): void {
    const type = recordType(record);
    if (type === RECORD_SERIES) this.applySeries(record);
    else if (type === RECORD_SAMPLES || type === RECORD_SAMPLES_V2) this.appendSamples(record);
    else if (isHistogramRecord(type)) this.appendHistograms(record);
    else if (type === RECORD_TOMBSTONES) this.applyTombstones(record);
    // Exemplars and metadata are not part of what is read; unknown types are passed over.
  }

  private applyOutOfOrder(record: Uint8Array): void {
    const type = recordType(record);
    if (type === RECORD_SAMPLES || type === RECORD_SAMPLES_V2) this.insertSamples(record);
    else if (isHistogramRecord(type)) this.insertHistograms(record);
    else if (type === RECORD_MMAP_MARKERS) this.applyMarkers(record);
  }

  private applySeries(record: Uint8Array): void {
    decodeSeries(record, this.seriesEntries, this.texts);
    for (const { ref, labels } of this.seriesEntries) {
      const series = this.seriesOf(ref, labels);
      const { inOrder, outOfOrder } = this.mapped.get(ref) ?? NO_CHUNKS;
      series.reset(inOrder, outOfOrder);
      for (const chunk of inOrder) this.inOrder.add(chunk.minTime, chunk.maxTime);
      for (const chunk of outOfOrder) this.outOfOrder.add(chunk.minTime, chunk.maxTime);
    }
  }

  private seriesOf(ref: number, labels: Labels): HeadSeries {
    const key = labels.key();
    let series = this.byLabels.get(key);
    if (series === undefined) this.byLabels.set(key, (series = new HeadSeries(labels)));
    this.byRef.set(ref, series);
    return series;
  }

  private appendSamples(record: Uint8Array): void {
    const { samples, options } = this;
    decodeSamples(record, samples);
    for (let row = 0; row < samples.count; row++) {
      const time = samples.times[row];
      if (time < options.minValidTime) continue;
      // Unknown refs are normal: the series went into a block and was dropped.
      const series = this.byRef.get(samples.refs[row]);
      if (series === undefined) continue;
      this.inOrder.add(time, time);
      const startTime = samples.startTimes[row];
      if (isStaleAt(samples.values, row) && series.lastKind !== 'float') {
        const isFloat = series.lastKind === 'float histogram';
        series.appendHistogram(time, startTime, staleHistogram(samples.values, row, isFloat));
      } else {
        series.appendFloat(time, startTime, samples.values, row);
      }
    }
  }

  private appendHistograms(record: Uint8Array): void {
    this.unknownHistograms += decodeHistograms(record, this.histograms);
    for (const { ref, time, startTime, histogram } of this.histograms) {
      const series = this.byRef.get(ref);
      if (series === undefined || time < this.options.minValidTime) continue;
      this.inOrder.add(time, time);
      series.appendHistogram(time, startTime, histogram);
    }
  }

  private insertSamples(record: Uint8Array): void {
    const { samples } = this;
    decodeSamples(record, samples);
    for (let row = 0; row < samples.count; row++) {
      const series = this.byRef.get(samples.refs[row]);
      if (series === undefined) continue;
      const time = samples.times[row];
      this.outOfOrder.add(time, time);
      series.insertFloat(time, samples.startTimes[row], samples.values, row);
    }
  }

  private insertHistograms(record: Uint8Array): void {
    this.unknownHistograms += decodeHistograms(record, this.histograms);
    for (const { ref, time, startTime, histogram } of this.histograms) {
      const series = this.byRef.get(ref);
      if (series === undefined) continue;
      this.outOfOrder.add(time, time);
      series.insertHistogram(time, startTime, histogram);
    }
  }

  private applyTombstones(record: Uint8Array): void {
    decodeTombstones(record, this.tombstones);
    for (const { ref, minTime, maxTime } of this.tombstones) {
      const series = this.byRef.get(ref);
      if (series === undefined) continue;
      if (minTime === MIN_TIME && maxTime === MAX_TIME) {
        // The series was compacted away early: a later record of its labels starts a new one, and
        // what still comes for this one's refs is lost with it.
        this.byLabels.delete(series.labels.key());
      } else if (maxTime >= this.options.minValidTime) {
        series.delete({ minTime, maxTime });
      }
    }
  }

  private applyMarkers(record: Uint8Array): void {
    decodeMmapMarkers(record, this.markers);
    for (const { seriesRef, chunkRef } of this.markers) {
      // A chunk that we have not seen: its samples are in the log only.
      if (chunkRef <= this.chunkFiles.lastRef) this.byRef.get(seriesRef)?.clearOpenOutOfOrder();
    }
  }
}

/**
 * The range of what was replayed. As in Prometheus it counts samples and chunks that were replaced
 * or refused later on, too.
 */
class RangeTracker {
  private minTime = MAX_TIME;
  private maxTime = MIN_TIME;

  add(minTime: number, maxTime: number): void {
    if (minTime < this.minTime) this.minTime = minTime;
    if (maxTime > this.maxTime) this.maxTime = maxTime;
  }

  /** The closed range; [MAX_TIME, MIN_TIME] without anything. */
  get range(): Interval {
    return { minTime: this.minTime, maxTime: this.maxTime };
  }
}

/** What a float stale marker stands for in a series of histograms. */
function staleHistogram(values: Float64Array, row: number, isFloat: boolean): Histogram {
  const none = new Float64Array(0);
  return new Histogram({
    isFloat,
    counterResetHint: HINT_UNKNOWN,
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 0,
    // Straight from column to field, so that the marker's bits survive.
    sum: values[row],
    positiveSpans: [],
    negativeSpans: [],
    positiveBuckets: none,
    negativeBuckets: none,
    customValues: none,
  });
}
