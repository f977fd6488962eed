/** What a database on disk consists of beside its head, and how that ends. */
import type { JobRunner } from '../compact/job.js';
import type { Log } from '../wal/log.js';
import type { Settings } from './database-options.js';
import type { HeadCompaction } from './head-compaction.js';
import type { Lifecycle } from './lifecycle.js';
import type { Maintenance } from './maintenance.js';
import type { WritableDirectory } from './writable-directory.js';
import type { WriteGate } from './write-gate.js';

export interface DatabaseFilesParts {
  readonly dir: string;
  readonly settings: Settings;
  readonly directory: WritableDirectory;
  readonly maintenance: Maintenance;
  readonly compaction: HeadCompaction;
  readonly lifecycle: Lifecycle;
  readonly gate: WriteGate;
  readonly log: Log;
  readonly jobs: JobRunner;
}

export class DatabaseFiles {
  readonly dir: string;
  readonly settings: Settings;
  readonly directory: WritableDirectory;
  readonly maintenance: Maintenance;
  readonly compaction: HeadCompaction;
  readonly lifecycle: Lifecycle;
  readonly gate: WriteGate;
  private readonly log: Log;
  private readonly jobs: JobRunner;

  constructor(parts: DatabaseFilesParts) {
    this.dir = parts.dir;
    this.settings = parts.settings;
    this.directory = parts.directory;
    this.maintenance = parts.maintenance;
    this.compaction = parts.compaction;
    this.lifecycle = parts.lifecycle;
    this.gate = parts.gate;
    this.log = parts.log;
    this.jobs = parts.jobs;
  }

  /** Behind the head: closes log and blocks, and lets go of the directory whatever fails. */
  async close(): Promise<void> {
    try {
      await this.jobs.close();
      await this.log.close();
    } finally {
      this.maintenance.store.close();
      this.directory.release();
    }
  }
}
