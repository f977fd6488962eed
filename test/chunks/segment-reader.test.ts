import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeChunk, ENCODING_XOR } from '../../chunks/chunk.js';
import { chunkRef, type RawChunk, segmentName } from '../../chunks/segment-format.js';
import { ChunkSegments } from '../../chunks/segment-reader.js';
import { NodeDisk } from '../../disk/node-disk.js';
import { Kernel } from '../../kernel/kernel.js';
import { Columns } from '../../model/columns.js';
import { ClosedError, CorruptionError, DiskError } from '../../model/errors.js';
import { bytesOfHex } from '../support/bits.js';
import { readVectors, rowTexts } from '../support/chunk-vectors.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { segmentsOf, xorChunk } from '../support/segment.js';
import { seriesArbitrary } from '../support/series.js';
import { describeShared } from '../support/shared.js';

const kernel = new Kernel();

const HISTOGRAM: RawChunk = {
  encoding: 2,
  data: bytesOfHex('0001c0ff3f50624dd2f1a9fc8ca48c5e3e8ac900c999999999999a20'),
};

function xorOf(...values: number[]): RawChunk {
  const times = Float64Array.from(values, (_, i) => 1000 * i);
  return xorChunk({ times, values: Float64Array.from(values) });
}

/** A disk with the segments in `block/chunks`. */
function diskOf(files: readonly Uint8Array[]): MemoryDisk {
  const named = files.map((file, i) => [`block/chunks/${segmentName(i + 1)}`, file] as const);
  return new MemoryDisk(Object.fromEntries(named));
}

function segmentsIn(files: readonly Uint8Array[]): ChunkSegments {
  return ChunkSegments.open(diskOf(files), 'block/chunks', kernel);
}

function read(segments: ChunkSegments, refs: readonly number[]): string[] {
  const columns = new Columns(1);
  segments.read(refs, 0, refs.length, columns);
  return rowTexts(columns);
}

/** The same by the codec in TypeScript, from the chunks themselves. */
function decoded(chunks: readonly RawChunk[]): string[] {
  const columns = new Columns(1);
  for (const { encoding, data } of chunks) decodeChunk(encoding, data, columns);
  return rowTexts(columns);
}

function corruptionOf(action: () => unknown): CorruptionError | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof CorruptionError) return error;
    throw error;
  }
}

