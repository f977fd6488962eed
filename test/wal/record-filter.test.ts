/** What a checkpoint takes over of records of every type, and what it leaves as it is. */
import { ByteWriter } from '../../encoding/byte-writer.js';
import { DecodeError } from '../../model/errors.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { Labels } from '../../model/labels.js';
import { decodeHistograms, type HistogramEntry } from '../../wal/histogram-record.js';
import {
  decodeExemplars,
  decodeMetadata,
  decodeSeries,
  decodeTombstones,
  encodeExemplars,
  encodeMetadata,
  encodeSeries,
  encodeTombstones,
  ExemplarEntry,
  type MetadataEntry,
  recordType,
  type SeriesEntry,
  type TombstoneEntry,
} from '../../wal/record.js';
import { RecordFilter } from '../../wal/record-filter.js';
import { SampleBatch } from '../../wal/sample-batch.js';
import { decodeSamples, encodeSamples, encodeSamplesV2 } from '../../wal/sample-record.js';
import { goldenRecord } from '../support/record-vectors.js';
import { describeShared } from '../support/shared.js';

/** All that there are. */
const TYPES = Array.from({ length: 13 }, (_, i) => i + 1);

const odd = (ref: number): boolean => ref % 2 === 1;

function encoded<T>(encode: (value: T, out: ByteWriter) => void, value: T): Uint8Array {
  const out = new ByteWriter();
  encode(value, out);
  return out.bytes().slice();
}

function samples(...rows: [ref: number, time: number, startTime?: number][]): SampleBatch {
  const batch = new SampleBatch();
  for (const [ref, time, startTime = 0] of rows) batch.push(ref, time, startTime, ref + time);
  return batch;
}

function rowsOf(record: Uint8Array | null): number[][] {
  const batch = new SampleBatch();
  if (record === null) return [];
  decodeSamples(record, batch);
  return Array.from({ length: batch.count }, (_, i) => [
    batch.refs[i],
    batch.times[i],
    batch.startTimes[i],
  ]);
}

/** The entries of a record that one of the decoders fills in. */
function entriesOf<T>(
  decode: (record: Uint8Array, into: T[]) => unknown,
  record: Uint8Array | null,
): T[] {
  const entries: T[] = [];
  if (record !== null) decode(record, entries);
  return entries;
}

describeShared('a golden record of Prometheus', () => {
  it.each(TYPES)('stays as it is where nothing of it goes: type %d', (type) => {
    const bytes = goldenRecord(type);
    const filter = new RecordFilter({ keep: () => true, minTime: MIN_TIME });
    const kept = filter.filter(bytes);
    if (type === 5) expect(kept).toBeNull();
    else if (type === 6) expect([...filter.metadataRecords(1)]).toEqual([bytes]);
    else expect(kept).toBe(bytes);
  });

  it.each(TYPES)('goes with its series: type %d', (type) => {
    const filter = new RecordFilter({ keep: () => false, minTime: MIN_TIME });
    expect(filter.filter(goldenRecord(type))).toBeNull();
    expect([...filter.metadataRecords(1)]).toEqual([]);
  });

  it.each([7, 8, 9, 10, 12, 13])('of histograms is cut at a time: type %d', (type) => {
    const bytes = goldenRecord(type);
    const all = entriesOf<HistogramEntry>(decodeHistograms, bytes);
    for (const minTime of [0, ...all.map(({ time }) => time + 1)]) {
      const filter = new RecordFilter({ keep: () => true, minTime });
      const kept = filter.filter(bytes);
      const wanted = all.filter(({ time }) => time >= minTime);
      expect(entriesOf<HistogramEntry>(decodeHistograms, kept)).toEqual(wanted);
      if (kept !== null) expect(recordType(kept)).toBe(type);
      expect(filter.samples).toEqual({ total: all.length, dropped: all.length - wanted.length });
    }
  });
});

describe('a record', () => {
  it('of an unknown type goes', () => {
    const filter = new RecordFilter({ keep: () => true, minTime: 0 });
    expect(filter.filter(Uint8Array.of(99, 1, 2))).toBeNull();
    expect(filter.filter(new Uint8Array(0))).toBeNull();
  });

  it('that is not what its type says is an error', () => {
    const filter = new RecordFilter({ keep: () => true, minTime: 0 });
    expect(() => filter.filter(Uint8Array.of(1, 2, 3))).toThrow(DecodeError);
  });
});

