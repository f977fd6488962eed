/** `mmtsdb clean-tombstones`: rewrites blocks without what was deleted of them. */
import { openMaintenance } from '../tsdb/maintenance-directory.js';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import type { CommonFlags } from './flags.js';
import { startProgress } from './progress.js';
import { loggerOf, type Terminal } from './terminal.js';

/** Exit code 1 if a damaged block was left out. */
export async function cleanTombstones(
  dir: string,
  flags: CommonFlags,
  terminal: Terminal,
): Promise<number> {
  const logger = loggerOf(terminal, flags.quiet === true);
  const opened = await openMaintenance(dir, {
    retentionMs: 0,
    io: flags.io,
    logger,
  });
  const progress = await startProgress(terminal, 'rewriting', flags.quiet);
  try {
    const { maintenance } = opened;
    const cleaned = await maintenance.cleanTombstones({
      onProgress: (done, total) => progress.update(done, total),
    });
    const ulids = cleaned.map(({ ulid }) => ulid);
    if (flags.json === true) terminal.out.write(`${JSON.stringify({ cleaned: ulids })}\n`);
    else for (const ulid of ulids) terminal.out.write(`cleaned ${ulid}\n`);
    return maintenance.store.view.problems.length === 0 ? EXIT_OK : EXIT_FAILURE;
  } finally {
    progress.stop();
    await opened.close();
  }
}
