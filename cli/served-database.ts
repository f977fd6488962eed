/**
 * The database behind a server: opening, ready, stopping. Requests look at its state; a read-only
 * one looks at its directory again now and then.
 */
import type { ApiDatabase, DatabaseSource, ReplayStatus } from '../api/api-database.js';
import { messageOf } from '../model/errors.js';
import type { Logger } from '../model/logger.js';

/** A database that somebody can close. */
export interface Closable {
  close(): Promise<void>;
}

/** One that can look at its directory again. */
export interface Refreshable {
  refresh(): Promise<void>;
}

/** A refresh takes up to this part of the time: the next one waits so many times as long. */
const REFRESH_PART = 10;

export class ServedDatabase implements DatabaseSource {
  state: DatabaseSource['state'] = 'starting';
  replay: ReplayStatus = { min: 0, max: 0, current: 0 };
  private opened: (ApiDatabase & Closable) | null = null;
  private timer: NodeJS.Timeout | null = null;
  private refreshing: Promise<void> | null = null;

  get database(): ApiDatabase | null {
    return this.state === 'ready' ? this.opened : null;
  }

  /** Told while the log is replayed. */
  onProgress(done: number, total: number): void {
    this.replay = { min: 0, max: Math.max(0, total - 1), current: Math.min(done, total) };
  }

  /** From now on requests are answered. */
  begin(database: ApiDatabase & Closable): void {
    this.opened = database;
    this.state = 'ready';
  }

  /** Looks at the directory again every `intervalMs`, or more rarely where that takes long. */
  refreshEvery(database: Refreshable, intervalMs: number, logger: Logger): void {
    const again = (waitMs: number): void => {
      this.timer = setTimeout(() => {
        const startedMs = Date.now();
        this.refreshing = database
          .refresh()
          .catch((error: unknown) =>
            logger.warn(`the directory is unreadable: ${messageOf(error)}`),
          )
          .then(() => {
            if (this.state !== 'ready') return;
            again(Math.max(intervalMs, REFRESH_PART * (Date.now() - startedMs)));
          });
      }, waitMs);
    };
    again(intervalMs);
  }

  /** From now on requests are turned away. */
  stop(): void {
    this.state = 'stopping';
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** Closes the database; what was accepted is durable then. */
  async close(): Promise<void> {
    this.stop();
    await this.refreshing;
    await this.opened?.close();
  }
}