describe('the segments of a block', () => {
  it('read runs of any length, over segments and between other encodings, as the codec does', () => {
    const chunk = fc.oneof(
      { weight: 5, arbitrary: seriesArbitrary(150).map(xorChunk) },
      { weight: 1, arbitrary: fc.constant(HISTOGRAM) },
    );
    const many = fc.array(fc.array(chunk, { minLength: 1, maxLength: 12 }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(many, fc.integer({ min: 50, max: 5000 }), (series, bytesMax) => {
        const { files, refs } = segmentsOf(series, bytesMax);
        const segments = segmentsIn(files);
        refs.forEach((each, i) => expect(read(segments, each)).toEqual(decoded(series[i])));
      }),
      { numRuns: 60 },
    );
  });

  it('read the part of a series that is asked for, behind the rows that are there', () => {
    const { files, refs } = segmentsOf([[xorOf(1, 2), xorOf(3), xorOf(4, 5), xorOf(6)]]);
    const columns = new Columns(1);
    const segments = segmentsIn(files);
    segments.read(refs[0], 1, 3, columns);
    segments.read(refs[0], 0, 1, columns);
    segments.read(refs[0], 2, 2, columns);
    expect([...columns.values.subarray(0, columns.count)]).toEqual([3, 4, 5, 1, 2]);
  });

  it('read chunks in the order of their references, not of the file', () => {
    const { files, refs } = segmentsOf([[xorOf(1), xorOf(2), xorOf(3)]]);
    const [a, b, c] = refs[0];
    const columns = new Columns(1);
    segmentsIn(files).read([c, a, b, b], 0, 4, columns);
    expect([...columns.values.subarray(0, columns.count)]).toEqual([3, 1, 2, 2]);
  });

  it('read runs longer than the kernel takes, and chunks larger', () => {
    const long = xorChunk({ times: new Float64Array(9000), values: bigSeries(9000) });
    expect(long.data.length).toBeGreaterThan(64 * 1024);
    const small = Array.from({ length: 1500 }, (_, i) => xorOf(i, i + 1));
    const series = [...small, long, xorOf(7)];
    const { files, refs } = segmentsOf([series]);
    expect(read(segmentsIn(files), refs[0])).toEqual(decoded(series));
  });

  it('give single chunks undecoded', () => {
    const { files, refs } = segmentsOf([[xorOf(1), HISTOGRAM]]);
    const segments = segmentsIn(files);
    expect(refs[0].map((ref) => segments.encodingAt(ref))).toEqual([1, 2]);
    expect(segments.rawChunk(refs[0][1])).toEqual(HISTOGRAM);
  });

  it('are the files whose names are numbers, in the order of their names', () => {
    const [one, two] = [xorOf(1), xorOf(2)].map((chunk) => segmentsOf([[chunk]]).files[0]);
    const disk = new MemoryDisk({
      'c/000004': two,
      'c/000002': one,
      'c/000003.tmp': two,
      'c/x': one,
    });
    const segments = ChunkSegments.open(disk, 'c', kernel);
    expect(read(segments, [chunkRef(0, 8), chunkRef(1, 8)]).length).toBe(2);
    expect(segments.sizeBytes).toBe(one.length + two.length);
    expect(corruptionOf(() => segments.rawChunk(chunkRef(2, 8)))?.path).toBe('c');
  });

  it('are listed and opened when they are first wanted', () => {
    const disk = new MemoryDisk();
    const segments = ChunkSegments.open(disk, 'block/chunks', kernel);
    expect(segments.residentBytes()).toBe(0);
    expect(() => read(segments, [8])).toThrow(DiskError);
    disk.files.set('block/chunks/000001', segmentsOf([[xorOf(1)]]).files[0]);
    expect(read(segments, [8]).length).toBe(1);
    disk.files.clear();
    expect(read(segments, [8]).length).toBe(1);
  });

  it('once opened stay readable though their files are deleted', () => {
    const disk = diskOf(segmentsOf([[xorOf(1)]]).files);
    const segments = ChunkSegments.open(disk, 'block/chunks', kernel);
    segments.openAll();
    disk.files.clear();
    expect(read(segments, [8]).length).toBe(1);
  });

  it('answer nothing after close', () => {
    const segments = segmentsIn(segmentsOf([[xorOf(1)]]).files);
    read(segments, [8]);
    segments.close();
    segments.close();
    expect(() => read(segments, [8])).toThrow(ClosedError);
    expect(() => segments.rawChunk(8)).toThrow(ClosedError);
    expect(() => segments.sizeBytes).toThrow(ClosedError);
  });
});

describe('damaged segments', () => {
  const series = [xorOf(1, 2, 3, 3, 3), HISTOGRAM, xorOf(4, 4, 5)];
  const { files, refs } = segmentsOf([series]);
  const path = 'block/chunks/000001';

  it('with any byte flipped are a corruption of that file, and no row is left', () => {
    // Bytes 5 to 7 of the header are zero and unused, in Prometheus too.
    const used = Array.from(files[0].keys()).filter((at) => at < 5 || at > 7);
    for (const at of used) {
      for (const bits of [0x01, 0xff]) {
        const flipped = files[0].slice();
        flipped[at] ^= bits;
        const columns = new Columns(1);
        columns.pushRows(oneRow(), 0, 1);
        const error = corruptionOf(() =>
          segmentsIn([flipped]).read(refs[0], 0, refs[0].length, columns),
        );
        expect([at, error?.path, columns.count]).toEqual([at, path, 1]);
        const within = [...refs[0], files[0].length].filter((start) => start <= at).pop() ?? 0;
        expect(error?.offset).toBe(at < 8 ? (at < 4 ? 0 : 4) : within);
      }
    }
  });

  it('cut off anywhere are a corruption', () => {
    for (let length = 0; length < files[0].length; length++) {
      const segments = segmentsIn([files[0].subarray(0, length)]);
      expect(corruptionOf(() => read(segments, refs[0]))?.path).toBe(path);
    }
  });

  it('with a good checksum over bad data tell where in the file the data fails', () => {
    const cut = { ...HISTOGRAM, data: HISTOGRAM.data.subarray(0, 20) };
    const damaged = segmentsOf([[xorOf(1), cut]]);
    const error = corruptionOf(() => read(segmentsIn(damaged.files), damaged.refs[0]));
    // Behind the entry's length and encoding, in its last bytes.
    expect(error?.offset).toBeGreaterThan(damaged.refs[0][1] + 2 + 10);
    expect(error?.offset).toBeLessThanOrEqual(damaged.refs[0][1] + 2 + 20);
    const unknown = segmentsOf([[{ encoding: 99, data: new Uint8Array(20) }]]);
    expect(corruptionOf(() => read(segmentsIn(unknown.files), [8]))?.reason).toMatch('encoding 99');
  });

  it('and references outside of them are a corruption', () => {
    const outside = [
      0,
      7,
      files[0].length,
      files[0].length + 5,
      2 ** 31,
      2 ** 32 + 8,
      2 ** 52,
      -1,
      NaN,
    ];
    for (const ref of outside) {
      expect(corruptionOf(() => read(segmentsIn(files), [ref]))).not.toBeNull();
      expect(corruptionOf(() => segmentsIn(files).rawChunk(ref))).not.toBeNull();
    }
  });
});

describe('segments on a real disk', () => {
  const dir = mkdtempSync(join(tmpdir(), 'mmtsdb-segments-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it.each(['mmap', 'pread'] as const)('read the same by %s', (io) => {
    const series = Array.from({ length: 300 }, (_, i) => xorOf(i, i + 0.1, 2 * i, 2 * i, -i));
    const { files, refs } = segmentsOf([series], 3000);
    files.forEach((file, i) => writeFileSync(join(dir, segmentName(i + 1)), file));
    const segments = ChunkSegments.open(new NodeDisk({ io }), dir, kernel);
    expect(read(segments, refs[0])).toEqual(decoded(series));
    segments.advise('random');
    const resident = segments.residentBytes();
    if (io === 'pread') expect(resident).toBeNull();
    else expect(resident).toBeGreaterThan(0);
    segments.close();
  });
});

describeShared('golden chunks in a segment', () => {
  it('of all encodings in one series read as they decode', () => {
    const chunks = readVectors().flatMap(({ num, chunks: hexes }) =>
      hexes.map((hex) => ({ encoding: num, data: bytesOfHex(hex) })),
    );
    expect(new Set(chunks.map(({ encoding }) => encoding)).size).toBe(6);
    expect(chunks[0].encoding).toBe(ENCODING_XOR);
    const { files, refs } = segmentsOf([chunks]);
    expect(read(segmentsIn(files), refs[0])).toEqual(decoded(chunks));
  });
});

function oneRow(): Columns {
  const columns = new Columns(1);
  decodeChunk(ENCODING_XOR, xorOf(42).data, columns);
  return columns;
}

/** Values that differ in all their bits. */
function bigSeries(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => Math.sin(i) * 10 ** (i % 7));
}
