/** Opens a data directory for a command that changes it: its flags, its messages, its bar. */
import { UnsupportedDataError } from '../model/errors.js';
import type { DatabaseOptions } from '../tsdb/database-options.js';
import type { Database } from '../tsdb/database.js';
import { openDatabase } from '../tsdb/database-opening.js';
import type { Maintenance } from '../tsdb/maintenance.js';
import { openMaintenance } from '../tsdb/maintenance-directory.js';
import type { CommonFlags } from './flags.js';
import { startProgress } from './progress.js';
import { loggerOf, type Terminal } from './terminal.js';

/** A directory that is held: its blocks, and its head where that may be written. */
export interface Held {
  readonly maintenance: Maintenance;
  /** Null where the head holds what we cannot write on: then it stays as it is. */
  readonly database: Database | null;
  close(): Promise<void>;
}

/** Everything is kept, whatever its age: deleting that is `mmtsdb retention`'s. */
const KEEP_ALL: DatabaseOptions = { retentionMs: 0, background: false };

/** The caller closes it. A `LockedError` says who has it. */
export async function openForWriting(
  dir: string,
  flags: CommonFlags,
  terminal: Terminal,
  options: DatabaseOptions = {},
): Promise<Held> {
  const logger = loggerOf(terminal, flags.quiet === true);
  const all: DatabaseOptions = { ...KEEP_ALL, ...options, io: flags.io, logger };
  const progress = await startProgress(terminal, 'reading the log', flags.quiet);
  try {
    const database = await openDatabase(dir, {
      ...all,
      create: false,
      onProgress: ({ done, total }) => progress.update(done, total),
    });
    return { maintenance: database.maintenance, database, close: () => database.close() };
  } catch (error) {
    if (!(error instanceof UnsupportedDataError)) throw error;
    terminal.message(`mmtsdb: the head is left alone: ${error.message}`);
    return { ...(await openMaintenance(dir, all)), database: null };
  } finally {
    progress.stop();
  }
}
