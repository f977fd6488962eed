/** Chunks on their way from segment to segment. */
import fc from 'fast-check';
import { ENCODING_XOR } from '../../chunks/chunk.js';
import { ChunkEntries } from '../../chunks/chunk-entries.js';
import { EntryDecoder } from '../../chunks/entry-decoder.js';
import { readEntry, type RawChunk } from '../../chunks/segment-format.js';
import { ChunkSegments } from '../../chunks/segment-reader.js';
import { SegmentWriter } from '../../chunks/segment-writer.js';
import { Kernel } from '../../kernel/kernel.js';
import { Columns } from '../../model/columns.js';
import { CorruptionError } from '../../model/errors.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { segmentsOf, xorChunk } from '../support/segment.js';

const kernel = new Kernel();

function chunk(time: number, samples: number): RawChunk {
  const times = Float64Array.from({ length: samples }, (_, i) => time + i);
  return xorChunk({ times, values: times.map((value) => 1.1 * value) });
}

/** Segments on a disk, and the columns that say where the chunks of their one series are. */
function stored(chunks: readonly RawChunk[], segmentBytesMax?: number) {
  const { files, refs } = segmentsOf([chunks], segmentBytesMax);
  const disk = new MemoryDisk();
  files.forEach((bytes, i) => disk.files.set(`/b/00000${i + 1}`, bytes));
  const columns = { refs: refs[0], minTimes: refs[0].map((_, i) => 10 * i), maxTimes: refs[0] };
  return { disk, files, columns, segments: ChunkSegments.open(disk, '/b', kernel) };
}

function readAll(chunks: readonly RawChunk[], segmentBytesMax?: number): ChunkEntries {
  const { segments, columns } = stored(chunks, segmentBytesMax);
  const entries = new ChunkEntries();
  segments.readEntries(columns, 0, chunks.length, entries);
  return entries;
}

function dataOf(entries: ChunkEntries): string[] {
  return Array.from({ length: entries.count }, (_, i) =>
    Buffer.from(entries.dataAt(i)).toString('hex'),
  );
}

describe('chunks that are moved', () => {
  it('come out of a segment whole, with their times and counts', () => {
    const chunks = [chunk(0, 3), chunk(10, 120), { encoding: 9, data: new Uint8Array(300) }];
    const entries = readAll(chunks);
    expect(dataOf(entries)).toEqual(chunks.map(({ data }) => Buffer.from(data).toString('hex')));
    expect([0, 1, 2].map((i) => entries.encodingAt(i))).toEqual([1, 1, 9]);
    expect([0, 1].map((i) => entries.sampleCountAt(i))).toEqual([3, 120]);
    expect([0, 1, 2].map((i) => entries.minTimes[i])).toEqual([0, 10, 20]);
  });

  it('too large for the kernel come, too', () => {
    const large = { encoding: ENCODING_XOR, data: new Uint8Array(70_000) };
    const entries = readAll([chunk(0, 2), large, chunk(5, 2)]);
    expect(dataOf(entries)[1]).toHaveLength(2 * 70_000);
    expect([0, 1, 2].map((i) => entries.sampleCountAt(i))).toEqual([2, 0, 2]);
  });

  it('come out of several segments', () => {
    const chunks = Array.from({ length: 6 }, (_, i) => chunk(i, 50));
    expect(dataOf(readAll(chunks, 1000))).toEqual(dataOf(readAll(chunks)));
  });

  it('are refused where a bit of them is wrong, with the place', () => {
    const { disk, files, columns } = stored([chunk(0, 3), chunk(10, 3)]);
    const bytes = files[0].slice();
    bytes[bytes.length - 6] ^= 1;
    disk.files.set('/b/000001', bytes);
    const segments = ChunkSegments.open(disk, '/b', kernel);
    const read = (): void => segments.readEntries(columns, 0, 2, new ChunkEntries());
    expect(read).toThrow(CorruptionError);
    expect(read).toThrow(`/b/000001: corrupt at byte ${columns.refs[1]}`);
  });

  it('go into segments as they are, where `write` would put them', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 200, max: 3000 }), (samples, segmentBytesMax) => {
        const chunks = samples.map((count, i) => chunk(i, count));
        const halves = [chunks.slice(0, chunks.length / 2), chunks.slice(chunks.length / 2)];
        const wanted = segmentsOf(halves, segmentBytesMax);
        const files: Uint8Array[] = [];
        const writer = new SegmentWriter((index) => {
          const parts: Uint8Array[] = [];
          return {
            write: (bytes) => parts.push(bytes.slice()),
            end: () => (files[index] = Uint8Array.from(Buffer.concat(parts))),
          };
        }, segmentBytesMax);
        const refs = halves.map((half) => {
          const into: number[] = [];
          writer.writeEntries(readAll(half), into);
          return into.slice(0, half.length);
        });
        writer.end();
        expect({ files, refs }).toEqual(wanted);
      }),
    );
  });
});

describe('an entry that is made', () => {
  it('reads back, and stays when more are made', () => {
    const entries = new ChunkEntries();
    const chunks = Array.from({ length: 300 }, (_, i) => chunk(i, 40));
    chunks.forEach((made, i) => entries.pushEncoded({ ...made, minTime: i, maxTime: i + 39 }));
    chunks.forEach(({ data }, i) => {
      const entry = entries.bytes[i].subarray(entries.starts[i], entries.endAt(i));
      expect(readEntry(entry).data).toEqual(data);
    });
    entries.clear();
    expect(entries.count).toBe(0);
  });

  it('is equal to another of the same times and bytes', () => {
    const entries = new ChunkEntries();
    const made = { ...chunk(0, 3), minTime: 0, maxTime: 2 };
    for (const other of [made, made, { ...made, maxTime: 3 }, { ...made, ...chunk(1, 3) }]) {
      entries.pushEncoded(other);
    }
    expect([1, 2, 3].map((i) => entries.areEqual(0, i))).toEqual([true, false, false]);
  });
});

it('entries are decoded, whoever made them, by the kernel or by a codec', () => {
  const entries = readAll([chunk(5, 3)]);
  const decoder = new EntryDecoder(kernel);
  const columns = new Columns();
  decoder.decode(entries, 0, columns);
  entries.pushEncoded({ encoding: 4, data: Uint8Array.of(0, 0, 0), minTime: 0, maxTime: 0 });
  decoder.decode(entries, 1, columns);
  expect([...columns.times.slice(0, columns.count)]).toEqual([5, 6, 7]);
});
