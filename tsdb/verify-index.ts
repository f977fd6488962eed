/**
 * Checks the index of one block: symbols, every series entry, and that each label pair's postings
 * hold exactly the series that have the pair.
 *
 * One pass over the series in ascending order does it: each list has a cursor, and every series
 * moves the cursors of its pairs by one (verify-postings.ts).
 */
import type { BlockMeta } from '../compact/block-meta.js';
import type { ByteSource } from '../disk/byte-source.js';
import { ByteReader } from '../encoding/byte-reader.js';
import { CRC_BYTES, decodeToc, endOfSeries, SERIES_ALIGN, TOC_BYTES } from '../index/format.js';
import { expand } from '../index/postings.js';
import { ChunkMetas, IndexReader } from '../index/reader.js';
import { CorruptionError } from '../model/errors.js';
import { Labels } from '../model/labels.js';
import { compareUtf8 } from '../model/utf8.js';
import type { ChunkCheck } from './verify-chunks.js';
import type { VerifyContext } from './verify-context.js';
import { PostingsCheck } from './verify-postings.js';

const VARINT_BYTES_MAX = 10;
/** What checking a series entry costs beside its chunks, counted as bytes. */
const SERIES_BYTES = 500;

/** Returns the ids of all series, or as many as can be had of a damaged index. */
export async function verifyIndex(
  path: string,
  meta: BlockMeta,
  chunks: ChunkCheck,
  context: VerifyContext,
): Promise<ReadonlySet<number>> {
  const { disk, findings } = context;
  let source: ByteSource | null = null;
  try {
    source = disk.openImmutable(path);
    const options = { metaVersion: meta.version };
    const index = IndexReader.open(disk.openImmutable(path), options);
    try {
      return await new IndexCheck(index, source, chunks, context).run();
    } finally {
      index.close();
    }
  } catch (error) {
    findings.error(error, path);
    return new Set();
  } finally {
    source?.close();
  }
}

class IndexCheck {
  private readonly index: IndexReader;
  /** The same file, for what the reader has no door to. */
  private readonly source: ByteSource;
  private readonly chunks: ChunkCheck;
  private readonly context: VerifyContext;
  /** What an id counts in, in bytes. */
  private readonly idUnit: number;
  private readonly metas = new ChunkMetas();
  private previous = Labels.EMPTY;

  constructor(index: IndexReader, source: ByteSource, chunks: ChunkCheck, context: VerifyContext) {
    this.index = index;
    this.source = source;
    this.chunks = chunks;
    this.context = context;
    this.idUnit = index.version === 1 ? 1 : SERIES_ALIGN;
  }

  async run(): Promise<ReadonlySet<number>> {
    const { context } = this;
    context.attempt(this.index.path, () => this.checkSymbols());
    const postings = new PostingsCheck(this.index, context);
    const ids = this.seriesIds();
    for (const id of ids) {
      postings.expectInAll(id);
      this.checkSeries(id, postings);
      if (context.isDue(SERIES_BYTES)) await context.turn();
    }
    postings.finish();
    context.counts.series += ids.length;
    return new Set(ids);
  }

  private checkSymbols(): void {
    let previous: string | null = null;
    for (const symbol of this.index.symbols()) {
      if (previous !== null && compareUtf8(previous, symbol) >= 0) {
        const pair = `${JSON.stringify(symbol)} behind ${JSON.stringify(previous)}`;
        this.damage(null, `symbols are not sorted: ${pair}`);
      }
      previous = symbol;
    }
  }

  /** From the entries themselves; where one cannot be stepped over, also from the list of all. */
  private seriesIds(): number[] {
    const ids: number[] = [];
    const isWhole = this.context.attempt(this.index.path, () => this.walkSeries(ids));
    if (isWhole) return ids;
    this.context.attempt(this.index.path, () => ids.push(...expand(this.index.allPostings())));
    return [...new Set(ids)].sort((a, b) => a - b);
  }

  /** Steps from entry to entry through the section. */
  private walkSeries(ids: number[]): void {
    const { source, idUnit } = this;
    const tocAt = source.size - TOC_BYTES;
    const toc = decodeToc(source.peek(tocAt, TOC_BYTES), source.size);
    const end = endOfSeries(toc, source.size);
    let offset = this.skipPadding(toc.series, end);
    while (offset < end) {
      const head = new ByteReader(source.peek(offset, Math.min(VARINT_BYTES_MAX, end - offset)));
      let length: number;
      try {
        length = head.uvarint();
      } catch (error) {
        throw CorruptionError.from(source.path, offset, error);
      }
      const next = offset + head.offset + length + CRC_BYTES;
      if (length === 0 || next > end) {
        throw new CorruptionError(source.path, offset, `series entry of ${length} bytes`);
      }
      ids.push(offset / idUnit);
      offset = this.skipPadding(next, end);
    }
  }

  /** To where the next entry begins. Nothing reads what lies in between: it only shows bit rot. */
  private skipPadding(from: number, end: number): number {
    const next = Math.ceil(from / this.idUnit) * this.idUnit;
    const padding = this.source.peek(from, Math.min(next, end) - from);
    if (padding.some((byte) => byte !== 0)) this.damage(from, 'padding is not zero');
    return next;
  }

  private checkSeries(id: number, postings: PostingsCheck): void {
    const { context, index, metas } = this;
    const offset = id * this.idUnit;
    let labels = Labels.EMPTY;
    const isRead = context.attempt(index.path, () => {
      labels = index.series(id, metas);
    });
    if (!isRead) return;
    const series = labels.toString();
    if (this.previous.compare(labels) >= 0) {
      this.damage(offset, `${series} is not in order behind ${this.previous.toString()}`);
    }
    this.previous = labels;
    for (let i = 0; i < labels.size; i++) {
      const name = labels.nameAt(i);
      if (i > 0 && compareUtf8(labels.nameAt(i - 1), name) >= 0) {
        this.damage(offset, `the labels of ${series} are not sorted`);
      }
      if (labels.valueAt(i) === '') this.damage(offset, `${series} has an empty label`);
      postings.expect(name, labels.valueAt(i), id);
    }
    this.chunks.checkSeries(metas, { indexPath: index.path, offset, series });
  }

  private damage(offset: number | null, message: string): void {
    this.context.findings.damage(this.index.path, offset, message);
  }
}
