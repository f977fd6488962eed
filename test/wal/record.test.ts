/** Records without samples: known bytes, both ways, and what is no record. */
import fc from 'fast-check';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { TextCache } from '../../encoding/text-cache.js';
import { DecodeError } from '../../model/errors.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { Labels } from '../../model/labels.js';
import {
  decodeExemplars,
  decodeMetadata,
  decodeMmapMarkers,
  decodeSeries,
  decodeTombstones,
  encodeExemplars,
  encodeMetadata,
  encodeMmapMarkers,
  encodeSeries,
  encodeTombstones,
  ExemplarEntry,
  type MetadataEntry,
  type MmapMarker,
  recordType,
  type SeriesEntry,
  type TombstoneEntry,
} from '../../wal/record.js';
import { decodeHistograms, isHistogramRecord } from '../../wal/histogram-record.js';
import { SampleBatch } from '../../wal/sample-batch.js';
import { decodeSamples } from '../../wal/sample-record.js';
import { bitsOf, bytesOfHex, hexOfBytes } from '../support/bits.js';
import { goldenRecord } from '../support/record-vectors.js';
import { describeShared } from '../support/shared.js';

const STALE = new Float64Array(new BigUint64Array([0x7ff0000000000002n]).buffer);

function encoded(encode: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  encode(out);
  return out.bytes().slice();
}

function decoded<T>(decode: (record: Uint8Array, into: T[]) => unknown, record: Uint8Array): T[] {
  const into: T[] = [];
  decode(record, into);
  return into;
}

/** Exemplars as text, values by their bits. */
function texts(exemplars: readonly ExemplarEntry[]): string[] {
  return exemplars.map((e) => `${e.ref} ${e.time} ${bitsOf(e.value)} ${e.labels.toString()}`);
}

describeShared("Prometheus' golden records", () => {
  const series: SeriesEntry[] = [
    { ref: 1, labels: Labels.from({ __name__: 'm', a: 'é' }) },
    { ref: 300, labels: Labels.from({ z: 'y' }) },
  ];
  const tombstones: TombstoneEntry[] = [
    { ref: 300, minTime: -5, maxTime: 1_600_000_000_000 },
    { ref: 300, minTime: 7, maxTime: 8 },
  ];
  const exemplars = [
    new ExemplarEntry(1, 1000, 2, Labels.from({ trace_id: 'x' })),
    new ExemplarEntry(3, 900, 3, Labels.EMPTY),
  ];
  const markers: MmapMarker[] = [{ seriesRef: 300, chunkRef: 2 ** 32 + 8 }];
  const metadata: MetadataEntry[] = [{ ref: 300, type: 1, unit: 's', help: 'h' }];

  it('series', () => {
    const golden = goldenRecord(1);
    expect(decoded(decodeSeries, golden)).toEqual(series);
    expect(hexOfBytes(encoded((out) => encodeSeries(series, out)))).toBe(hexOfBytes(golden));
  });

  it('tombstones', () => {
    const golden = goldenRecord(3);
    expect(decoded(decodeTombstones, golden)).toEqual(tombstones);
    expect(hexOfBytes(encoded((out) => encodeTombstones(tombstones, out)))).toBe(
      hexOfBytes(golden),
    );
  });

  it('exemplars', () => {
    const golden = goldenRecord(4);
    expect(texts(decoded(decodeExemplars, golden))).toEqual(texts(exemplars));
    expect(hexOfBytes(encoded((out) => encodeExemplars(exemplars, out)))).toBe(hexOfBytes(golden));
  });

  it('m-map markers', () => {
    const golden = goldenRecord(5);
    expect(decoded(decodeMmapMarkers, golden)).toEqual(markers);
    expect(hexOfBytes(encoded((out) => encodeMmapMarkers(markers, out)))).toBe(hexOfBytes(golden));
  });

  it('metadata', () => {
    const golden = goldenRecord(6);
    expect(decoded(decodeMetadata, golden)).toEqual(metadata);
    expect(hexOfBytes(encoded((out) => encodeMetadata(metadata, out)))).toBe(hexOfBytes(golden));
  });
});

