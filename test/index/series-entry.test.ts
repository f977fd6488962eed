import fc from 'fast-check';
import { ByteReader } from '../../encoding/byte-reader.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import {
  ChunkMetas,
  decodeSeriesChunks,
  decodeSeriesLabels,
  encodeSeries,
  skipSeriesLabels,
} from '../../index/series-entry.js';
import { metasOf, type Row } from '../support/chunk-rows.js';

function rowsOf(metas: ChunkMetas): Row[] {
  return Array.from({ length: metas.count }, (_, i) => [
    metas.minTimes[i],
    metas.maxTimes[i],
    metas.refs[i],
  ]);
}

function decode(bytes: Uint8Array): { symbols: number[]; rows: Row[] } {
  const symbols: number[] = [];
  const metas = new ChunkMetas();
  const reader = new ByteReader(bytes);
  decodeSeriesLabels(reader, symbols);
  decodeSeriesChunks(reader, metas);
  return { symbols, rows: rowsOf(metas) };
}

/** A body with one label and the given bytes where its chunks stand. */
function chunksOf(...bytes: readonly number[]): Row[] {
  return decode(Uint8Array.of(1, 2, 3, ...bytes)).rows;
}

describe('a series entry', () => {
  it('has the bytes that the format says', () => {
    const writer = new ByteWriter();
    encodeSeries(
      writer,
      [1, 300],
      metasOf([
        [-3, 10, 8],
        [20, 25, 2 ** 32 + 8],
        [26, 26, 9],
      ]),
    );
    expect(Buffer.from(writer.bytes()).toString('hex')).toBe(
      // labels, 1, 300 | chunks | -3, +13, ref 8 | +10, +5, ref +2^32 | +1, +0, ref 9 - 2^32 - 8
      [
        '01',
        '01',
        'ac02',
        '03',
        '05',
        '0d',
        '08',
        '0a',
        '05',
        '8080808020',
        '01',
        '00',
        'fdffffff1f',
      ].join(''),
    );
  });

  it('gives back what was put in', () => {
    const chunk = fc.tuple(fc.nat(), fc.nat(2 ** 40), fc.integer({ min: 0, max: 2 ** 45 }));
    const input = fc.record({
      symbols: fc.array(fc.tuple(fc.nat(2 ** 32 - 1), fc.nat(200)), { maxLength: 12 }),
      start: fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
      chunks: fc.array(chunk, { maxLength: 60 }),
    });
    fc.assert(
      fc.property(input, ({ symbols, start, chunks }) => {
        let time = start;
        const rows = chunks.map(([gap, length, ref]) => {
          const minTime = time + 1 + gap;
          time = minTime + length;
          return [minTime, time, ref] as const;
        });
        const writer = new ByteWriter();
        encodeSeries(writer, symbols.flat(), metasOf(rows));
        expect(decode(writer.bytes())).toEqual({ symbols: symbols.flat(), rows });
        const skipped = new ByteReader(writer.bytes());
        skipSeriesLabels(skipped);
        const metas = new ChunkMetas();
        decodeSeriesChunks(skipped, metas);
        expect(rowsOf(metas)).toEqual(rows);
      }),
    );
  });

  it('cut off anywhere is refused', () => {
    const writer = new ByteWriter();
    encodeSeries(
      writer,
      [1, 300, 4, 5],
      metasOf([
        [-3, 10, 8],
        [20, 25, 2 ** 32 + 8],
      ]),
    );
    for (let length = 0; length < writer.length; length++) {
      expect(() => decode(writer.bytes().slice(0, length))).toThrow(
        expect.objectContaining({ code: 'TSDB_DECODE' }),
      );
    }
  });

  it('may hold chunks that overlap: the distance wraps', () => {
    // The second begins at 5, six before the first ends.
    const minusSix = [0xfa, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    expect(chunksOf(2, 0, 11, 8, ...minusSix, 1, 2)).toEqual([
      [0, 11, 8],
      [5, 6, 9],
    ]);
  });

  it('refuses counts that cannot follow', () => {
    expect(() => decode(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 1, 1))).toThrow(
      'labels do not fit',
    );
    expect(() => chunksOf(0xff, 0xff, 0xff, 0xff, 0x0f, 1, 1)).toThrow('chunks do not fit');
    expect(() => chunksOf(2, 1, 1, 1, 1, 0x80, 0x80)).toThrow('varint is cut off');
    expect(() => chunksOf(1, 1, 1, 1, 9)).toThrow('1 bytes follow the chunks');
  });

  it('refuses times beyond 2^53 and refs below 0', () => {
    const large = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    expect(() => chunksOf(1, 2, ...large, 8)).toThrow('time of a chunk exceeds');
    expect(() => chunksOf(2, 2, 1, 8, 1, 0, 17)).toThrow('no chunk has ref -1');
  });
});

describe('chunk metas', () => {
  it('grow by doubling and keep what they hold', () => {
    const metas = new ChunkMetas();
    for (let i = 0; i < 1000; i++) metas.push(i, i + 0.5, 2 * i);
    expect(metas.refs.length).toBe(1024);
    expect(rowsOf(metas).every(([a, b, c], i) => a === i && b === i + 0.5 && c === 2 * i)).toBe(
      true,
    );
  });
});
