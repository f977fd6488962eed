/**
 * Reads a whole data directory and checks it: every file that Prometheus would read, every
 * checksum, and that what one file says of another is true. Changes nothing and takes no lock.
 *
 * Blocks: verify-block.ts (with verify-index.ts, verify-chunks.ts). The head and its logs:
 * verify-log.ts. Damage never stops it; it goes on with what can still be read.
 */
import { type BlockMeta, isUlid } from '../compact/block-meta.js';
import type { Disk } from '../disk/disk.js';
import { NodeDisk } from '../disk/node-disk.js';
import { checkDataDirectory } from './data-directory.js';
import { type Finding, Findings } from './findings.js';
import { type OpenReadOnlyOptions, validateOptions } from './options.js';
import { verifyBlock } from './verify-block.js';
import { VerifyContext, type VerifyCounts, type VerifyProgress } from './verify-context.js';
import { verifyLog } from './verify-log.js';

export interface VerifyOptions extends Pick<
  OpenReadOnlyOptions,
  'io' | 'logger' | 'disk' | 'signal'
> {
  /** Told of each finding as it is made. */
  readonly onFinding?: (finding: Finding) => void;
  readonly onProgress?: (progress: VerifyProgress) => void;
}

export interface VerifyResult {
  /** What was read. */
  readonly counts: Readonly<VerifyCounts>;
  /** How many findings are damage; notes are not counted. */
  readonly damages: number;
}

/** What an interrupted compaction or deletion leaves behind. */
const LEFT_OVER = /\.tmp(-for-creation|-for-deletion)?$/;

/**
 * Checks the data directory `dir`. Throws an `OpenError` where it cannot be listed or holds no
 * database; whatever is wrong inside becomes findings.
 */
export async function verifyDirectory(
  dir: string,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  validateOptions(options);
  const disk = options.disk ?? new NodeDisk({ io: options.io, logger: options.logger });
  checkDataDirectory(disk, dir);
  const entries = disk.list(dir);
  const findings = new Findings(options.onFinding ?? (() => {}));
  const context = new VerifyContext(disk, findings, {
    total: treeBytes(disk, dir),
    onProgress: options.onProgress,
    signal: options.signal,
  });
  const blocks: PlacedBlock[] = [];
  for (const { name, kind } of entries) {
    const path = disk.join(dir, name);
    if (LEFT_OVER.test(name)) findings.note(path, null, 'left over from unfinished work');
    if (kind !== 'directory' || !isUlid(name)) continue;
    const isGone = (): boolean => !disk.exists(path);
    const meta = await findings.provisional(() => verifyBlock(path, name, context), isGone);
    if (isGone()) findings.note(path, null, 'was taken away while it was read');
    else if (meta !== null) blocks.push({ path, meta });
  }
  noteOverlaps(blocks, findings);
  await verifyLog(dir, context);
  findings.finish();
  return { counts: context.counts, damages: findings.damages };
}

interface PlacedBlock {
  readonly path: string;
  readonly meta: BlockMeta;
}

/** Blocks may overlap (out-of-order data, backfilling); the next compaction merges them. */
function noteOverlaps(blocks: PlacedBlock[], findings: Findings): void {
  blocks.sort((a, b) => a.meta.minTime - b.meta.minTime);
  let last: PlacedBlock | null = null;
  for (const block of blocks) {
    if (last !== null && block.meta.minTime < last.meta.maxTime) {
      const until = Math.min(block.meta.maxTime, last.meta.maxTime);
      const range = `[${block.meta.minTime}, ${until})`;
      findings.note(block.path, null, `overlaps block ${last.meta.ulid} in ${range}`);
    }
    if (last === null || block.meta.maxTime > last.meta.maxTime) last = block;
  }
}

/** The size of all files below `path`; what vanishes meanwhile counts nothing. */
function treeBytes(disk: Disk, path: string): number {
  let sum = 0;
  for (const { name, kind } of disk.list(path)) {
    const child = disk.join(path, name);
    if (!disk.exists(child)) continue;
    if (kind === 'directory') sum += treeBytes(disk, child);
    else if (kind === 'file') sum += disk.stat(child).size;
  }
  return sum;
}
