/**
 * What `mmtsdb query` asks: a server by its URL, or a directory, which is opened read-only behind
 * the same API, so that both give the same answers.
 */
import { createHandler, type FetchHandler } from '../api/handler.js';
import { messageOf, TsdbError } from '../model/errors.js';
import type { CommonFlags } from './flags.js';
import { openDatabase } from './open.js';
import type { Terminal } from './terminal.js';

/** An answer that is no success: its type and its text. */
export class QueryFailure extends TsdbError {
  readonly code = 'TSDB_ANSWER';
}

/** Somebody who answers the HTTP API. */
export interface QueryTarget extends AsyncDisposable {
  /** The answer's `data`; warnings become messages. Throws a `QueryFailure`. */
  ask(path: string, parameters: URLSearchParams): Promise<unknown>;
}

/** Everything that PromQL has: there is no flag to turn it on here. */
const PROMQL = { experimentalFunctions: true, extendedRangeSelectors: true, fillModifiers: true };

/** `where` is a URL (`http://…`) or a directory. `headers` are sent to a server. */
export async function openTarget(
  where: string,
  headers: Readonly<Record<string, string>>,
  flags: CommonFlags,
  terminal: Terminal,
): Promise<QueryTarget> {
  if (/^https?:\/\//.test(where)) return target(serverHandler(where, headers), terminal);
  const database = await openDatabase(where, flags, terminal, 'server');
  return target(createHandler(database, { promql: PROMQL }), terminal, () => database.close());
}

function target(
  handler: FetchHandler,
  terminal: Terminal,
  close: () => Promise<void> = () => Promise.resolve(),
): QueryTarget {
  return {
    ask: async (path, parameters) => {
      const url = `http://localhost/api/v1/${path}?${parameters.toString()}`;
      return dataOf(await handler(new Request(url)), terminal);
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Sends what is asked to a server; its path and its credentials come before ours. */
function serverHandler(where: string, headers: Readonly<Record<string, string>>): FetchHandler {
  const base = new URL(where);
  const all: Record<string, string> = { ...headers };
  if (base.username !== '') {
    const user = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`;
    all.authorization = `Basic ${Buffer.from(user).toString('base64')}`;
  }
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const path = base.pathname.replace(/\/$/, '');
    try {
      return await fetch(`${base.protocol}//${base.host}${path}${pathname}${search}`, {
        headers: all,
      });
    } catch (error) {
      // The cause says what the system said; `fetch failed` does not.
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw new QueryFailure(`query error: ${base.host}: ${messageOf(cause)}`);
    }
  };
}

interface Envelope {
  readonly status: string;
  readonly data?: unknown;
  readonly errorType?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

async function dataOf(answer: Response, terminal: Terminal): Promise<unknown> {
  const text = await answer.text();
  let envelope;
  try {
    envelope = JSON.parse(text) as Envelope;
  } catch (error) {
    const message = `query error: server answered ${answer.status}: ${text.trim().slice(0, 200)}`;
    throw new QueryFailure(error instanceof SyntaxError ? message : messageOf(error));
  }
  if (envelope.status !== 'success') {
    throw new QueryFailure(`query error: ${envelope.errorType}: ${envelope.error}`);
  }
  for (const warning of [...(envelope.warnings ?? []), ...(envelope.infos ?? [])]) {
    terminal.message(`query warning: ${warning}`);
  }
  return envelope.data;
}
