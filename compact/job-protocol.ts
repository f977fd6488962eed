/** What the thread of jobs and the one that started it say to each other. */
import {
  ClosedError,
  CorruptionError,
  DiskError,
  messageOf,
  NoSpaceError,
  ReadOnlyError,
} from '../model/errors.js';
import type { BlockMeta } from './block-meta.js';
import type { CompactionJob } from './job.js';

/** Marks `workerData` as ours: who imports the worker's file does not start one. */
export const JOB_WORKER = 'mmtsdb jobs';

export interface JobWorkerData {
  readonly worker: typeof JOB_WORKER;
}

export type JobRequest =
  | { readonly kind: 'run'; readonly job: CompactionJob; readonly tells: boolean }
  /** Gives up the job that runs. */
  | { readonly kind: 'abort' };

export type JobAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly meta: BlockMeta | null }
  | { readonly kind: 'failed'; readonly error: ErrorParts };

/** An error as it goes from thread to thread. */
export interface ErrorParts {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Of a disk's error and of damage. */
  readonly path: string;
  readonly errno: string;
  readonly offset: number;
  readonly reason: string;
}

export function partsOf(error: unknown): ErrorParts {
  const isDisk = error instanceof DiskError;
  const isDamage = error instanceof CorruptionError;
  return {
    name: error instanceof Error ? error.name : '',
    message: messageOf(error),
    stack: error instanceof Error ? (error.stack ?? '') : '',
    path: isDisk || isDamage ? error.path : '',
    errno: isDisk ? error.errno : '',
    offset: isDamage ? error.offset : 0,
    reason: isDamage ? error.reason : '',
  };
}

/** The same error, of its class where that is one that jobs throw. */
export function errorOf(parts: ErrorParts): Error {
  const { name, message, path, errno, offset, reason } = parts;
  switch (name) {
    case 'CorruptionError':
      return new CorruptionError(path, offset, reason);
    case 'NoSpaceError':
      return new NoSpaceError(message, path, errno);
    case 'ReadOnlyError':
      return new ReadOnlyError(message, path, errno);
    case 'DiskError':
      return new DiskError(message, path, errno);
    case 'ClosedError':
      return new ClosedError(message.replace(/ is closed$/, ''));
    default: {
      const error = new Error(message);
      error.name = name;
      error.stack = parts.stack;
      return error;
    }
  }
}
