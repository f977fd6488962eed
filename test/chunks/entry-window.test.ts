/** Chunks through a window hold what the segments' own reader finds, wherever the window ends. */
import fc from 'fast-check';
import { ChunkEntries } from '../../chunks/chunk-entries.js';
import { EntryWindow } from '../../chunks/entry-window.js';
import { type RawChunk, segmentName } from '../../chunks/segment-format.js';
import { ChunkSegments } from '../../chunks/segment-reader.js';
import { Kernel } from '../../kernel/kernel.js';
import { MergeKernel } from '../../kernel/merge-kernel.js';
import { CorruptionError } from '../../model/errors.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { segmentsOf } from '../support/segment.js';

const kernel = new Kernel();

function chunkOf(length: number, fill: number): RawChunk {
  const data = new Uint8Array(Math.max(2, length)).fill(fill);
  return { encoding: 1 + (fill % 3), data };
}

function segmentsIn(files: readonly Uint8Array[]): ChunkSegments {
  const named = files.map((file, i) => [`chunks/${segmentName(i + 1)}`, file] as const);
  return ChunkSegments.openToScan(new MemoryDisk(Object.fromEntries(named)), 'chunks', kernel);
}

function windowOf(segments: ChunkSegments): EntryWindow {
  const [slot] = new MergeKernel().slots;
  return new EntryWindow(segments, slot);
}

function columnsOf(refs: readonly number[]): {
  refs: readonly number[];
  minTimes: number[];
  maxTimes: number[];
} {
  return { refs, minTimes: refs.map((_, i) => 10 * i), maxTimes: refs.map((_, i) => 10 * i + 5) };
}

/** All that is known of entries, as text. */
function texts(entries: ChunkEntries): string[] {
  return Array.from({ length: entries.count }, (_, i) => {
    const { bytes, starts, minTimes, maxTimes } = entries;
    const entry = Buffer.from(bytes[i].subarray(starts[i], entries.endAt(i))).toString('hex');
    const data = Buffer.from(entries.dataAt(i)).toString('hex');
    return `${minTimes[i]} ${maxTimes[i]} ${entries.encodingAt(i)} ${data} ${entry}`;
  });
}

it('series after series, entries are those that the segments hold', () => {
  const length = fc.oneof(fc.nat(300), fc.nat(30_000), fc.constant(70_000));
  const series = fc.array(fc.array(length, { minLength: 1, maxLength: 12 }), { maxLength: 25 });
  const skips = fc.infiniteStream(fc.nat(5));
  fc.assert(
    fc.property(series, skips, fc.integer({ min: 1000, max: 400_000 }), (lengths, skip, max) => {
      const chunks = lengths.map((one, i) => one.map((bytes, j) => chunkOf(bytes, 13 * i + j)));
      const { files, refs } = segmentsOf(chunks, max);
      const segments = segmentsIn(files);
      const window = windowOf(segments);
      for (const all of refs) {
        // Some series, and some chunks of others, go nowhere.
        const kept = all.filter(() => skip.next().value !== 0);
        const columns = columnsOf(kept);
        const [got, wanted] = [new ChunkEntries(), new ChunkEntries()];
        window.readEntries(columns, 0, kept.length, got);
        segments.readEntries(columns, 0, kept.length, wanted);
        expect(texts(got)).toEqual(texts(wanted));
      }
    }),
    { numRuns: 60 },
  );
});

it('references that go back are followed', () => {
  const { files, refs } = segmentsOf([[chunkOf(40, 1), chunkOf(50, 2), chunkOf(60, 3)]]);
  const segments = segmentsIn(files);
  const window = windowOf(segments);
  const columns = columnsOf([refs[0][2], refs[0][0], refs[0][1]]);
  const [got, wanted] = [new ChunkEntries(), new ChunkEntries()];
  window.readEntries(columns, 0, 3, got);
  segments.readEntries(columns, 0, 3, wanted);
  expect(texts(got)).toEqual(texts(wanted));
});

it('no chunks are none', () => {
  const { files } = segmentsOf([[chunkOf(40, 1)]]);
  const entries = new ChunkEntries();
  windowOf(segmentsIn(files)).readEntries(columnsOf([]), 0, 0, entries);
  expect(entries.count).toBe(0);
});

describe('damage', () => {
  it('of any byte of an entry is found where that is read, and not elsewhere', () => {
    const { files, refs } = segmentsOf([[chunkOf(9, 1)], [chunkOf(9, 2)], [chunkOf(9, 3)]]);
    for (let at = refs[1][0]; at < refs[2][0]; at++) {
      const bytes = files[0].slice();
      bytes[at] ^= 1;
      const window = windowOf(segmentsIn([bytes]));
      const entries = new ChunkEntries();
      window.readEntries(columnsOf(refs[0]), 0, 1, entries);
      expect(() => window.readEntries(columnsOf(refs[1]), 0, 1, entries)).toThrow(CorruptionError);
      window.readEntries(columnsOf(refs[2]), 0, 1, entries);
      expect(entries.count).toBe(2);
    }
  });

  it('of a reference names the file', () => {
    const { files } = segmentsOf([[chunkOf(9, 1)]]);
    const window = windowOf(segmentsIn(files));
    const entries = new ChunkEntries();
    for (const ref of [3, 9, 1e6, 2 ** 32 + 8]) {
      expect(() => window.readEntries(columnsOf([ref]), 0, 1, entries)).toThrow(CorruptionError);
    }
  });
});
