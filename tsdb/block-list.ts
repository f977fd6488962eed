/**
 * The blocks of a data directory: found by name, opened as far as meta.json, damaged ones set
 * aside.
 */
import { isUlid } from '../compact/block-meta.js';
import type { Disk } from '../disk/disk.js';
import { DiskError, messageOf, TsdbError } from '../model/errors.js';
import type { Problem } from '../model/problem.js';
import { Block, type BlockOptions } from './block.js';
import type { Pacer } from '../model/pacer.js';

/**
 * Reading one meta.json, in the pacer's units: it costs about as much as decoding so many samples.
 */
const META_UNITS = 10_000;

export interface BlockList {
  /** By min time. */
  readonly blocks: readonly Block[];
  /** One for each block that was set aside. */
  readonly problems: readonly Problem[];
}

/** How `loadBlocks` goes about it. */
export interface LoadContext {
  readonly disk: Disk;
  readonly options: BlockOptions;
  readonly pacer: Pacer;
  readonly signal?: AbortSignal;
}

/**
 * Lists the blocks of `dir`. A directory is a block if its name is a ULID, as in Prometheus; all
 * others are left alone. Blocks of `known` that have not changed are taken over.
 */
export async function loadBlocks(
  dir: string,
  context: LoadContext,
  known: readonly Block[] = [],
): Promise<BlockList> {
  const { disk, options, pacer, signal } = context;
  const knownByPath = new Map(known.map((block) => [block.path, block]));
  const blocks: Block[] = [];
  const problems: Problem[] = [];
  for (const entry of disk.list(dir)) {
    if (!isUlid(entry.name) || entry.kind === 'file') continue;
    if (pacer.isDue(META_UNITS)) await pacer.turn(signal);
    const path = disk.join(dir, entry.name);
    try {
      const block = knownByPath.get(path);
      blocks.push(
        block !== undefined && block.isCurrent() ? block : Block.load(disk, path, options),
      );
    } catch (error) {
      // Compacted away between listing and reading: its data lies in another block.
      if (isGone(error) && !disk.exists(path)) continue;
      problems.push(setAside(path, error));
    }
  }
  blocks.sort((a, b) => a.meta.minTime - b.meta.minTime);
  return { blocks, problems };
}

/** Whether the system said that there is no such file. */
export function isGone(error: unknown): boolean {
  return error instanceof DiskError && error.errno === 'ENOENT';
}

/** Reports a block that cannot be read; rethrows what is a bug of ours. */
export function setAside(path: string, error: unknown): Problem {
  if (!(error instanceof TsdbError)) throw error;
  return {
    path,
    offset: 'offset' in error && typeof error.offset === 'number' ? error.offset : null,
    code: error.code,
    message: `the block is left out: ${messageOf(error)}`,
  };
}
