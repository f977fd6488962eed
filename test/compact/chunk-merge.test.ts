/** Chunks of one series out of several blocks; their bytes are held to Prometheus' in interop. */
import fc from 'fast-check';
import { ChunkEntries } from '../../chunks/chunk-entries.js';
import { EntryDecoder } from '../../chunks/entry-decoder.js';
import { encodeSamples, recodeChunk } from '../../chunks/series-encoder.js';
import { ChunkMerger } from '../../compact/chunk-merge.js';
import { Kernel } from '../../kernel/kernel.js';
import { Columns } from '../../model/columns.js';

const decoder = new EntryDecoder(new Kernel());

/** Samples of value `value` at these times. */
function samples(times: readonly number[], value: number): Columns {
  const columns = new Columns();
  columns.reserve(times.length);
  columns.times.set(times);
  columns.values.fill(value, 0, times.length);
  columns.commitFloats(times.length);
  return columns;
}

/** The chunks of a block, each of these times and the block's value. */
function block(value: number, ...chunks: readonly (readonly number[])[]): ChunkEntries {
  const entries = new ChunkEntries();
  for (const times of chunks) {
    for (const chunk of recodeChunk(1, samples(times, value))) entries.pushEncoded(chunk);
  }
  return entries;
}

function merged(...lists: readonly ChunkEntries[]): ChunkEntries {
  const into = new ChunkEntries();
  new ChunkMerger(decoder).merge(lists, into);
  return into;
}

/** `time:value` of all samples, a text a chunk. */
function texts(entries: ChunkEntries): string[] {
  return Array.from({ length: entries.count }, (_, i) => {
    const columns = new Columns();
    decoder.decode(entries, i, columns);
    expect([entries.minTimes[i], entries.maxTimes[i]]).toEqual([
      columns.times[0],
      columns.times[columns.count - 1],
    ]);
    return Array.from(
      { length: columns.count },
      (_, row) => `${columns.times[row]}:${columns.values[row]}`,
    ).join(' ');
  });
}

it('chunks that do not overlap go on in time order, as they are', () => {
  const [a, b] = [block(1, [1, 2], [7, 8]), block(2, [3], [9])];
  const into = merged(a, b);
  expect(texts(into)).toEqual(['1:1 2:1', '3:2', '7:1 8:1', '9:2']);
  expect(into.bytes[0]).toBe(a.bytes[0]);
});

it('chunks that overlap become one; of two samples at one time the one that came later stays', () => {
  expect(texts(merged(block(1, [1, 3, 5]), block(2, [3, 4])))).toEqual(['1:1 3:2 4:2 5:1']);
  expect(texts(merged(block(1, [1, 3]), block(2, [1, 3])))).toEqual(['1:1 3:1']);
});

it('a chunk that begins where another ends overlaps it', () => {
  expect(texts(merged(block(1, [1, 3]), block(2, [3, 5])))).toHaveLength(1);
  expect(texts(merged(block(1, [1, 3]), block(2, [4, 5])))).toHaveLength(2);
});

it('chunks around a run stay as they are', () => {
  const a = block(1, [1, 2], [10, 20], [30, 40]);
  const into = merged(a, block(2, [15, 16]));
  expect(texts(into)).toEqual(['1:1 2:1', '10:1 15:2 16:2 20:1', '30:1 40:1']);
  expect([into.bytes[0], into.bytes[2]]).toEqual([a.bytes[0], a.bytes[2]]);
});

it('the same chunk twice is one chunk, and is not even decoded', () => {
  const merger = new ChunkMerger(decoder);
  const into = new ChunkEntries();
  merger.merge([block(1, [1, 2]), block(1, [1, 2])], into);
  expect(texts(into)).toEqual(['1:1 2:1']);
  expect(merger.decodedSamples).toBe(0);
});

it('a run is cut after 120 samples', () => {
  const even = Array.from({ length: 200 }, (_, i) => 2 * i);
  const into = merged(
    block(1, even),
    block(
      2,
      even.map((time) => time + 1),
    ),
  );
  expect(texts(into).map((text) => text.split(' ').length)).toEqual([120, 120, 120, 40]);
});

it('every time is kept once, with a value that one of the blocks has there', () => {
  const times = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(fc.array(times, { minLength: 1, maxLength: 4 }), (blocks) => {
      const sorted = blocks.map((list) => [...list].sort((a, b) => a - b));
      const lists = sorted.map((list, value) => {
        const entries = new ChunkEntries();
        for (const chunk of encodeSamples(samples(list, value))) entries.pushEncoded(chunk);
        return entries;
      });
      const rows = texts(merged(...lists)).flatMap((text) => text.split(' '));
      const got = rows.map((row) => row.split(':').map(Number));
      const wanted = [...new Set(sorted.flat())].sort((a, b) => a - b);
      expect(got.map(([time]) => time)).toEqual(wanted);
      expect(got.every(([time, value]) => sorted[value].includes(time))).toBe(true);
    }),
  );
});
