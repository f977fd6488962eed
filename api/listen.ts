/** A `fetch` handler behind a port, over HTTP or TLS, with bounds on what clients may hold. */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, getRequestListener } from '@hono/node-server';
import type { FetchHandler } from './handler.js';

export interface ListenOptions {
  /** The address to listen on; default `127.0.0.1`. */
  readonly host?: string;
  /** Default 9090; 0: any free one. */
  readonly port?: number;
  /** Certificate, key and the like make it TLS; default: plain HTTP. */
  readonly tls?: TlsOptions;
  /** Connections at a time; more are closed at once. Default 512. */
  readonly connectionsMax?: number;
  /**
   * How long a client may take to send a request, and how long a connection may be silent, in ms;
   * default 5 minutes.
   */
  readonly readTimeoutMs?: number;
  /**
   * Whether the global `Request` and `Response` are replaced by faster ones; default false. For
   * processes that are nothing but this server.
   */
  readonly ownsProcess?: boolean;
}

/** A server that listens. */
export interface Listening {
  /** `http://127.0.0.1:9090`. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more connections, lets requests under way end for `graceMs` (default 5 seconds), then
   * cuts them off. Idempotent.
   */
  close(graceMs?: number): Promise<void>;
}

const DEFAULT_PORT = 9090;
const CONNECTIONS_MAX = 512;
const READ_TIMEOUT_MS = 300_000;
/** Request lines and headers are small: whoever takes longer over them is up to something. */
const HEADERS_TIMEOUT_MS = 60_000;
const GRACE_MS = 5000;

/** Serves `handler`; rejects with the system's error where the address cannot be listened on. */
export async function listen(
  handler: FetchHandler,
  options: ListenOptions = {},
): Promise<Listening> {
  const { host = '127.0.0.1', port = DEFAULT_PORT, tls, ownsProcess = false } = options;
  const { connectionsMax = CONNECTIONS_MAX, readTimeoutMs = READ_TIMEOUT_MS } = options;
  const timeouts = {
    requestTimeout: readTimeoutMs,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, readTimeoutMs),
    // How often the two above are looked at.
    connectionsCheckingInterval: Math.min(10_000, readTimeoutMs),
  };
  const server = createAdaptorServer({
    fetch: handler,
    overrideGlobalObjects: ownsProcess,
    ...(tls === undefined
      ? { createServer: createHttpServer, serverOptions: timeouts }
      : { createServer: createTlsServer, serverOptions: { ...timeouts, ...tls } }),
  }) as Server;
  server.maxConnections = connectionsMax;
  server.timeout = readTimeoutMs;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const scheme = tls === undefined ? 'http' : 'https';
  const shownHost = host.includes(':') ? `[${host}]` : host;
  let closing: Promise<void> | null = null;
  return {
    url: `${scheme}://${shownHost}:${address.port}`,
    port: address.port,
    close: (graceMs = GRACE_MS) => (closing ??= close(server, graceMs)),
  };
}

/**
 * The handler as a listener of Node's own servers, for Express and the like.
 *
 * @example
 * app.use('/prometheus', toNodeListener(createHandler(db)));
 */
export function toNodeListener(
  handler: FetchHandler,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return getRequestListener(handler, { overrideGlobalObjects: false });
}

async function close(server: Server, graceMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const cutOff = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cutOff);
      resolve();
    });
    server.closeIdleConnections();
  });
}
