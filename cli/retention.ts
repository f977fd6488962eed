/**
 * `mmtsdb retention`: which blocks would go, and why; with `--apply` they do. Without it nothing is
 * written and no lock taken.
 */
import { type Deletion, planDeletions } from '../compact/retention.js';
import { NodeWritableDisk } from '../disk/node-writable-disk.js';
import { ArgumentError } from '../model/errors.js';
import { settingsOf } from '../tsdb/database-options.js';
import { type BlockInfo, listBlocks } from '../tsdb/db.js';
import { retentionOf } from '../tsdb/directory-size.js';
import { openMaintenance } from '../tsdb/maintenance-directory.js';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import type { CommonFlags } from './flags.js';
import { formatTime } from './go-duration.js';
import { loggerOf, type Terminal } from './terminal.js';

export interface RetentionFlags extends CommonFlags {
  /** How long is kept, in ms. */
  readonly time?: number;
  /** How many bytes are kept. */
  readonly size?: number;
  /** The same as a part of the file system. */
  readonly percentage?: number;
  readonly apply?: boolean;
}

/** Exit code 1 if a damaged block was left out. */
export async function retention(
  dir: string,
  flags: RetentionFlags,
  terminal: Terminal,
): Promise<number> {
  const { time, size, percentage } = flags;
  if (time === undefined && size === undefined && percentage === undefined) {
    throw new ArgumentError('what is kept is said by --time, --size or --percentage');
  }
  const logger = loggerOf(terminal, flags.quiet === true);
  const options = {
    retentionMs: time ?? 0,
    retentionBytes: size ?? 0,
    retentionPercentage: percentage ?? 0,
    io: flags.io,
    logger,
  };
  const { blocks, problems } = await listBlocks(dir, { io: flags.io, logger });
  for (const problem of problems) logger.warn(`${problem.path}: ${problem.message}`);
  let deletions: readonly Deletion[];
  if (flags.apply === true) {
    const opened = await openMaintenance(dir, options);
    deletions = opened.deleted;
    await opened.close();
  } else {
    const kept = retentionOf(new NodeWritableDisk({ io: flags.io }), dir, settingsOf(options));
    const ulids = new Set(blocks.map(({ meta }) => meta.ulid));
    deletions = planDeletions(blocks, kept).filter(({ ulid }) => ulids.has(ulid));
  }
  print(deletions, blocks, flags, terminal);
  return problems.length === 0 ? EXIT_OK : EXIT_FAILURE;
}

function print(
  deletions: readonly Deletion[],
  blocks: readonly BlockInfo[],
  flags: RetentionFlags,
  { out }: Terminal,
): void {
  if (flags.json === true) {
    out.write(`${JSON.stringify({ applied: flags.apply === true, blocks: deletions })}\n`);
    return;
  }
  for (const { ulid, words } of deletions) {
    const block = blocks.find(({ meta }) => meta.ulid === ulid);
    const range = block === undefined ? '' : ` (${rangeInWords(block)})`;
    out.write(`${flags.apply === true ? 'deleted' : 'would delete'} ${ulid}${range}: ${words}\n`);
  }
  if (deletions.length === 0) out.write('nothing to delete\n');
}

function rangeInWords({ meta }: BlockInfo): string {
  return `${formatTime(meta.minTime)} to ${formatTime(meta.maxTime)}`;
}
