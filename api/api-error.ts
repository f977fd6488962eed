/**
 * What goes wrong in a request: error class ↔ `errorType` ↔ status, in one table. Handlers throw;
 * the envelope looks here.
 */
import {
  ArgumentError,
  ClosedError,
  CorruptionError,
  DecodeError,
  DiskError,
  OpenError,
  SelectorError,
} from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';

/** Prometheus' error types with the status each is sent with (web/api/v1/api.go). */
export const STATUS_OF = {
  bad_data: 400,
  execution: 422,
  // Nginx' code for a client that went away.
  canceled: 499,
  timeout: 503,
  internal: 500,
  // Prometheus has no entry for it, and so neither 503.
  unavailable: 500,
  not_found: 404,
  not_acceptable: 406,
} as const;

export type ErrorType = keyof typeof STATUS_OF;

/** An answer in the envelope of the JSON API. */
export class ApiError extends Error {
  readonly errorType: ErrorType;

  constructor(errorType: ErrorType, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ApiError';
    this.errorType = errorType;
  }
}

/** An answer in plain text, as Go's `http.Error` gives it. */
export class TextError extends Error {
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TextError';
    this.status = status;
  }
}

/** `invalid parameter "step": …`. */
export function invalidParameter(name: string, message: string): ApiError {
  return new ApiError('bad_data', `invalid parameter ${goQuote(name)}: ${message}`);
}

/** Classes of the engine's errors, the first that fits counts; what else is thrown is internal. */
const TYPE_OF: readonly (readonly [abstract new (...args: never[]) => Error, ErrorType])[] = [
  [ArgumentError, 'bad_data'],
  [SelectorError, 'bad_data'],
  [ClosedError, 'unavailable'],
  [CorruptionError, 'internal'],
  [DecodeError, 'internal'],
  [DiskError, 'internal'],
  [OpenError, 'internal'],
];

/** The type of whatever was thrown. */
export function errorTypeOf(error: unknown): ErrorType {
  if (error instanceof ApiError) return error.errorType;
  if (error instanceof Error && error.name === 'AbortError') return 'canceled';
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout';
  return TYPE_OF.find(([type]) => error instanceof type)?.[1] ?? 'internal';
}
