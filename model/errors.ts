/**
 * Every error that the engine throws at its callers, each with a stable `code`.
 *
 * Three kinds, never mixed: what the caller or the moment got wrong (these classes), corrupt bytes
 * (`DecodeError` where the bytes are parsed, wrapped once into `CorruptionError` by whoever knows
 * the file), and our own bugs (`AssertionError` in assert.ts, never caught below the process edge).
 */

/** The base of all expected errors. `code` never changes between minor versions. */
export abstract class TsdbError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Bytes that cannot be what they should be. `offset` counts from the start of the parsed bytes. */
export class DecodeError extends TsdbError {
  readonly code = 'TSDB_DECODE';

  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A damaged file: its path, the byte offset of the damage, and the reason. */
export class CorruptionError extends TsdbError {
  readonly code = 'TSDB_CORRUPT';

  readonly path: string;
  readonly offset: number;
  readonly reason: string;

  constructor(path: string, offset: number, reason: string, options?: ErrorOptions) {
    super(`${path}: corrupt at byte ${offset}: ${reason}`, options);
    this.path = path;
    this.offset = offset;
    this.reason = reason;
  }

  /** Wraps what a decoder threw; `base` is where the decoded bytes start in the file. */
  static from(path: string, base: number, error: unknown): unknown {
    if (!(error instanceof DecodeError)) return error;
    return new CorruptionError(path, base + error.offset, error.message, { cause: error });
  }
}

/** The file system refused: `errno` is the system's name for why (`ENOENT`, `EACCES`…). */
export class DiskError extends TsdbError {
  readonly code: 'TSDB_IO' | 'TSDB_NO_SPACE' | 'TSDB_READ_ONLY' = 'TSDB_IO';

  readonly path: string;
  readonly errno: string;

  constructor(message: string, path: string, errno: string, options?: ErrorOptions) {
    super(message, options);
    this.path = path;
    this.errno = errno;
  }
}

/** The disk is full, or the quota on it used up (`ENOSPC`, `EDQUOT`): room heals it. */
export class NoSpaceError extends DiskError {
  override readonly code = 'TSDB_NO_SPACE';
}

/** The file system takes no writes (`EROFS`), until it is mounted otherwise. */
export class ReadOnlyError extends DiskError {
  override readonly code = 'TSDB_READ_ONLY';
}

/** A directory that cannot be opened as a database: missing, a file, not readable. */
export class OpenError extends TsdbError {
  readonly code = 'TSDB_OPEN';

  readonly path: string;

  constructor(message: string, path: string, options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }
}

/** Somebody else has locked the directory for writing: who, as far as the system tells. */
export class LockedError extends TsdbError {
  readonly code = 'TSDB_LOCKED';

  readonly path: string;
  /** The process that holds the lock; null where the system does not say. */
  readonly holder: LockHolder | null;

  constructor(path: string, holder: LockHolder | null) {
    const who = holder === null ? 'another process' : `${holder.program} (pid ${holder.pid})`;
    super(`${path} is locked by ${who}`);
    this.path = path;
    this.holder = holder;
  }
}

export interface LockHolder {
  readonly pid: number;
  /** The name of its executable. */
  readonly program: string;
}

/** Something was used after `close()`. */
export class ClosedError extends TsdbError {
  readonly code = 'TSDB_CLOSED';

  constructor(what: string) {
    super(`${what} is closed`);
  }
}

/** An option or argument of the wrong type or range; the message names it. */
export class ArgumentError extends TsdbError {
  readonly code = 'TSDB_ARGUMENT';
}

/** A selector that cannot be parsed: `offset` counts UTF-16 units from its start. */
export class SelectorError extends TsdbError {
  readonly code = 'TSDB_SELECTOR';

  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A query that cannot be parsed: `offset` counts bytes of its UTF-8 from its start. */
export class ParseError extends TsdbError {
  readonly code = 'TSDB_PARSE';

  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Text to be imported that cannot be: the file, the line (from 1) and what is wrong with it. */
export class InputError extends TsdbError {
  readonly code = 'TSDB_INPUT';

  readonly path: string;
  readonly line: number;

  constructor(path: string, line: number, reason: string, options?: ErrorOptions) {
    super(`${path}:${line}: ${reason}`, options);
    this.path = path;
    this.line = line;
  }
}

/** A named limit was met; the message gives the limit's name and value. */
export class LimitError extends TsdbError {
  readonly code = 'TSDB_LIMIT';

  readonly limit: string;

  constructor(limit: string, message: string) {
    super(`${limit}: ${message}`);
    this.limit = limit;
  }
}

/** A sample that cannot be taken: which series (its labels or its ref), its time and its value. */
export abstract class SampleError extends TsdbError {
  readonly series: string;
  /** In ms, as it was given. */
  readonly time: number;
  /** In a field, where a stale marker keeps its bits. */
  readonly value: number;

  constructor(reason: string, series: string, time: number, value: number) {
    super(`${reason} (series ${series}, time ${time}, value ${value})`);
    this.series = series;
    this.time = time;
    this.value = value;
  }
}

/** The series has a later sample. */
export class OutOfOrderError extends SampleError {
  readonly code = 'TSDB_OUT_OF_ORDER';
}

/** The series has another value at the same time. */
export class DuplicateSampleError extends SampleError {
  readonly code = 'TSDB_DUPLICATE_SAMPLE';
}

/** Too old: blocks may already hold that time. */
export class OutOfBoundsError extends SampleError {
  readonly code = 'TSDB_OUT_OF_BOUNDS';
}

/** Beyond the limit that was set for times ahead of the clock. */
export class FutureSampleError extends SampleError {
  readonly code = 'TSDB_TOO_FAR_IN_FUTURE';
}

/** The time is no integer within ±2^53, or the value is no number. */
export class InvalidSampleError extends SampleError {
  readonly code = 'TSDB_INVALID_SAMPLE';
}

/** No series has this ref: it was never given, or the series is gone; append by labels again. */
export class UnknownSeriesError extends SampleError {
  readonly code = 'TSDB_UNKNOWN_SERIES';
}

/** A label set that cannot be a series; `labels` is the set as text. */
export class InvalidLabelsError extends TsdbError {
  readonly code = 'TSDB_INVALID_LABELS';

  readonly labels: string;

  constructor(reason: string, labels: string) {
    super(`${reason}: ${labels}`);
    this.labels = labels;
  }
}

/** A directory holds data that cannot be written on: what it is, `what` says. */
export class UnsupportedDataError extends TsdbError {
  readonly code = 'TSDB_UNSUPPORTED';

  readonly path: string;
  readonly what: string;

  constructor(path: string, what: string) {
    super(`${path} holds ${what}, which this version can read but not write on`);
    this.path = path;
    this.what = what;
  }
}

/** Prometheus' names for what can be wrong with a query. */
export type QueryErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled';

/** A query that cannot be answered, in Prometheus' words; `limit` names the limit that was met. */
export class QueryError extends TsdbError {
  readonly code = 'TSDB_QUERY';

  readonly type: QueryErrorType;
  readonly limit: string | null;

  constructor(type: QueryErrorType, message: string, options: QueryErrorOptions = {}) {
    super(message, options);
    this.type = type;
    this.limit = options.limit ?? null;
  }
}

export interface QueryErrorOptions extends ErrorOptions {
  readonly limit?: string;
}

/** What a `catch` binding says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
