/**
 * Applies the records of a log to a living head, by Prometheus' rules (tsdb/head_wal.go, loadWAL):
 * samples go in portions of many records through the kernel, which passes over those that are not
 * newer than their series' last one, whether in a chunk or in an m-mapped one.
 */
import type { HeadChunkList } from '../chunks/head-chunk-list.js';
import { TextCache } from '../encoding/text-cache.js';
import { ROWS_MAX } from '../kernel/head-kernel.js';
import type { SampleRows } from '../kernel/sample-rows.js';
import { UnsupportedDataError } from '../model/errors.js';
import { addInterval, MAX_TIME, MIN_TIME } from '../model/interval.js';
import { atOnce } from '../model/steps.js';
import {
  decodeHistograms,
  type HistogramEntry,
  isHistogramRecord,
} from '../wal/histogram-record.js';
import {
  decodeSeries,
  decodeTombstones,
  isKnownRecordType,
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
import { GoneSeries } from './gone-series.js';
import type { HeadData } from './head-data.js';
import { LogExpiries } from './log-expiries.js';

/** What applying costs, in the pacer's units: a sample, a series, a record of any other kind. */
const SAMPLE_UNITS = 4;
const SERIES_UNITS = 600;
const RECORD_UNITS = 100;

export class ReplayRecords {
  /** Among others, refs by which the log names a series that has another by now. */
  readonly expiries = new LogExpiries();
  /** Samples of series that no record names. */
  unknownSamples = 0;
  private readonly dir: string;
  private readonly data: HeadData;
  /** Full chunks; each record of a series takes its own anew. */
  private readonly mapped: HeadChunkList;
  /** Ref of a record that repeats labels → the ref of the series that has them. */
  private readonly sameAs = new Map<number, number>();
  private readonly rows: SampleRows;
  private readonly batch = new SampleBatch();
  private readonly histograms: HistogramEntry[] = [];
  private readonly series: SeriesEntry[] = [];
  private readonly tombstones: TombstoneEntry[] = [];
  private readonly texts = new TextCache();

  constructor(dir: string, data: HeadData, mapped: HeadChunkList) {
    this.dir = dir;
    this.data = data;
    this.mapped = mapped;
    this.rows = data.kernel.rows(ROWS_MAX);
  }

  /** Applies a record and returns what that cost; samples may wait for `flush`. */
  apply(record: Uint8Array): number {
    const type = recordType(record);
    if (type === RECORD_SAMPLES || type === RECORD_SAMPLES_V2) return this.applySamples(record);
    if (type === RECORD_SERIES) return this.applySeries(record);
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
    const { rows, data } = this;
    data.kernel.clearTotals();
    for (let row = 0; row < rows.count;) {
      row = data.kernel.append(rows, row);
      data.drainFinished();
    }
    rows.count = 0;
    data.widen(data.kernel.minTime, data.kernel.maxTime);
  }

  private applySamples(record: Uint8Array): number {
    const { kernel } = this.data;
    const count = kernel.decode(record);
    if (count >= 0) {
      this.push(kernel.decodedRefs, kernel.decodedTimes, kernel.decodedValues, count);
      return RECORD_UNITS + SAMPLE_UNITS * count;
    }
    // Slow path: another version, or damage, which this tells.
    const { batch } = this;
    decodeSamples(record, batch);
    for (let row = 0; row < batch.count; row++) {
      if (batch.startTimes[row] === 0 || batch.times[row] < this.data.minValidTime) continue;
      throw new UnsupportedDataError(this.dir, 'samples with start timestamps');
    }
    this.push(batch.refs, batch.times, batch.values, batch.count);
    return RECORD_UNITS + SAMPLE_UNITS * batch.count;
  }

  private push(refs: Float64Array, times: Float64Array, values: Float64Array, count: number): void {
    for (let from = 0; from < count;) {
      from = this.fillRows(refs, times, values, { from, count });
      if (from < count) this.flush();
    }
  }

  /** Fills rows until there is no room; returns the first sample that found none. */
  private fillRows(
    refs: Float64Array,
    times: Float64Array,
    values: Float64Array,
    { from, count }: { readonly from: number; readonly count: number },
  ): number {
    const { store, minValidTime, kernel } = this.data;
    const { lastTimes } = kernel;
    const { slots, times: rowTimes, values: rowValues, capacity } = this.rows;
    let row = this.rows.count;
    let i = from;
    for (; i < count && row < capacity; i++) {
      if (times[i] < minValidTime) continue;
      let slot = store.slotOf(refs[i]);
      if (slot < 0) slot = this.slotOfRepeated(refs[i], times[i]);
      // What a chunk has, the kernel would pass over too.
      if (slot < 0 || times[i] <= lastTimes[slot]) continue;
      slots[row] = slot;
      rowTimes[row] = times[i];
      rowValues[row++] = values[i];
    }
    this.rows.count = row;
    return i;
  }

  /** Slow path: a ref under which labels were logged again, or one of no series, counted. */
  private slotOfRepeated(ref: number, time: number): number {
    const same = this.sameAs.get(ref);
    if (same !== undefined) this.expiries.add(ref, time);
    const slot = same === undefined ? -1 : this.data.store.slotOf(same);
    if (slot < 0) this.unknownSamples++;
    return slot;
  }

  private applySeries(record: Uint8Array): number {
    const { store, lists } = this.data;
    decodeSeries(record, this.series, this.texts);
    for (const { ref, labels } of this.series) {
      if (labels.size === 0 || ref === 0) continue;
      let slot = store.find(labels);
      if (slot < 0) {
        slot = store.add(labels, ref);
        lists.start(slot);
      } else {
        this.restart(slot, ref);
      }
      this.takeMapped(slot, ref);
    }
    return RECORD_UNITS + SERIES_UNITS * this.series.length;
  }

  /**
   * A record repeats the labels of a series: what was replayed of it is dropped, for the chunks
   * under this ref, even if there are none, stand for all before (resetSeriesWithMMappedChunks).
   */
  private restart(slot: number, ref: number): void {
    const { data } = this;
    this.flush();
    const known = data.kernel.refs[slot];
    if (ref !== known) {
      this.sameAs.set(ref, known);
      data.store.skipRefsTo(ref);
    }
    data.lists.dropBefore(slot, MAX_TIME);
    if (data.kernel.hasOpenChunk(slot)) {
      // The buffer of finished chunks was emptied by `flush`: this one goes nowhere.
      data.kernel.finishSlot(slot);
      data.kernel.finished.clear();
    }
    data.kernel.setLastTime(slot, -Infinity);
  }

  private takeMapped(slot: number, ref: number): void {
    const { data } = this;
    const { mapped } = this;
    const first = mapped.firstOf(ref);
    if (first < 0) return;
    let last = first;
    for (let i = first; i >= 0; i = mapped.nextOf(i)) {
      data.lists.push(slot, mapped.at(i));
      last = i;
    }
    data.widen(mapped.minTimes[first], mapped.maxTimes[last]);
    data.kernel.setLastTime(slot, mapped.maxTimes[last]);
  }

  private applyTombstones(record: Uint8Array): void {
    const { store, tombstones, minValidTime } = this.data;
    decodeTombstones(record, this.tombstones);
    for (const { ref, minTime, maxTime } of this.tombstones) {
      // The ref was given once, even if its series has no record any more.
      store.skipRefsTo(ref);
      const same = this.sameAs.get(ref);
      const slot = store.slotOf(same ?? ref);
      if (minTime === MIN_TIME && maxTime === MAX_TIME) {
        if (slot >= 0) this.remove(slot);
        continue;
      }
      if (maxTime < minValidTime) continue;
      if (same !== undefined) this.expiries.add(ref, maxTime);
      if (slot < 0) continue;
      const known = tombstones.get(same ?? ref) ?? [];
      tombstones.set(same ?? ref, addInterval(known, { minTime, maxTime }));
    }
  }

  /** The series was compacted away early: its like starts anew, and what comes for it is lost. */
  private remove(slot: number): void {
    this.flush();
    const gone = new GoneSeries();
    this.data.lists.dropBefore(slot, MAX_TIME);
    this.data.store.takeOut(slot, gone);
    atOnce(this.data.store.forget(gone));
  }

  private refuseHistograms(record: Uint8Array): void {
    decodeHistograms(record, this.histograms);
    for (const { ref, time } of this.histograms) {
      const isKnown = this.data.store.slotOf(this.sameAs.get(ref) ?? ref) >= 0;
      if (isKnown && time >= this.data.minValidTime) {
        throw new UnsupportedDataError(this.dir, 'native histograms');
      }
    }
  }
}
