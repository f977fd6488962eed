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
import { IndexReader } from '../index/reader.js';
import { selectLabelNames, selectLabelValues, selectPostings } from '../index/select.js';
import { readTombstones, type Tombstones } from '../index/tombstones.js';
import type { Kernel } from '../kernel/kernel.js';
import { assert } from '../model/assert.js';
import { DiskError } from '../model/errors.js';
import type { Matcher } from '../model/matcher.js';
import type { SeriesCursor, SeriesSource } from '../model/queryable.js';
import type { Steps } from '../model/steps.js';
import { BlockCursor, type OpenFiles } from './block-series.js';
import { Lifetime } from './lifetime.js';

/** meta.json of the largest blocks (thousands of sources) stays far below this. */
export const META_BYTES_MAX = 16 * 1024 * 1024;

export interface BlockOptions {
  /** Bytes of decoded series labels to keep; 0: none. */
  readonly labelCacheBytes: number;
  /** Decodes the chunks of all blocks: its memory is needed once. */
  readonly kernel: Kernel;
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
