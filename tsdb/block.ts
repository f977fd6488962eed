/**
 * One immutable block on disk as a source of series.
 *
 * Opening is lazy: a block costs its meta.json until a query's range meets it. `acquire()` then
 * opens its index, its chunk segments and its tombstones and holds them, so that the block stays
 * readable when Prometheus compacts it away under us; each `acquire` is paired with a `release`,
 * and the files close when the block is closed and the last reader is gone.
 *
 * A block's range is half-open, `[meta.minTime, meta.maxTime)`; a query's is closed.
 */
import { ChunkSegments } from '../chunks/segment-reader.js';
import { type BlockMeta, parseBlockMeta } from '../compact/block-meta.js';
import type { Disk } from '../disk/disk.js';
import { ChunkMetas, IndexReader } from '../index/reader.js';
import { selectLabelNames, selectLabelValues, selectPostings } from '../index/select.js';
import { readTombstones, type Tombstones } from '../index/tombstones.js';
import type { Kernel } from '../kernel/kernel.js';
import { assert } from '../model/assert.js';
import { Columns } from '../model/columns.js';
import { DiskError } from '../model/errors.js';
import { covers, type Interval } from '../model/interval.js';
import type { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import type { ChunkTaker, Series, SeriesCursor, SeriesSource } from '../model/queryable.js';
import type { Moved, Steps } from '../model/steps.js';
import type { Selection } from '../index/selection.js';
import { mergeColumns } from '../chunks/merge.js';
import { Lifetime } from './lifetime.js';
import { keepVisible } from './sample-range.js';

/** meta.json of the largest blocks (thousands of sources) stays far below this. */
export const META_BYTES_MAX = 16 * 1024 * 1024;

/** How many series a cursor passes over before it pauses: about 1 ms. */
export const PASSED_MAX = 1000;

const NOTHING_DELETED: readonly Interval[] = [];

export interface BlockOptions {
  /** Bytes of decoded series labels to keep; 0: none. */
  readonly labelCacheBytes: number;
  /** Decodes the chunks of all blocks: its memory is needed once. */
  readonly kernel: Kernel;
}

/** The files of an acquired block. */
interface OpenFiles {
  readonly index: IndexReader;
  readonly chunks: ChunkSegments;
  readonly tombstones: Tombstones;
}

export class Block implements SeriesSource {
  readonly path: string;
  readonly meta: BlockMeta;
  private readonly disk: Disk;
  private readonly options: BlockOptions;
  private files: OpenFiles | null = null;
  private lastSize = 0;
  private readonly stamp: string;
  private readonly lifetime: Lifetime;

  private constructor(disk: Disk, path: string, meta: BlockMeta, options: BlockOptions) {
    this.disk = disk;
    this.path = path;
    this.meta = meta;
    this.options = options;
    this.stamp = stampOf(disk, path);
    this.lifetime = new Lifetime(`block ${meta.ulid}`, () => this.closeFiles());
  }

  /** Reads meta.json and nothing else. Throws `CorruptionError` or `DiskError`. */
  static load(disk: Disk, path: string, options: BlockOptions): Block {
    const metaPath = disk.join(path, 'meta.json');
    const meta = parseBlockMeta(metaPath, disk.readFile(metaPath, META_BYTES_MAX));
    return new Block(disk, path, meta, options);
  }

  /** Whether its meta.json and tombstones are still those that were there when it was loaded. */
  isCurrent(): boolean {
    return stampOf(this.disk, this.path) === this.stamp;
  }

  /** Whether the block may hold samples of the closed range `[minTime, maxTime]`. */
  overlaps(minTime: number, maxTime: number): boolean {
    return this.meta.minTime <= maxTime && minTime < this.meta.maxTime;
  }

  /** The size of all its files, in bytes; where they are gone by now, what it was last. */
  sizeBytes(): number {
    const sizeOf = (directory: string): number =>
      this.disk.list(directory).reduce((sum, entry) => {
        const path = this.disk.join(directory, entry.name);
        return sum + (entry.kind === 'directory' ? sizeOf(path) : this.disk.stat(path).size);
      }, 0);
    try {
      this.lastSize = sizeOf(this.path);
    } catch (error) {
      // A running Prometheus deletes what it compacted, at any moment.
      if (!(error instanceof DiskError && error.errno === 'ENOENT')) throw error;
    }
    return this.lastSize;
  }

  /** The open index; the block must be acquired. */
  get index(): IndexReader {
    return this.open.index;
  }

  /** The open chunk segments; the block must be acquired. */
  get chunks(): ChunkSegments {
    return this.open.chunks;
  }

  /** What was deleted from it, by series; the block must be acquired. */
  get tombstones(): Tombstones {
    return this.open.tombstones;
  }

  /** Opens what is not open yet and keeps it open until `release()`. */
  acquire(): void {
    this.lifetime.acquire();
    try {
      this.files ??= this.openFiles();
    } catch (error) {
      this.lifetime.release();
      throw error;
    }
  }

  release(): void {
    this.lifetime.release();
  }

  /** Closes its files once the last reader is gone. Idempotent. */
  close(): void {
    this.lifetime.close();
  }

  *select(matchers: readonly Matcher[], minTime: number, maxTime: number): Steps<SeriesCursor> {
    const files = this.open;
    yield* files.index.loadOffsets();
    const selection = yield* selectPostings(files.index, matchers);
    if (selection.countMax > 0) yield* files.index.loadSymbols();
    return new BlockCursor(files, selection, { minTime, maxTime });
  }

  *labelNames(matchers: readonly Matcher[]): Steps<string[]> {
    yield* this.index.loadOffsets();
    return yield* selectLabelNames(this.index, matchers);
  }

  *labelValues(name: string, matchers: readonly Matcher[]): Steps<string[]> {
    yield* this.index.loadOffsets();
    return yield* selectLabelValues(this.index, name, matchers);
  }

  private get open(): OpenFiles {
    assert(this.files !== null && this.lifetime.isHeld, 'a block is acquired before it is read');
    return this.files;
  }

  private openFiles(): OpenFiles {
    const { disk, path } = this;
    const opened: { close(): void }[] = [];
    try {
      const index = IndexReader.open(disk.openImmutable(disk.join(path, 'index')), {
        labelCacheBytes: this.options.labelCacheBytes,
        metaVersion: this.meta.version,
      });
      opened.push(index);
      const chunks = ChunkSegments.open(disk, disk.join(path, 'chunks'), this.options.kernel);
      opened.push(chunks);
      chunks.openAll();
      return { index, chunks, tombstones: readTombstones(disk, disk.join(path, 'tombstones')) };
    } catch (error) {
      for (const file of opened) file.close();
      throw error;
    }
  }

  private closeFiles(): void {
    this.files?.index.close();
    this.files?.chunks.close();
    this.files = null;
  }
}

/** Changes when Prometheus replaces one of the two files of a block that it ever replaces. */
function stampOf(disk: Disk, path: string): string {
  const stamps = ['meta.json', 'tombstones'].map((name) => fileStamp(disk, disk.join(path, name)));
  return stamps.join(' ');
}

function fileStamp(disk: Disk, file: string): string {
  try {
    const { size, mtimeMs } = disk.stat(file);
    return `${size}:${mtimeMs}`;
  } catch (error) {
    if (error instanceof DiskError && error.errno === 'ENOENT') return 'none';
    throw error;
  }
}

/** The series of one block that match and have a visible chunk in the range. */
class BlockCursor implements SeriesCursor {
  readonly canGive = true;
  readonly series: BlockSeries;
  private readonly selection: Selection;

  constructor(files: OpenFiles, selection: Selection, range: Interval) {
    this.series = new BlockSeries(files, range);
    this.selection = selection;
  }

  move(): Moved {
    for (let passed = 0; passed < PASSED_MAX; passed++) {
      const moved = this.selection.move();
      if (moved !== 'on') return moved;
      if (this.series.load(this.selection.at)) return 'on';
    }
    return 'paused';
  }
}

/** One series of a block at a time, and its visible chunks. */
class BlockSeries implements Series {
  private readonly symbols: number[] = [];
  /** Null until they are asked for: a sum of all series has no need of them. */
  private knownLabels: Labels | null = null;
  private readonly files: OpenFiles;
  private readonly range: Interval;
  private readonly metas = new ChunkMetas();
  private id = 0;
  private deleted: readonly Interval[] = NOTHING_DELETED;

  constructor(files: OpenFiles, range: Interval) {
    this.files = files;
    this.range = range;
  }

  /** Makes this the series `id`; false where nothing of it is visible. */
  load(id: number): boolean {
    this.id = id;
    this.knownLabels = null;
    this.files.index.seriesSymbols(id, this.symbols, this.metas);
    this.deleted = this.files.tombstones.get(id) ?? NOTHING_DELETED;
    this.keepVisibleChunks();
    return this.metas.count > 0;
  }

  get labels(): Labels {
    this.knownLabels ??= this.files.index.labelsOf(this.id, this.symbols);
    return this.knownLabels;
  }

  read(into: Columns): void {
    const { metas, files, range, deleted } = this;
    const { minTime, maxTime } = range;
    const start = into.count;
    if (areInOrder(metas)) files.chunks.read(metas.refs, 0, metas.count, into);
    else this.readOverlapping(into);
    keepVisible(into, start, { minTime, maxTime, deleted });
  }

  hold(): Series {
    return new HeldSeries(this.files, this.range, this.id);
  }

  give(taker: ChunkTaker): boolean {
    const { metas, files, range, deleted } = this;
    if (!areInOrder(metas) || !taker.beginPart(range, deleted)) return false;
    return files.chunks.give(metas.refs, 0, metas.count, taker);
  }

  /** Slow path: a damaged compaction can leave chunks of one series that overlap. */
  private readOverlapping(into: Columns): void {
    const runs: Columns[] = [];
    for (let i = 0; i < this.metas.count; i++) {
      const run = new Columns();
      this.files.chunks.read(this.metas.refs, i, i + 1, run);
      runs.push(run);
    }
    mergeColumns(runs, into);
  }

  /** Leaves the chunks that meet the range and are not deleted as a whole. */
  private keepVisibleChunks(): void {
    const { metas, range, deleted } = this;
    let kept = 0;
    for (let i = 0; i < metas.count; i++) {
      const minTime = metas.minTimes[i];
      const maxTime = metas.maxTimes[i];
      if (minTime > range.maxTime || maxTime < range.minTime) continue;
      if (deleted.length > 0 && isCovered({ minTime, maxTime }, deleted)) continue;
      metas.minTimes[kept] = minTime;
      metas.maxTimes[kept] = maxTime;
      metas.refs[kept] = metas.refs[i];
      kept++;
    }
    metas.count = kept;
  }
}

/** A series that is looked up again when something of it is wanted, which is rarely so. */
class HeldSeries implements Series {
  private readonly files: OpenFiles;
  private readonly range: Interval;
  private readonly id: number;
  private knownLabels: Labels | null = null;

  constructor(files: OpenFiles, range: Interval, id: number) {
    this.files = files;
    this.range = range;
    this.id = id;
  }

  get labels(): Labels {
    this.knownLabels ??= this.files.index.series(this.id, null);
    return this.knownLabels;
  }

  read(into: Columns): void {
    const series = new BlockSeries(this.files, this.range);
    if (series.load(this.id)) series.read(into);
  }
}

function isCovered(chunk: Interval, deleted: readonly Interval[]): boolean {
  return deleted.some((interval) => covers(interval, chunk));
}

function areInOrder(metas: ChunkMetas): boolean {
  for (let i = 1; i < metas.count; i++) {
    if (metas.minTimes[i] <= metas.maxTimes[i - 1]) return false;
  }
  return true;
}
