/** Indexes in memory: built from label sets, or rewritten from what a reader gives. */
import { ChunkMetas, IndexReader } from '../../index/reader.js';
import { MemorySource } from '../../disk/byte-source.js';
import { expand } from '../../index/postings.js';
import { IndexWriter } from '../../index/writer.js';
import { Labels } from '../../model/labels.js';
import { compareUtf8 } from '../../model/utf8.js';

/** A chunk: closed range in ms, and ref. */
export type ChunkTuple = readonly [minTime: number, maxTime: number, ref: number];

export interface BuiltSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly chunks?: readonly ChunkTuple[];
}

/** Runs `write` against a writer whose bytes are collected. */
export function writeIndex(
  symbols: Iterable<string>,
  write: (writer: IndexWriter) => void,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let ended = false;
  const writer = new IndexWriter(
    {
      write: (bytes) => parts.push(bytes.slice()),
      end: () => {
        ended = true;
      },
    },
    symbols,
  );
  write(writer);
  writer.finish();
  expect(ended).toBe(true);
  return new Uint8Array(Buffer.concat(parts));
}

/** The index of series in any order; symbols as the head writes them, the empty one among them. */
export function buildIndex(series: readonly BuiltSeries[]): Uint8Array {
  const sorted = series
    .map(({ labels, chunks = [] }) => ({ labels: Labels.from(labels), chunks }))
    .sort((a, b) => a.labels.compare(b.labels));
  const symbols = new Set(['']);
  for (const { labels } of sorted) for (const pair of labels) pair.forEach((s) => symbols.add(s));
  const metas = new ChunkMetas();
  return writeIndex([...symbols].sort(compareUtf8), (writer) => {
    for (const { labels, chunks } of sorted) {
      metas.count = 0;
      for (const chunk of chunks) metas.push(...chunk);
      writer.addSeries(labels, metas);
    }
  });
}

/** The index that our writer makes of what `reader` reads. */
export function rewriteIndex(reader: IndexReader): Uint8Array {
  const metas = new ChunkMetas();
  return writeIndex(reader.symbols(), (writer) => {
    for (const id of expand(reader.allPostings()))
      writer.addSeries(reader.series(id, metas), metas);
  });
}

export function openBytes(bytes: Uint8Array): IndexReader {
  return IndexReader.open(new MemorySource(bytes, 'index'));
}
