/** A block that is open for reading from end to end: its index, its chunks, its tombstones. */
import { ChunkSegments } from '../chunks/segment-reader.js';
import type { Disk } from '../disk/disk.js';
import { IndexReader } from '../index/reader.js';
import { readTombstones, type Tombstones } from '../index/tombstones.js';
import type { Kernel } from '../kernel/kernel.js';
import { type BlockMeta, parseBlockMeta } from './block-meta.js';

/** The meta.json of the largest blocks (thousands of sources) stays far below this. */
const META_BYTES_MAX = 16 * 1024 * 1024;

export interface OpenBlock {
  readonly path: string;
  readonly meta: BlockMeta;
  readonly index: IndexReader;
  readonly chunks: ChunkSegments;
  readonly tombstones: Tombstones;
}

/** Reads the meta.json of the block at `path`. */
export function readBlockMeta(disk: Disk, path: string): BlockMeta {
  const file = disk.join(path, 'meta.json');
  return parseBlockMeta(file, disk.readFile(file, META_BYTES_MAX));
}

/** Opens the block at `path`; `closeBlock` closes it. */
export function openBlock(disk: Disk, path: string, kernel: Kernel): OpenBlock {
  const meta = readBlockMeta(disk, path);
  const source = disk.openImmutable(disk.join(path, 'index'));
  const index = IndexReader.open(source, { metaVersion: meta.version });
  const chunks = ChunkSegments.openToScan(disk, disk.join(path, 'chunks'), kernel);
  try {
    const tombstones = readTombstones(disk, disk.join(path, 'tombstones'));
    chunks.openAll();
    return { path, meta, index, chunks, tombstones };
  } catch (error) {
    index.close();
    chunks.close();
    throw error;
  }
}

export function closeBlock({ index, chunks }: OpenBlock): void {
  index.close();
  chunks.close();
}

/** Opens several blocks, all or none. */
export function openBlocks(disk: Disk, paths: readonly string[], kernel: Kernel): OpenBlock[] {
  const blocks: OpenBlock[] = [];
  try {
    for (const path of paths) blocks.push(openBlock(disk, path, kernel));
    return blocks;
  } catch (error) {
    blocks.forEach(closeBlock);
    throw error;
  }
}
