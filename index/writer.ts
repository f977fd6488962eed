/**
 * Writes the index of one block, in the layout of Prometheus 3.14 (version 2, without sections of
 * label indices; 2.42 reads it too): symbols first, then series in label order, at the end the
 * postings, their offsets and the table of contents. For the frame see format.ts.
 *
 * It makes bytes and gives them away as they come. What it keeps until the end are the symbols and
 * the postings (pair-postings.ts).
 */
import { ByteWriter } from '../encoding/byte-writer.js';
import { crc32c, crc32cOf } from '../encoding/crc32c.js';
import type { SeriesBatch } from '../kernel/merge-kernel.js';
import { assert } from '../model/assert.js';
import type { Labels } from '../model/labels.js';
import { encodeUtf8 } from '../model/utf8.js';
import {
  ALL_POSTINGS,
  encodeToc,
  HEADER_BYTES,
  INDEX_MAGIC,
  POSTINGS_ALIGN,
  SERIES_ALIGN,
} from './format.js';
import { PairPostings } from './pair-postings.js';
import { type ChunkMetas, encodeSeries } from './series-entry.js';
import { SymbolList } from './symbol-list.js';

/** Bytes are given away in pieces of about this size. */
const FLUSH_BYTES = 256 * 1024;
const LENGTH_MAX = 2 ** 32 - 1;
const WRITTEN_VERSION = 2;

/** The references of a series' chunks. */
export interface FirstAndLast {
  readonly first: number;
  readonly last: number;
}

/** Receives the bytes of the file, in order. */
export interface IndexSink {
  /** `bytes` holds only until `write` returns. */
  write(bytes: Uint8Array): void;
  /** The file is whole. */
  end(): void;
}

export class IndexWriter {
  private readonly sink: IndexSink;
  private readonly symbols: SymbolList;
  /** The numbers of symbols, for those who come with labels. */
  private readonly refs = new Map<string, number>();
  private readonly postings = new PairPostings();
  /** What is written but not given away, and how much was given away before. */
  private readonly out = new ByteWriter(2 * FLUSH_BYTES);
  private flushed = 0;
  private readonly body = new ByteWriter();
  private readonly labelSymbols: number[] = [];
  private readonly seriesStart: number;
  private lastSymbols: number[] | null = null;
  private lastChunkRef = 0;
  private isFinished = false;

  /**
   * `symbols` are all strings of all labels that will come, sorted bytewise, each once. Given as a
   * list of bytes, series come by their numbers in it.
   */
  constructor(sink: IndexSink, symbols: Iterable<string> | SymbolList) {
    this.sink = sink;
    if (symbols instanceof SymbolList) this.symbols = symbols;
    else {
      const texts = [...symbols];
      this.symbols = SymbolList.of(texts);
      texts.forEach((text, ref) => this.refs.set(text, ref));
    }
    this.out.u32(INDEX_MAGIC).u8(WRITTEN_VERSION);
    this.writeSymbols();
    this.seriesStart = this.offset;
  }

  /** Adds a series behind those before it in label order, with its chunks in time order. */
  addSeries(labels: Labels, chunks: ChunkMetas): void {
    const { labelSymbols } = this;
    labelSymbols.length = 0;
    for (const [name, value] of labels) labelSymbols.push(this.refOf(name), this.refOf(value));
    this.addSeriesOf(labelSymbols, chunks);
  }

  /** Likewise, by the numbers of the labels' symbols, name and value in turn. */
  addSeriesOf(symbols: readonly number[], chunks: ChunkMetas): void {
    const { body } = this;
    for (let i = 0; i < chunks.count; i++) this.checkChunkRef(chunks.refs[i]);
    body.clear();
    encodeSeries(body, symbols, chunks);
    this.beginSeries(symbols);
    const bytes = body.bytes();
    this.out
      .uvarint(bytes.length)
      .raw(bytes)
      .u32(crc32cOf(bytes, 0, bytes.length));
    this.flushIfFull();
  }

  /**
   * Likewise, as an entry that was made elsewhere of these symbols, and of chunks whose references
   * ascend from the first to the last.
   */
  addSeriesEntry(symbols: readonly number[], entry: Uint8Array, refs: FirstAndLast): void {
    this.checkChunkRef(refs.first);
    this.checkChunkRef(refs.last);
    this.beginSeries(symbols);
    this.out.raw(entry);
    this.flushIfFull();
  }

  /** Where in the file the next byte comes to stand. */
  get nextOffset(): number {
    return this.offset;
  }

  /** Likewise, several, at least one, laid out for `nextOffset`. */
  addBatch(batch: SeriesBatch): void {
    const { entries, count, symbols, symbolEnds } = batch;
    this.checkChunkRef(batch.firstRef);
    this.checkChunkRef(batch.lastRef);
    this.checkOrder([...symbols.subarray(0, symbolEnds[0])]);
    const firstId = Math.floor(this.offset / SERIES_ALIGN);
    assert(firstId + batch.places[count - 1] <= LENGTH_MAX, 'an index has at most 64 GiB');
    this.postings.addBatch(firstId, batch);
    this.out.raw(entries);
    this.flushIfFull();
    const lastStart = count === 1 ? 0 : symbolEnds[count - 2];
    this.remember([...symbols.subarray(lastStart, symbolEnds[count - 1])]);
  }

