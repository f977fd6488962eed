/**
 * Checks the head's files: every record of the write-ahead log with its checkpoint, of the
 * out-of-order log and of memory snapshots, and every m-mapped chunk.
 *
 * Samples of series that the log no longer knows are normal: their series went into a block. A
 * record that is cut off at the end of the log is what a running Prometheus, or a crash, leaves.
 */
import { HeadChunkEntries } from '../chunks/head-chunk-entry.js';
import { HEAD_CHUNKS_HEADER_BYTES, HeadChunkFiles } from '../chunks/head-chunks.js';
import { Columns } from '../model/columns.js';
import { CorruptionError } from '../model/errors.js';
import { listLog, type SegmentFile } from '../wal/checkpoint.js';
import { parseSegmentName } from '../wal/format.js';
import {
  decodeHistograms,
  type HistogramEntry,
  isHistogramRecord,
} from '../wal/histogram-record.js';
import { WalReader } from '../wal/reader.js';
import {
  decodeExemplars,
  decodeMetadata,
  decodeMmapMarkers,
  decodeSeries,
  decodeTombstones,
  type ExemplarEntry,
  type MetadataEntry,
  type MmapMarker,
  RECORD_EXEMPLARS,
  RECORD_METADATA,
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
import { isGone } from './block-list.js';
import type { VerifyContext } from './verify-context.js';

/** Memory snapshots: `chunk_snapshot.<segment>.<offset>`. */
const SNAPSHOT_NAME = /^chunk_snapshot\.\d+\.\d+$/;

const HEAD_CHUNK_NAME = /^\d{6}$/;
/** What of a head chunk file is read at a time. */
const WINDOW_BYTES = 256 * 1024;

/** How often checking starts over when a running Prometheus truncates its log under it. */
const ATTEMPTS_MAX = 5;

/** Checks `wal`, `wbl`, `chunks_head` and the memory snapshots of the data directory `dir`. */
export async function verifyLog(dir: string, context: VerifyContext): Promise<void> {
  const { findings, counts } = context;
  for (let attempt = 1; ; attempt++) {
    const { logRecords, headChunks } = counts;
    const check = (): Promise<boolean> => isWholeLog(dir, context);
    if (await findings.provisional(check, (isWhole) => !isWhole)) return;
    Object.assign(counts, { logRecords, headChunks });
    if (attempt < ATTEMPTS_MAX) continue;
    findings.note(dir, null, 'the log was truncated again and again while it was read');
    return;
  }
}

/** False if a file of it was gone when its turn came. */
async function isWholeLog(dir: string, context: VerifyContext): Promise<boolean> {
  try {
    await verifyFiles(dir, context);
    return true;
  } catch (error) {
    if (!isGone(error)) throw error;
    return false;
  }
}

async function verifyFiles(dir: string, context: VerifyContext): Promise<void> {
  const { disk, findings } = context;
  const records = new RecordCheck();
  for (const name of ['wal', 'wbl']) {
    const path = disk.join(dir, name);
    const files = listLog(disk, path);
    for (const gap of files.gaps) findings.damage(gap.path, gap.offset, gap.message);
    const segments = [...(files.checkpoint?.segments ?? []), ...files.segments];
    await readLog(segments, (record) => records.check(record), context);
    records.report(path, context);
  }
  await verifyHeadChunks(disk.join(dir, 'chunks_head'), records.refs, context);
  for (const { name } of disk.list(dir)) {
    if (SNAPSHOT_NAME.test(name)) await verifySnapshot(disk.join(dir, name), context);
  }
}

/** Reads every record of a log; damage costs the rest of its segment. */
async function readLog(
  segments: readonly SegmentFile[],
  check: (record: Uint8Array) => void,
  context: VerifyContext,
): Promise<void> {
  const { findings, counts } = context;
  const reader = new WalReader(context.disk, segments);
  const advance = (): boolean => {
    for (;;) {
      try {
        return reader.next();
      } catch (error) {
        if (isGone(error)) throw error;
        findings.error(error, reader.path);
        reader.skipSegment();
      }
    }
  };
  try {
    while (advance()) {
      counts.logRecords++;
      try {
        check(reader.record);
      } catch (error) {
        findings.error(CorruptionError.from(reader.path, reader.offset, error), reader.path);
      }
      if (context.isDue(reader.record.length)) await context.turn();
    }
  } finally {
    reader.close();
  }
  const { torn } = reader;
  if (torn !== null) findings.note(torn.path, torn.offset, 'the last record is not all there');
}

/** Decodes records and remembers which series they speak of. */
class RecordCheck {
  /** The refs of all series records. */
  readonly refs = new Set<number>();
  private unknownRefs = 0;
  private unknownTypes = 0;
  private unknownSchemas = 0;

  private readonly samples = new SampleBatch();
  private readonly histograms: HistogramEntry[] = [];
  private readonly series: SeriesEntry[] = [];
  private readonly tombstones: TombstoneEntry[] = [];
  private readonly exemplars: ExemplarEntry[] = [];
  private readonly markers: MmapMarker[] = [];
  private readonly metadata: MetadataEntry[] = [];

  /** Throws a `DecodeError` for a record that cannot be decoded. */
  check(record: Uint8Array): void {
    const type = recordType(record);
    if (isHistogramRecord(type)) {
      this.unknownSchemas += decodeHistograms(record, this.histograms);
      for (const { ref } of this.histograms) this.meet(ref);
      return;
    }
    switch (type) {
      case RECORD_SERIES:
        decodeSeries(record, this.series);
        for (const { ref } of this.series) this.refs.add(ref);
        return;
      case RECORD_SAMPLES:
      case RECORD_SAMPLES_V2:
        decodeSamples(record, this.samples);
        for (let row = 0; row < this.samples.count; row++) this.meet(this.samples.refs[row]);
        return;
      case RECORD_TOMBSTONES:
        decodeTombstones(record, this.tombstones);
        for (const { ref } of this.tombstones) this.meet(ref);
        return;
      case RECORD_EXEMPLARS:
        decodeExemplars(record, this.exemplars);
        for (const { ref } of this.exemplars) this.meet(ref);
        return;
      case RECORD_MMAP_MARKERS:
        decodeMmapMarkers(record, this.markers);
        for (const { seriesRef } of this.markers) this.meet(seriesRef);
        return;
      case RECORD_METADATA:
        decodeMetadata(record, this.metadata);
        for (const { ref } of this.metadata) this.meet(ref);
        return;
      default:
        this.unknownTypes++;
    }
  }

  /** Tells what was passed over in the log at `path`, and starts to count anew. */
  report(path: string, { findings }: VerifyContext): void {
    const note = (count: number, what: string): void => {
      if (count > 0) findings.note(path, null, `${count} ${what}`);
    };
    note(this.unknownRefs, 'entries of series that the log does not know');
    note(this.unknownTypes, 'records of unknown types');
    note(this.unknownSchemas, 'histograms of unknown schemas');
    this.unknownRefs = 0;
    this.unknownTypes = 0;
    this.unknownSchemas = 0;
  }

  private meet(ref: number): void {
    if (!this.refs.has(ref)) this.unknownRefs++;
  }
}

async function verifyHeadChunks(
  dir: string,
  seriesRefs: ReadonlySet<number>,
  context: VerifyContext,
): Promise<void> {
  const { disk, findings, counts } = context;
  const files = await context.run(HeadChunkFiles.open(disk, dir));
  try {
    for (const { path, offset, message } of files.problems) findings.damage(path, offset, message);
    if (files.problems.length === 0) noteTornChunk(dir, context);
    const columns = new Columns();
    let unknown = 0;
    for (const chunk of files.chunks) {
      counts.headChunks++;
      if (!seriesRefs.has(chunk.seriesRef)) unknown++;
      columns.clear();
      context.attempt(dir, () => {
        files.read(chunk, columns);
        const { count, times } = columns;
        if (count > 0 && times[0] === chunk.minTime && times[count - 1] === chunk.maxTime) return;
        const range = count === 0 ? 'nothing' : `[${times[0]}, ${times[count - 1]}]`;
        const said = `[${chunk.minTime}, ${chunk.maxTime}]`;
        findings.damage(dir, null, `chunk ${chunk.ref} of ${said} holds ${range}`);
      });
      if (context.isDue(chunk.dataLength)) await context.turn();
    }
    if (unknown > 0) {
      findings.note(dir, null, `${unknown} chunks of series that the log does not know`);
    }
  } finally {
    files.close();
  }
}

/** The newest file may end within a chunk, which the scan takes for its end. */
function noteTornChunk(dir: string, { disk, findings }: VerifyContext): void {
  const names = disk.exists(dir) ? disk.list(dir).map(({ name }) => name) : [];
  const newest = names.filter((name) => HEAD_CHUNK_NAME.test(name)).at(-1);
  if (newest === undefined) return;
  const source = disk.openMutable(disk.join(dir, newest));
  const entries = new HeadChunkEntries(source, HEAD_CHUNKS_HEADER_BYTES, WINDOW_BYTES);
  try {
    while (source.size > HEAD_CHUNKS_HEADER_BYTES && entries.next());
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    findings.note(source.path, entries.offset, `the last chunk is not all there: ${error.reason}`);
  } finally {
    source.close();
  }
}

/** Only the frame: the log holds the same samples, so nothing reads a snapshot. */
async function verifySnapshot(path: string, context: VerifyContext): Promise<void> {
  const { disk } = context;
  const segments: SegmentFile[] = [];
  for (const { name } of disk.list(path)) {
    const index = parseSegmentName(name);
    if (index !== null) segments.push({ index, path: disk.join(path, name) });
  }
  await readLog(segments, () => {}, context);
}
