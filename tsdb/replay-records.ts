/**
 * Applies the records of a log to a living head, by Prometheus' rules (tsdb/head_wal.go, loadWAL).
 * The kernel takes samples straight from a record and passes over those that are not newer than
 * their series' last one, whether in a chunk or in an m-mapped one; the others, of many records,
 * wait as rows to be appended together.
 */
import type { HeadChunkList } from '../chunks/head-chunk-list.js';
import type { ReplayRows } from '../kernel/replay-rows.js';
import { UnsupportedDataError } from '../model/errors.js';
import { addInterval, MAX_TIME, MIN_TIME } from '../model/interval.js';
import {
  decodeHistograms,
  type HistogramEntry,
  isHistogramRecord,
} from '../wal/histogram-record.js';
import type { ReaderMemory } from '../wal/reader.js';
import {
  decodeTombstones,
  isKnownRecordType,
  RECORD_SAMPLES,
  RECORD_SAMPLES_V2,
  RECORD_SERIES,
  RECORD_TOMBSTONES,
  recordType,
  type TombstoneEntry,
} from '../wal/record.js';
import { SampleBatch } from '../wal/sample-batch.js';
import { decodeSamples } from '../wal/sample-record.js';
import type { HeadData } from './head-data.js';
import { LogExpiries } from './log-expiries.js';
import { ReplaySeries } from './replay-series.js';

/** What applying costs, in the pacer's units: a sample, a series, a record of any other kind. */
const SAMPLE_UNITS = 1;
const SERIES_UNITS = 600;
const RECORD_UNITS = 100;
/** A sample of the log takes so many bytes, about. */
const SAMPLE_BYTES = 11;
/** So many rows are appended together: what the processor's inner caches hold. */
const ROWS_PER_APPEND = 8 * 1024;

export class ReplayRecords {
  /** Among others, refs by which the log names a series that has another by now. */
  readonly expiries = new LogExpiries();
  /** Samples of refs that were asked for and stand for no series. */
  private unknownAsked = 0;
  private readonly dir: string;
  private readonly data: HeadData;
  private readonly series: ReplaySeries;
  private readonly replay: ReplayRows;
  private readonly batch = new SampleBatch();
  private readonly histograms: HistogramEntry[] = [];
  private readonly tombstones: TombstoneEntry[] = [];

  constructor(dir: string, data: HeadData, mapped: HeadChunkList) {
    this.dir = dir;
    this.data = data;
    this.series = new ReplaySeries(data, mapped, () => this.flush());
    this.replay = data.kernel.replay;
    this.replay.slotOfAsked = (ref, time) => this.slotOfAsked(ref, time);
  }

  /** For who reads the log: records that lie there are not copied. */
  get memory(): ReaderMemory {
    return this.replay;
  }

  /** Samples of series that no record names. */
  get unknownSamples(): number {
    return this.unknownAsked + this.replay.unknownSamples;
  }

  /** Applies a record and returns what that cost; samples may wait for `flush`. */
  apply(record: Uint8Array): number {
    const type = recordType(record);
    if (type === RECORD_SAMPLES || type === RECORD_SAMPLES_V2) return this.applySamples(record);
    if (type === RECORD_SERIES) {
      return RECORD_UNITS + SERIES_UNITS * this.series.apply(record);
    }
    if (type === RECORD_TOMBSTONES) this.applyTombstones(record);
    else if (isHistogramRecord(type)) this.refuseHistograms(record);
    else if (!isKnownRecordType(type)) {
      // A checkpoint would drop it.
      throw new UnsupportedDataError(this.dir, `log records of the unknown type ${type}`);
    }
    // Exemplars and metadata stay in the log.
    return RECORD_UNITS;
  }

  /** Appends the samples that wait. */
  flush(): void {
    const { data } = this;
    const { rows } = this.replay;
    data.kernel.clearTotals();
    for (let row = 0; row < rows.count;) {
      row = data.kernel.append(rows, row);
      data.drainFinished();
    }
    rows.count = 0;
    data.widen(data.kernel.minTime, data.kernel.maxTime);
  }

  /** Appends the samples that wait; no record follows. */
  end(): void {
    this.flush();
    this.series.end();
    this.replay.end();
  }

  private applySamples(record: Uint8Array): number {
    const { replay, batch } = this;
    const { minValidTime } = this.data;
    const units = RECORD_UNITS + (SAMPLE_UNITS * record.length) / SAMPLE_BYTES;
    const unknownBefore = this.unknownAsked;
    if (!replay.hasRoomFor(record)) this.flush();
    if (replay.stage(record, minValidTime)) {
      if (replay.rows.count >= ROWS_PER_APPEND) this.flush();
      return units;
    }
    // Slow path: another version, a record that is very long, or damage, which this tells.
    this.unknownAsked = unknownBefore;
    decodeSamples(record, batch);
    for (let row = 0; row < batch.count; row++) {
      if (batch.startTimes[row] === 0 || batch.times[row] < minValidTime) continue;
      throw new UnsupportedDataError(this.dir, 'samples with start timestamps');
    }
    this.stageBatch();
    return units;
  }

  /** What `ReplayRows.stage` does, of the samples in `batch`. */
  private stageBatch(): void {
    const { minValidTime, kernel } = this.data;
    const { refs, times, values, count } = this.batch;
    const { rows } = this.replay;
    for (let i = 0; i < count; i++) {
      if (times[i] < minValidTime) continue;
      const slot = this.slotOfAsked(refs[i], times[i]);
      // What a chunk has, the kernel would pass over too.
      if (slot < 0 || times[i] <= kernel.lastTimes[slot]) continue;
      if (rows.count === rows.capacity) this.flush();
      rows.slots[rows.count] = slot;
      rows.times[rows.count] = times[i];
      rows.values[rows.count++] = values[i];
    }
  }

  /** A ref under which labels were logged again, a very large one, or one of no series, counted. */
  private slotOfAsked(ref: number, time: number): number {
    const slot = this.data.store.slotOf(ref);
    if (slot >= 0) return slot;
    const same = this.series.sameAs.get(ref);
    if (same !== undefined) this.expiries.add(ref, time);
    const other = same === undefined ? -1 : this.data.store.slotOf(same);
    if (other < 0) this.unknownAsked++;
    return other;
  }

  private applyTombstones(record: Uint8Array): void {
    const { store, tombstones, minValidTime } = this.data;
    decodeTombstones(record, this.tombstones);
    for (const { ref, minTime, maxTime } of this.tombstones) {
      // The ref was given once, even if its series has no record any more.
      store.skipRefsTo(ref);
      const same = this.series.sameAs.get(ref);
      const slot = store.slotOf(same ?? ref);
      if (minTime === MIN_TIME && maxTime === MAX_TIME) {
        if (slot >= 0) this.series.remove(slot);
        continue;
      }
      if (maxTime < minValidTime) continue;
      if (same !== undefined) this.expiries.add(ref, maxTime);
      if (slot < 0) continue;
      const known = tombstones.get(same ?? ref) ?? [];
      tombstones.set(same ?? ref, addInterval(known, { minTime, maxTime }));
    }
  }

  private refuseHistograms(record: Uint8Array): void {
    decodeHistograms(record, this.histograms);
    for (const { ref, time } of this.histograms) {
      const isKnown = this.data.store.slotOf(this.series.sameAs.get(ref) ?? ref) >= 0;
      if (isKnown && time >= this.data.minValidTime) {
        throw new UnsupportedDataError(this.dir, 'native histograms');
      }
    }
  }
}
