/** What is read by the kernel is what the index' own reader finds, wherever the window ends. */
import { MergeKernel } from '../../kernel/merge-kernel.js';
import { expand } from '../../index/postings.js';
import { ChunkMetas, type IndexReader } from '../../index/reader.js';
import { type BuiltSeries, buildIndex, openBytes } from '../support/index-builder.js';

function built(count: number, chunks: (series: number) => number): BuiltSeries[] {
  return Array.from({ length: count }, (_, series) => ({
    labels: { series: String(series).padStart(6, '0') },
    chunks: Array.from({ length: chunks(series) }, (_, i): [number, number, number] => [
      10 * i,
      10 * i + 5,
      100_000 * series + i,
    ]),
  }));
}

/** Of each series: its number in the slot's eyes, or null where it was left to the reader. */
function compared(reader: IndexReader, ids: readonly number[]): (string | null)[] {
  const [slot] = new MergeKernel().slots;
  const scan = reader.scan(slot);
  return ids.map((id) => {
    const isRead = scan.read(id);
    if (!isRead) return null;
    const [symbols, metas] = [[] as number[], new ChunkMetas()];
    reader.seriesSymbols(id, symbols, metas);
    const { symbolCount, chunkCount, minTimes, maxTimes, refs } = slot;
    const own = (column: Float64Array, count: number): number[] => [...column.subarray(0, count)];
    expect([...slot.symbols.subarray(0, symbolCount)]).toEqual(symbols);
    expect(own(minTimes, chunkCount)).toEqual(own(metas.minTimes, metas.count));
    expect(own(maxTimes, chunkCount)).toEqual(own(metas.maxTimes, metas.count));
    expect(own(refs, chunkCount)).toEqual(own(metas.refs, metas.count));
    return `${chunkCount} chunks`;
  });
}

it('all series of an index of many windows are read', () => {
  const reader = openBytes(buildIndex(built(9000, (series) => series % 7)));
  const ids = [...expand(reader.allPostings())];
  expect(compared(reader, ids)).toEqual(ids.map((_, series) => `${series % 7} chunks`));
});

it('series may be left out, and read again', () => {
  const reader = openBytes(buildIndex(built(3000, () => 3)));
  const ids = [...expand(reader.allPostings())].filter((_, i) => i % 11 === 0);
  const there = [...ids, ...[...ids].reverse()];
  expect(new Set(compared(reader, there))).toEqual(new Set(['3 chunks']));
});

it('what is larger than a slot is left to the reader, and what follows is not', () => {
  const reader = openBytes(buildIndex(built(3, (series) => (series === 1 ? 30_000 : 2))));
  const ids = [...expand(reader.allPostings())];
  expect(compared(reader, ids)).toEqual(['2 chunks', null, '2 chunks']);
});

it('so is what is damaged, and what is no series', () => {
  const bytes = buildIndex(built(3, () => 2));
  const ids = [...expand(openBytes(bytes).allPostings())];
  bytes[16 * ids[1] + 3] ^= 1;
  const reader = openBytes(bytes);
  expect(compared(reader, ids)).toEqual(['2 chunks', null, '2 chunks']);
  expect(compared(reader, [0, ids[2] + 100, 1e9])).toEqual([null, null, null]);
});
