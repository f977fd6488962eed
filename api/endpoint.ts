/** What an endpoint is: a path, its methods, and a handler that returns a value or throws. */
import type { DatabaseSource, ApiDatabase } from './api-database.js';
import { ApiError } from './api-error.js';
import type { Answer } from './envelope.js';
import { type Form, readForm } from './form.js';
import type { HandlerOptions } from './options.js';

/** What all endpoints share. */
export interface Api {
  readonly source: DatabaseSource;
  readonly options: HandlerOptions;
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT';

/** One request on its way through an endpoint. */
export class Call {
  readonly request: Request;
  readonly url: URL;
  /** The variable part of the path, decoded. */
  readonly name: string;

  constructor(request: Request, url: URL, name: string) {
    this.request = request;
    this.url = url;
    this.name = name;
  }

  /** Aborted when the client goes away. */
  get signal(): AbortSignal {
    return this.request.signal;
  }

  /** The parameters, those of a form in the body included. */
  form(): Promise<Form> {
    return readForm(this.request, this.url);
  }
}

interface Route {
  /** In hono's syntax; `:name` is the variable part. */
  readonly path: string;
  readonly methods: readonly Method[];
  /** Answered with 503 until the database is open, and again when it closes. */
  readonly needsDatabase: boolean;
}

/** An endpoint whose answer comes in the envelope. */
export interface JsonEndpoint extends Route {
  readonly answer: (call: Call, api: Api) => Promise<Answer | null> | Answer | null;
}

/** An endpoint with an answer of its own. */
export interface RawEndpoint extends Route {
  readonly respond: (call: Call, api: Api) => Promise<Response> | Response;
}

export type Endpoint = JsonEndpoint | RawEndpoint;

export const READ: readonly Method[] = ['GET'];
export const READ_OR_FORM: readonly Method[] = ['GET', 'POST'];
export const CHANGE: readonly Method[] = ['POST', 'PUT'];

/** An endpoint of `/api/v1` with its answer in the envelope. */
export function json(
  path: string,
  methods: readonly Method[],
  answer: JsonEndpoint['answer'],
  needsDatabase = true,
): JsonEndpoint {
  return { path: `/api/v1${path}`, methods, needsDatabase, answer };
}

/** An endpoint with an answer of its own. */
export function raw(
  path: string,
  methods: readonly Method[],
  respond: RawEndpoint['respond'],
  needsDatabase = true,
): RawEndpoint {
  return { path, methods, needsDatabase, respond };
}

/** The open database. */
export function databaseOf({ source }: Api): ApiDatabase {
  if (source.database === null) throw new ApiError('unavailable', 'TSDB not ready');
  return source.database;
}