describe('records come out as they went in', () => {
  const ref = fc.oneof(fc.nat(), fc.maxSafeNat());
  const time = fc.oneof(fc.maxSafeInteger(), fc.integer());
  const labels = fc
    .uniqueArray(
      fc.tuple(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1 })),
      {
        selector: ([name]) => name,
        maxLength: 4,
      },
    )
    .map((pairs) => Labels.from(pairs));

  it('series, with texts shared or not', () => {
    const texts = new TextCache();
    fc.assert(
      fc.property(fc.array(fc.record({ ref, labels })), (series) => {
        const record = encoded((out) => encodeSeries(series, out));
        expect(decoded(decodeSeries, record)).toEqual(series);
        const shared: SeriesEntry[] = [];
        decodeSeries(record, shared, texts);
        expect(shared).toEqual(series);
      }),
    );
  });

  it('tombstones, those of all times included', () => {
    const bound = fc.oneof(time, fc.constantFrom(MIN_TIME, MAX_TIME));
    const tombstone = fc.record({ ref, minTime: bound, maxTime: bound });
    fc.assert(
      fc.property(fc.array(tombstone), (tombstones) => {
        const record = encoded((out) => encodeTombstones(tombstones, out));
        expect(decoded(decodeTombstones, record)).toEqual(tombstones);
      }),
    );
  });

  it('exemplars, whatever their bits', () => {
    const exemplar = fc.tuple(fc.nat(), fc.integer(), fc.double(), labels);
    fc.assert(
      fc.property(fc.array(exemplar), (tuples) => {
        const exemplars = tuples.map((fields) => new ExemplarEntry(...fields));
        exemplars.push(new ExemplarEntry(1, 2, STALE[0], Labels.EMPTY));
        const record = encoded((out) => encodeExemplars(exemplars, out));
        expect(texts(decoded(decodeExemplars, record))).toEqual(texts(exemplars));
      }),
    );
  });

  it('m-map markers and metadata', () => {
    const type = fc.nat(7);
    const metadata = fc.record({
      ref,
      type,
      unit: fc.string(),
      help: fc.string({ unit: 'grapheme' }),
    });
    const marker = fc.record({ seriesRef: ref, chunkRef: ref });
    fc.assert(
      fc.property(fc.array(marker), fc.array(metadata), (markers, entries) => {
        const first = encoded((out) => encodeMmapMarkers(markers, out));
        expect(decoded(decodeMmapMarkers, first)).toEqual(markers);
        const second = encoded((out) => encodeMetadata(entries, out));
        expect(decoded(decodeMetadata, second)).toEqual(entries);
      }),
    );
  });
});

