/**
 * The logs of real Prometheus servers, read to the end and compared with what Prometheus 3.14's own
 * packages (tsdb/wlog, tsdb/record) make of the same files.
 *
 * The goldens were printed by a small Go program on these packages: for each log the number of
 * records and entries by type, the head of a SHA-256 over all records (length as 8 bytes, then the
 * bytes), and of one over all entries as lines of text, doubles as bits, buckets absolute.
 */
import { createHash } from 'node:crypto';
import { NodeDisk } from '../../disk/node-disk.js';
import { listLog, type SegmentFile } from '../../wal/checkpoint.js';
import {
  decodeHistograms,
  type HistogramEntry,
  isHistogramRecord,
} from '../../wal/histogram-record.js';
import { WalReader } from '../../wal/reader.js';
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
  RECORD_SERIES,
  RECORD_TOMBSTONES,
  recordType,
  type SeriesEntry,
  type TombstoneEntry,
} from '../../wal/record.js';
import type { Labels } from '../../model/labels.js';
import { SampleBatch } from '../../wal/sample-batch.js';
import { decodeSamples } from '../../wal/sample-record.js';
import { bitsOf, columnBits } from '../support/bits.js';
import { fixtureData } from '../support/fixtures.js';
import { describeShared } from '../support/shared.js';

/** Fixture, log, `type:records/entries …`, hash of the records, hash of the entries. */
const GOLDENS: readonly [string, string, string, string, string][] = [
  ['deleted-3.14', 'wal checkpoint', '1:2/41', '4c41822ae8cc54c9', '9ed43695daa689aa'],
  [
    'deleted-3.14',
    'wal',
    '1:14/61 2:195/6928 3:6/6 4:195/694 6:6/46 7:195/367 8:195/195 9:86/86',
    '521e54bccea70a5d',
    '178ef16e9e7924f9',
  ],
  ['deleted-3.14', 'wbl', '2:57/230 5:11/11 7:24/24', '0ef84b204d688efd', '4f13bcec215ce2ca'],
  [
    'live-3.14-running',
    'wal checkpoint',
    '1:42/1968 6:1/36',
    'b2279e8bf41ecf7e',
    '754e90a387d58171',
  ],
  [
    'live-3.14-running',
    'wal',
    '1:36/54 2:1277/165153 3:1/10 4:474/1659 6:13/13 7:662/5196 8:474/483 9:356/2776',
    '853146c9a908332e',
    '39a8e51a8802d665',
  ],
  ['live-3.14-running', 'wbl', '2:128/521 5:22/37 7:55/55', 'd52522013be096a2', '560293f6dc416f57'],
  ['live-running', 'wal checkpoint', '1:29/1557', '24588cd00a4a317c', '579cb0a3179cb040'],
  [
    'live-running',
    'wal',
    '1:19/21 2:925/168892 4:261/1044 7:261/261 8:261/261',
    '5f0093b1872b34f5',
    '9d402dc9039a2fb4',
  ],
  ['live-running', 'wbl', '2:97/447 5:18/18', '3280d3c261ef27ea', '5ea23a9b63d82363'],
  [
    'small-running',
    'wal',
    '1:13/54 2:165/6443 4:165/660 7:165/165 8:165/165',
    'e631b7349e98beb1',
    '841246b9c1c78223',
  ],
  ['small-running', 'wbl', '2:23/106 5:6/6', 'd52f8c4c29488b4d', 'bc96cc6cbc469477'],
  ['small-stopped', 'wal checkpoint', '1:15/56', 'cc3dfb1007bf6949', '734606b470e7a655'],
  [
    'small-stopped',
    'wal',
    '1:14/20 2:203/7927 4:203/812 7:203/203 8:203/203',
    '7bdad4e1d9d0e679',
    '9af25f67826dd65d',
  ],
  ['small-stopped', 'wbl', '2:28/133 5:6/6', '752871efd5b89e2d', 'd4230392330396c2'],
  ['snapshot-stopped', 'wal', '1:1/200 2:35/7000', 'f7e0bb85c3c9c8f8', '35f8afda9472476c'],
  ['st-3.14-stopped', 'wal checkpoint', '1:40/1911 6:1/36', '8807726d3c5fecbb', '0ff905006c4bcaef'],
  [
    'st-3.14-stopped',
    'wal',
    '1:15/30 4:168/504 6:9/9 11:729/107807 12:384/4318 13:168/168',
    '36938fcb3aa9f4b0',
    '6596b7af3caa2795',
  ],
  ['st-3.14-stopped', 'wbl', '5:15/48 11:91/303 12:76/76', '590dad4a9411f88f', '2f0e918e4e92e499'],
];

