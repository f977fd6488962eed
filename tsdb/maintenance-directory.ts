/**
 * The blocks of a directory opened for maintenance, without its head: for commands that leave log
 * and head as they are.
 */
import type { Deletion } from '../compact/retention.js';
import { NodeWritableDisk } from '../disk/node-writable-disk.js';
import { SILENT } from '../model/logger.js';
import { type DatabaseOptions, settingsOf } from './database-options.js';
import { maintenanceOf, partsOf } from './database-opening.js';
import type { Maintenance } from './maintenance.js';
import { WritableDirectory } from './writable-directory.js';

export interface OpenedMaintenance {
  readonly maintenance: Maintenance;
  /** What of the blocks went when it was opened, because it is kept no longer. */
  readonly deleted: readonly Deletion[];
  /** Lets go of files and lock. Idempotent. */
  close(): Promise<void>;
}

/** Takes an existing directory; `LockedError` where another has it. */
export async function openMaintenance(
  dir: string,
  options: DatabaseOptions = {},
): Promise<OpenedMaintenance> {
  const settings = settingsOf(options);
  const logger = options.logger ?? SILENT;
  const disk = options.disk ?? new NodeWritableDisk({ io: settings.io, logger });
  const { noLockfile } = settings;
  const directory = WritableDirectory.take({ disk, dir, logger, noLockfile, create: false });
  const parts = partsOf(disk, dir, settings, options);
  const maintenance = maintenanceOf(parts);
  const close = async (): Promise<void> => {
    await maintenance.turns.idle();
    await parts.jobs.close();
    maintenance.store.close();
    directory.release();
  };
  try {
    return { maintenance, deleted: await maintenance.reload(), close };
  } catch (error) {
    await close();
    throw error;
  }
}