describe('a record', () => {
  it('is typed by its first byte; an empty one has no type', () => {
    expect(recordType(Uint8Array.of(13, 1))).toBe(13);
    expect(recordType(Uint8Array.of(255))).toBe(255);
    expect(recordType(new Uint8Array(0))).toBe(0);
  });

  it('given to the decoder of another type is a bug', () => {
    expect(() => decodeSeries(Uint8Array.of(2), [])).toThrow(/BUG/);
  });

  it('of the type byte alone has no entries, and empties the array', () => {
    const entries: MmapMarker[] = [{ seriesRef: 1, chunkRef: 1 }];
    decodeMmapMarkers(Uint8Array.of(5), entries);
    expect(entries).toEqual([]);
    expect(decoded(decodeSeries, Uint8Array.of(1))).toEqual([]);
    expect(decoded(decodeTombstones, Uint8Array.of(3))).toEqual([]);
    expect(decoded(decodeExemplars, Uint8Array.of(4))).toEqual([]);
    expect(decoded(decodeMetadata, Uint8Array.of(6))).toEqual([]);
  });

  it('of a series deleted for all times has the bounds of int64', () => {
    const min = 'ff'.repeat(9) + '01';
    const max = 'fe' + 'ff'.repeat(8) + '01';
    const record = bytesOfHex(`03${'0'.repeat(15)}7${min}${max}`);
    expect(decoded(decodeTombstones, record)).toEqual([
      { ref: 7, minTime: MIN_TIME, maxTime: MAX_TIME },
    ]);
  });

  it('with labels in disorder, empty or twice has them as a label set', () => {
    const label = (name: string, value: string): string =>
      [name, value].map((text) => `0${text.length}${hexOfBytes(Buffer.from(text))}`).join('');
    const list = `05${label('b', '1')}${label('a', '2')}${label('c', '')}${label('b', '3')}${label('d', '4')}`;
    const [entry] = decoded<SeriesEntry>(decodeSeries, bytesOfHex(`01${'0'.repeat(15)}9${list}`));
    expect(entry.labels).toEqual(Labels.from({ a: '2', b: '3', d: '4' }));
  });

  it('of metadata may have fields that nobody knows', () => {
    const record = bytesOfHex('06090203024142017804554e4954017304' + '48454c50' + '0168');
    expect(decoded(decodeMetadata, record)).toEqual([{ ref: 9, type: 2, unit: 's', help: 'h' }]);
  });

  const hostile: [string, (record: Uint8Array, into: never[]) => unknown, string, RegExp][] = [
    ['2^53 labels', decodeSeries, `01${'00'.repeat(8)}ffffffffffffff0f`, /do not fit/],
    ['2^60 labels', decodeSeries, `01${'00'.repeat(8)}ffffffffffffffff0f`, /2\^53/],
    ['a ref beyond 2^53', decodeSeries, `01${'ff'.repeat(8)}00`, /2\^53/],
    ['a label beyond the end', decodeSeries, `01${'00'.repeat(8)}0105616263`, /left/],
    ['2^53 fields', decodeMetadata, '060100ffffffffffffff0f', /do not fit/],
    ['a marker cut off', decodeMmapMarkers, `05${'00'.repeat(12)}`, /wanted 8 bytes/],
    [
      'a ref below zero',
      decodeExemplars,
      `04${'00'.repeat(16)}0100${'00'.repeat(9)}`,
      /series ref -1/,
    ],
    ['a time beyond 2^53', decodeExemplars, `04${'00'.repeat(8)}7f${'ff'.repeat(7)}`, /2\^53/],
  ];
  it.each(hostile)('with %s is a DecodeError', (_, decode, hex, message) => {
    expect(() => decode(bytesOfHex(hex), [])).toThrow(DecodeError);
    expect(() => decode(bytesOfHex(hex), [])).toThrow(message);
  });

  it('of any bytes whatever is decoded or is a DecodeError', () => {
    const types = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
    const samples = new SampleBatch();
    const decoders = (type: number): ((record: Uint8Array) => unknown) => {
      if (isHistogramRecord(type)) return (record) => decodeHistograms(record, []);
      if (type === 2 || type === 11) return (record) => decodeSamples(record, samples);
      const all = [
        decodeSeries,
        decodeTombstones,
        decodeExemplars,
        decodeMmapMarkers,
        decodeMetadata,
      ];
      return (record) => all[[1, 3, 4, 5, 6].indexOf(type)](record, []);
    };
    const byte = fc.oneof(fc.nat(3), fc.constantFrom(0x7f, 0x80, 0xff), fc.nat(255));
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.array(byte, { maxLength: 120 }), (type, bytes) => {
        try {
          decoders(type)(Uint8Array.from([type, ...bytes]));
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('cut off anywhere is a DecodeError, or ends between two entries', () => {
    const series = [1, 2, 3].map((ref) => ({
      ref,
      labels: Labels.from({ a: 'b', name: 'value' }),
    }));
    const record = encoded((out) => encodeSeries(series, out));
    const ends = new Set<number>();
    for (let length = 1; length < record.length; length++) {
      const entries: SeriesEntry[] = [];
      try {
        decodeSeries(record.subarray(0, length), entries);
        ends.add(length);
        expect(series.slice(0, entries.length)).toEqual(entries);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }
    const entryBytes = (record.length - 1) / 3;
    expect([...ends]).toEqual([1, 1 + entryBytes, 1 + 2 * entryBytes]);
  });
});