describe('of the entries of a record', () => {
  it('series stay that are kept', () => {
    const filter = new RecordFilter({ keep: odd, minTime: 0 });
    const series = [1, 2, 3].map((ref) => ({ ref, labels: Labels.from({ a: String(ref) }) }));
    const kept = filter.filter(encoded(encodeSeries, series));
    expect(entriesOf<SeriesEntry>(decodeSeries, kept)).toEqual([series[0], series[2]]);
    expect(filter.series).toEqual({ total: 3, dropped: 1 });
  });

  it('samples stay from the time on, of series that are kept', () => {
    const filter = new RecordFilter({ keep: odd, minTime: 100 });
    const batch = samples([1, 99], [3, 100], [2, 200], [5, 101], [1, 100]);
    const kept = filter.filter(encoded(encodeSamples, batch));
    expect(rowsOf(kept)).toEqual([
      [3, 100, 0],
      [5, 101, 0],
      [1, 100, 0],
    ]);
    expect(filter.samples).toEqual({ total: 5, dropped: 2 });
  });

  it('samples with start times keep them, and their type', () => {
    const filter = new RecordFilter({ keep: odd, minTime: 100 });
    const batch = samples([2, 150, 7], [3, 100, 7], [1, 99, 8], [5, 101, 7], [1, 100, 9]);
    const kept = filter.filter(encoded(encodeSamplesV2, batch));
    expect(recordType(kept ?? new Uint8Array(0))).toBe(11);
    expect(rowsOf(kept)).toEqual([
      [3, 100, 7],
      [5, 101, 7],
      [1, 100, 9],
    ]);
  });

  it('tombstones stay that reach the time, whole, and those without an end', () => {
    const filter = new RecordFilter({ keep: odd, minTime: 100 });
    const tombstones = [
      { ref: 1, minTime: 0, maxTime: 99 },
      { ref: 1, minTime: 0, maxTime: 100 },
      { ref: 2, minTime: 0, maxTime: 500 },
      { ref: 3, minTime: MIN_TIME, maxTime: MAX_TIME },
    ];
    const kept = filter.filter(encoded(encodeTombstones, tombstones));
    expect(entriesOf<TombstoneEntry>(decodeTombstones, kept)).toEqual([
      tombstones[1],
      tombstones[3],
    ]);
    expect(filter.tombstones).toEqual({ total: 4, dropped: 2 });
  });

  it('exemplars stay from the time on', () => {
    const filter = new RecordFilter({ keep: () => true, minTime: 100 });
    const labels = Labels.from({ trace_id: 'x' });
    const exemplars = [new ExemplarEntry(1, 99, 1, labels), new ExemplarEntry(2, 100, 2, labels)];
    const kept = filter.filter(encoded(encodeExemplars, exemplars));
    expect(entriesOf<ExemplarEntry>(decodeExemplars, kept)).toEqual([exemplars[1]]);
    expect(filter.exemplars).toEqual({ total: 2, dropped: 1 });
  });

  it('metadata stays that is the latest of its series', () => {
    const filter = new RecordFilter({ keep: odd, minTime: 0 });
    const entry = (ref: number, help: string): MetadataEntry => ({ ref, type: 1, unit: 's', help });
    const records = [[entry(1, 'old'), entry(2, 'gone')], [entry(1, 'new')], [entry(3, 'only')]];
    for (const one of records) expect(filter.filter(encoded(encodeMetadata, one))).toBeNull();
    const kept = [...filter.metadataRecords(1000)];
    expect(kept.flatMap((one) => entriesOf<MetadataEntry>(decodeMetadata, one))).toEqual([
      entry(1, 'new'),
      entry(3, 'only'),
    ]);
    expect(kept).toHaveLength(1);
    expect([...filter.metadataRecords(1)]).toHaveLength(2);
    expect(filter.metadata).toEqual({ total: 4, dropped: 2 });
  });
});
