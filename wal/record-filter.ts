/**
 * What of a log's records a checkpoint takes over (tsdb/wlog/checkpoint.go, Checkpoint): series
 * that are kept; samples, histograms and exemplars from a time on; tombstones that reach into it;
 * of metadata the latest of each series. Bytes to bytes: what loses nothing stays as it is.
 *
 * Other than Prometheus we leave out samples of series that are not kept: nobody could tell whose
 * they are. Records of unknown types go, as there.
 */
import { ByteWriter } from '../encoding/byte-writer.js';
import {
  decodeHistograms,
  encodeHistograms,
  type HistogramEntry,
  isHistogramRecord,
} from './histogram-record.js';
import {
  decodeExemplars,
  decodeMetadata,
  decodeSeries,
  decodeTombstones,
  encodeExemplars,
  encodeMetadata,
  encodeSeries,
  encodeTombstones,
  type ExemplarEntry,
  type MetadataEntry,
  RECORD_EXEMPLARS,
  RECORD_METADATA,
  RECORD_SAMPLES,
  RECORD_SAMPLES_V2,
  RECORD_SERIES,
  RECORD_TOMBSTONES,
  recordType,
  type SeriesEntry,
  type TombstoneEntry,
} from './record.js';
import { SampleBatch } from './sample-batch.js';
import { decodeSamples, encodeSamples, encodeSamplesV2 } from './sample-record.js';

/** How many entries were met, and how many of them were left out. */
export class FilterCount {
  total = 0;
  dropped = 0;
}

export interface RecordFilterOptions {
  /** Whether this series is kept: always the same for a ref. */
  readonly keep: (ref: number) => boolean;
  /** Samples before it are left out, in ms. */
  readonly minTime: number;
}

export class RecordFilter {
  readonly series = new FilterCount();
  /** Histograms too. */
  readonly samples = new FilterCount();
  readonly tombstones = new FilterCount();
  readonly exemplars = new FilterCount();
  readonly metadata = new FilterCount();
  private readonly keep: (ref: number) => boolean;
  private readonly minTime: number;
  private readonly latestMetadata = new Map<number, MetadataEntry>();
  private readonly out = new ByteWriter(64 * 1024);
  /** Reused record after record. */
  private readonly seriesEntries: SeriesEntry[] = [];
  private readonly tombstoneEntries: TombstoneEntry[] = [];
  private readonly exemplarEntries: ExemplarEntry[] = [];
  private readonly metadataEntries: MetadataEntry[] = [];
  private readonly histogramEntries: HistogramEntry[] = [];
  private readonly batch = new SampleBatch();

  constructor({ keep, minTime }: RecordFilterOptions) {
    this.keep = keep;
    this.minTime = minTime;
  }

  /**
   * What stays of a record, or null for nothing; metadata is gathered instead. Valid until the next
   * call. Throws a `DecodeError` for a record that is not what its type says.
   */
  filter(record: Uint8Array): Uint8Array | null {
    const type = recordType(record);
    this.out.clear();
    switch (type) {
      case RECORD_SERIES:
        decodeSeries(record, this.seriesEntries);
        return this.entries(this.series, record, this.seriesEntries, this.isKept, encodeSeries);
      case RECORD_SAMPLES:
      case RECORD_SAMPLES_V2:
        return this.filterSamples(
          record,
          type === RECORD_SAMPLES ? encodeSamples : encodeSamplesV2,
        );
      case RECORD_TOMBSTONES:
        decodeTombstones(record, this.tombstoneEntries);
        return this.entries(
          this.tombstones,
          record,
          this.tombstoneEntries,
          (one) => this.keep(one.ref) && one.maxTime >= this.minTime,
          encodeTombstones,
        );
      case RECORD_EXEMPLARS:
        decodeExemplars(record, this.exemplarEntries);
        return this.entries(
          this.exemplars,
          record,
          this.exemplarEntries,
          this.isRecent,
          encodeExemplars,
        );
      case RECORD_METADATA:
        this.gatherMetadata(record);
        return null;
      default:
        return isHistogramRecord(type) ? this.filterHistograms(record, type) : null;
    }
  }

  /** The latest metadata of each kept series, in records of about `recordBytes`; each is a copy. */
  *metadataRecords(recordBytes: number): Generator<Uint8Array, void, undefined> {
    let entries: MetadataEntry[] = [];
    let bytes = 0;
    for (const entry of this.latestMetadata.values()) {
      entries.push(entry);
      bytes += METADATA_BYTES + entry.unit.length + entry.help.length;
      if (bytes < recordBytes) continue;
      yield this.metadataRecord(entries);
      entries = [];
      bytes = 0;
    }
    if (entries.length > 0) yield this.metadataRecord(entries);
  }

  private metadataRecord(entries: readonly MetadataEntry[]): Uint8Array {
    this.out.clear();
    encodeMetadata(entries, this.out);
    return this.out.bytes().slice();
  }

  private readonly isKept = ({ ref }: { readonly ref: number }): boolean => this.keep(ref);

  private readonly isRecent = (one: { readonly ref: number; readonly time: number }): boolean =>
    one.time >= this.minTime && this.keep(one.ref);

  private entries<Entry>(
    count: FilterCount,
    record: Uint8Array,
    entries: readonly Entry[],
    isWanted: (entry: Entry) => boolean,
    encode: (entries: readonly Entry[], out: ByteWriter) => void,
  ): Uint8Array | null {
    const wanted = entries.filter(isWanted);
    count.total += entries.length;
    count.dropped += entries.length - wanted.length;
    if (wanted.length === 0) return null;
    if (wanted.length === entries.length) return record;
    encode(wanted, this.out);
    return this.out.bytes();
  }

  private filterHistograms(record: Uint8Array, type: number): Uint8Array | null {
    const entries = this.histogramEntries;
    // Of unknown schemas: they go unless the whole record stays, as no reader takes them.
    const unknown = decodeHistograms(record, entries);
    this.samples.total += unknown;
    this.samples.dropped += unknown;
    return this.entries(this.samples, record, entries, this.isRecent, (wanted, out) =>
      encodeHistograms(wanted, { type }, out),
    );
  }

  /** Moves the rows that stay to the front. */
  private filterSamples(
    record: Uint8Array,
    encode: (samples: SampleBatch, out: ByteWriter) => void,
  ): Uint8Array | null {
    const { batch, keep, minTime } = this;
    decodeSamples(record, batch);
    const { refs, times, values, startTimes } = batch;
    const total = batch.count;
    let kept = 0;
    for (let row = 0; row < total; row++) {
      if (times[row] < minTime || !keep(refs[row])) continue;
      refs[kept] = refs[row];
      times[kept] = times[row];
      values[kept] = values[row];
      startTimes[kept++] = startTimes[row];
    }
    this.samples.total += total;
    this.samples.dropped += total - kept;
    if (kept === 0) return null;
    if (kept === total) return record;
    batch.count = kept;
    encode(batch, this.out);
    return this.out.bytes();
  }

  private gatherMetadata(record: Uint8Array): void {
    decodeMetadata(record, this.metadataEntries);
    for (const entry of this.metadataEntries) {
      this.metadata.total++;
      if (!this.keep(entry.ref) || this.latestMetadata.has(entry.ref)) this.metadata.dropped++;
      if (this.keep(entry.ref)) this.latestMetadata.set(entry.ref, entry);
    }
  }
}

/** Of an entry without its texts, about. */
const METADATA_BYTES = 24;