describeShared("real logs hold what Prometheus' own reader finds in them", () => {
  it.each(GOLDENS)('%s %s', (fixture, log, counts, records, entries) => {
    const disk = new NodeDisk();
    const { checkpoint, segments, gaps } = listLog(
      disk,
      `${fixtureData(fixture)}/${log.slice(0, 3)}`,
    );
    expect(gaps).toEqual([]);
    const part = log.endsWith('checkpoint') ? (checkpoint?.segments ?? []) : segments;
    expect(part.length).toBeGreaterThan(0);
    expect(readAll(disk, part)).toEqual({ counts, records, entries });
  });
});

function readAll(disk: NodeDisk, segments: readonly SegmentFile[]) {
  const reader = new WalReader(disk, segments);
  const recordHash = createHash('sha256');
  const entryHash = createHash('sha256');
  const counts = new Map<number, [records: number, entries: number]>();
  while (reader.next()) {
    const length = Buffer.alloc(8);
    length.writeUInt32BE(reader.record.length, 4);
    recordHash.update(length).update(reader.record);
    const type = recordType(reader.record);
    const lines = linesOf(type, reader.record);
    for (const line of lines) entryHash.update(`${line}\n`);
    const [records, entries] = counts.get(type) ?? [0, 0];
    counts.set(type, [records + 1, entries + lines.length]);
  }
  expect(reader.torn).toBeNull();
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return {
    counts: sorted.map(([type, [records, entries]]) => `${type}:${records}/${entries}`).join(' '),
    records: recordHash.digest('hex').slice(0, 16),
    entries: entryHash.digest('hex').slice(0, 16),
  };
}

const series: SeriesEntry[] = [];
const tombstones: TombstoneEntry[] = [];
const exemplars: ExemplarEntry[] = [];
const markers: MmapMarker[] = [];
const metadata: MetadataEntry[] = [];
const histograms: HistogramEntry[] = [];
const samples = new SampleBatch();

function linesOf(type: number, record: Uint8Array): string[] {
  switch (type) {
    case RECORD_SERIES:
      decodeSeries(record, series);
      return series.map(({ ref, labels }) => `${ref}${labelText(labels)}`);
    case RECORD_TOMBSTONES:
      decodeTombstones(record, tombstones);
      return tombstones.map(({ ref, minTime, maxTime }) => `${ref} ${minTime} ${maxTime}`);
    case RECORD_EXEMPLARS:
      decodeExemplars(record, exemplars);
      return exemplars.map((e) => `${e.ref} ${e.time} ${bitsOf(e.value)}${labelText(e.labels)}`);
    case RECORD_MMAP_MARKERS:
      decodeMmapMarkers(record, markers);
      return markers.map(({ seriesRef, chunkRef }) => `${seriesRef} ${chunkRef}`);
    case RECORD_METADATA:
      decodeMetadata(record, metadata);
      return metadata.map((m) => `${m.ref} ${m.type} ${m.unit} ${m.help}`);
    default:
      return isHistogramRecord(type) ? histogramLines(record) : sampleLines(record);
  }
}

function sampleLines(record: Uint8Array): string[] {
  decodeSamples(record, samples);
  const { refs, times, startTimes } = samples;
  const bits = columnBits(samples.values, samples.count);
  return bits.map((value, i) => `${refs[i]} ${times[i]} ${startTimes[i]} ${value}`);
}

function histogramLines(record: Uint8Array): string[] {
  expect(decodeHistograms(record, histograms)).toBe(0);
  return histograms.map(({ ref, time, startTime, histogram: h }) =>
    [
      `${ref} ${time} ${startTime} ${h.counterResetHint} ${h.schema}`,
      ...[bitsOf(h.zeroThreshold), bitsOf(h.zeroCount), bitsOf(h.count), bitsOf(h.sum)],
      ...h.positiveSpans.map(({ offset, length }) => `${offset}+${length}`),
      ...h.negativeSpans.map(({ offset, length }) => `${offset}-${length}`),
      ...columnBits(h.positiveBuckets),
      ...columnBits(h.negativeBuckets),
      ...columnBits(h.customValues),
    ].join(' '),
  );
}

function labelText(labels: Labels): string {
  return [...labels].map(([name, value]) => ` ${name}=${value}`).join('');
}
