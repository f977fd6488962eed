/** Opens a data directory for a command: its flags, its messages, its progress bar. */
import { openReadOnly, type ReadOnlyDatabase } from '../tsdb/db.js';
import type { HeadCutoff } from '../tsdb/options.js';
import type { CommonFlags } from './flags.js';
import { startProgress } from './progress.js';
import { loggerOf, type Terminal } from './terminal.js';

/** The caller closes the database. Damage that was set aside is told as warnings. */
export async function openDatabase(
  dir: string,
  flags: CommonFlags,
  terminal: Terminal,
  headCutoff: HeadCutoff,
): Promise<ReadOnlyDatabase> {
  const progress = await startProgress(terminal, 'reading the log', flags.quiet);
  try {
    return await openReadOnly(dir, {
      io: flags.io,
      headCutoff,
      logger: loggerOf(terminal, flags.quiet === true),
      onProgress: ({ done, total }) => progress.update(done, total),
    });
  } finally {
    progress.stop();
  }
}
