/** What a log's worker is started with, and what it says; records come to it through a ring. */
import type { SharedMemory } from '../kernel/web-assembly.js';
import { DiskError, messageOf, NoSpaceError } from '../model/errors.js';
import type { LogOptions } from './log.js';

/** Marks `workerData` as ours: who imports the worker's file does not start one. */
export const LOG_WORKER = 'mmtsdb log';

export interface LogWorkerData {
  readonly worker: typeof LOG_WORKER;
  readonly dir: string;
  readonly ring: SharedArrayBuffer;
  /** Of the head kernel whose rows come through the ring. */
  readonly memory?: SharedMemory;
  readonly options: Omit<LogOptions, 'onSyncError'>;
  /** Whether it dozes on the ring for a while before it sleeps: in a thread of its own. */
  readonly mayDoze: boolean;
}

export type LogAnswer =
  | { readonly kind: 'opened' }
  /** Opening failed, or the worker cannot go on. */
  | { readonly kind: 'failed'; readonly error: ErrorParts }
  /** Groups were acknowledged (`LogPen.acknowledged`) while somebody waited to be told. */
  | { readonly kind: 'flushed' }
  /** Of this epoch, the groups from `first` on have failed. */
  | {
      readonly kind: 'refused';
      readonly first: number;
      readonly epoch: number;
      readonly error: ErrorParts;
    }
  | { readonly kind: 'cut'; readonly segment: number; readonly error: ErrorParts | null }
  | { readonly kind: 'closed'; readonly error: ErrorParts | null }
  | { readonly kind: 'syncError'; readonly error: ErrorParts }
  | { readonly kind: 'room' };

/** An error as it goes from thread to thread. */
export interface ErrorParts {
  readonly message: string;
  /** Null where it is no `DiskError`. */
  readonly disk: {
    readonly path: string;
    readonly errno: string;
    readonly isSpace: boolean;
  } | null;
}

export function partsOf(error: unknown): ErrorParts {
  const disk =
    error instanceof DiskError
      ? { path: error.path, errno: error.errno, isSpace: error instanceof NoSpaceError }
      : null;
  return { message: messageOf(error), disk };
}

export function errorOf({ message, disk }: ErrorParts): Error {
  if (disk === null) return new Error(message);
  const { path, errno, isSpace } = disk;
  return isSpace ? new NoSpaceError(message, path, errno) : new DiskError(message, path, errno);
}
