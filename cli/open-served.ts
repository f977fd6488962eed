/** Opens the data directory of a server: for writing, or for reading beside its owner. */
import type { ApiDatabase } from '../api/api-database.js';
import type { Logger } from '../model/logger.js';
import { Database, openReadOnly } from '../tsdb/db.js';
import type { Retention } from './runtime-info.js';
import type { ServeFlags } from './serve-flags.js';
import type { Closable, ServedDatabase } from './served-database.js';

/** What opening takes. */
export interface OpenPlan {
  readonly flags: ServeFlags;
  readonly retention: Retention;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Opens the database and hands it to `served`. */
export async function openServed(
  served: ServedDatabase,
  { flags, retention, logger, signal }: OpenPlan,
): Promise<ApiDatabase & Closable> {
  const dir = flags['storage.tsdb.path'];
  const common = {
    io: flags.io,
    queryWorkers: flags['query-workers'],
    logger,
    signal,
    onProgress: ({ done, total }: { done: number; total: number }) =>
      served.onProgress(done, total),
  };
  if (flags['read-only']) {
    const database = await openReadOnly(dir, common);
    served.begin(database);
    served.refreshEvery(database, flags['read-only.refresh-interval'], logger);
    return database;
  }
  const database = await Database.open(dir, {
    ...common,
    ...retention,
    minBlockDurationMs: flags['storage.tsdb.min-block-duration'],
    maxBlockDurationMs: flags['storage.tsdb.max-block-duration'],
    walCompression: flags['storage.tsdb.wal-compression-type'],
    noLockfile: flags['storage.tsdb.no-lockfile'],
    durability: flags.durability,
  });
  served.begin(database);
  return database;
}