  /** Notes the series whose entry comes next. */
  private beginSeries(symbols: readonly number[]): void {
    this.checkOrder(symbols);
    this.pad(SERIES_ALIGN);
    const id = this.offset / SERIES_ALIGN;
    assert(id <= LENGTH_MAX, 'an index has at most 64 GiB');
    this.postings.add(id, symbols);
    this.remember(symbols);
  }

  /** Writes what follows the series. Nothing may be added afterwards. */
  finish(): void {
    assert(!this.isFinished, 'an index is finished once');
    this.isFinished = true;
    const postings = this.offset;
    const table = this.writePostings();
    const postingsOffsetTable = this.offset;
    this.writeSection(table);
    const toc = encodeToc({
      symbols: HEADER_BYTES,
      series: this.seriesStart,
      labelIndices: postings,
      labelOffsetTable: postingsOffsetTable,
      postings,
      postingsOffsetTable,
    });
    this.out.raw(toc);
    this.flush();
    this.sink.end();
  }

  /** Where the next byte comes to stand in the file. */
  private get offset(): number {
    return this.flushed + this.out.length;
  }

  private writeSymbols(): void {
    const { symbols } = this;
    const section = new ByteWriter();
    section.u32(symbols.count);
    for (let i = 0; i < symbols.count; i++) writeText(section, symbols.at(i));
    this.writeSection(section);
  }

  /** Writes all postings lists and returns the table of their offsets. */
  private writePostings(): ByteWriter {
    const entries = new ByteWriter();
    let count = 0;
    const write = (name: Uint8Array, value: Uint8Array, ids: Uint32Array): void => {
      this.pad(POSTINGS_ALIGN);
      entries.uvarint(2);
      writeText(entries, name);
      writeText(entries, value);
      entries.uvarint(this.offset);
      count++;
      this.writeList(ids);
    };
    const all = encodeUtf8(ALL_POSTINGS);
    write(all, all, this.postings.allIds());
    this.postings.forEach((name, value, ids) => {
      write(this.symbols.at(name), this.symbols.at(value), ids);
    });
    return new ByteWriter(entries.length + 4).u32(count).raw(entries.bytes());
  }

  private writeList(ids: Uint32Array): void {
    const { body, out } = this;
    const bytes = 4 + 4 * ids.length;
    // Fast path: of lists that fit, without taking them in hand once more.
    if (bytes < FLUSH_BYTES) {
      out.u32(bytes);
      const start = out.length;
      out.u32(ids.length).u32s(ids).crc32cFrom(start);
      this.flushIfFull();
      return;
    }
    body.clear();
    body.u32(ids.length).u32s(ids);
    this.writeSection(body);
  }

  /** `len <4b> | content | crc32c(content) <4b>` */
  private writeSection(content: ByteWriter): void {
    assert(content.length <= LENGTH_MAX, 'a section has less than 4 GiB');
    const bytes = content.bytes();
    this.out.u32(bytes.length);
    this.flushIfFull();
    for (let at = 0; at < bytes.length; at += FLUSH_BYTES) {
      this.out.raw(bytes.subarray(at, at + FLUSH_BYTES));
      this.flushIfFull();
    }
    this.out.u32(crc32c(bytes));
    this.flushIfFull();
  }

  private checkOrder(symbols: readonly number[]): void {
    const { lastSymbols } = this;
    assert(!this.isFinished, 'series come before the end');
    assert(
      lastSymbols === null || compareSymbols(symbols, lastSymbols) > 0,
      'series come in order',
    );
  }

  private checkChunkRef(ref: number): void {
    assert(ref >= this.lastChunkRef, 'chunks are written in the order of their series');
    this.lastChunkRef = ref;
  }

  private remember(symbols: readonly number[]): void {
    const last = (this.lastSymbols ??= []);
    last.length = symbols.length;
    for (let i = 0; i < symbols.length; i++) last[i] = symbols[i];
  }

  private refOf(symbol: string): number {
    const ref = this.refs.get(symbol);
    assert(ref !== undefined, 'every string of a label is among the symbols');
    return ref;
  }

  private pad(alignment: number): void {
    while (this.offset % alignment !== 0) this.out.u8(0);
  }

  private flushIfFull(): void {
    if (this.out.length >= FLUSH_BYTES) this.flush();
  }

  private flush(): void {
    this.sink.write(this.out.bytes());
    this.flushed += this.out.length;
    this.out.clear();
  }
}

/** Compares label sets by the numbers of their symbols, which are sorted as the symbols are. */
export function compareSymbols(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

function writeText(writer: ByteWriter, text: Uint8Array): void {
  writer.uvarint(text.length).raw(text);
}
