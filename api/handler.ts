/**
 * The HTTP API as one standard `fetch` handler: routes, methods, CORS, the gate that keeps requests
 * out until the database is open, and errors. It listens on nothing: mount it in any server.
 */
import { Hono } from 'hono';
import { matcher } from '../model/matcher.js';
import { messageOf } from '../model/errors.js';
import { ADMIN_ENDPOINTS } from './admin-endpoints.js';
import type { ApiDatabase, DatabaseSource } from './api-database.js';
import { errorTypeOf, TextError } from './api-error.js';
import { corsHeaders, type Origins } from './cors.js';
import { type Api, Call, type Endpoint } from './endpoint.js';
import { plainText, respond, respondError } from './envelope.js';
import { FEDERATE_ENDPOINT } from './federate.js';
import { LABEL_ENDPOINTS } from './label-endpoints.js';
import { LIFECYCLE_ENDPOINTS } from './lifecycle-endpoints.js';
import { type ApiOptions, type HandlerOptions, withDefaults } from './options.js';
import { queryEndpoints } from './query-endpoints.js';
import { QUERY_TEXT_ENDPOINTS } from './query-text-endpoints.js';
import { remoteReadEndpoint } from './remote-read.js';
import { remoteWriteEndpoint } from './remote-write.js';
import { STATUS_ENDPOINTS } from './status-endpoints.js';
import { TARGET_ENDPOINTS } from './target-endpoints.js';

const API_PREFIX = '/api/v1/';

/** All endpoints; some keep something between requests, so each handler has its own. */
function endpointsOf(options: HandlerOptions): readonly Endpoint[] {
  return [
    ...queryEndpoints(options),
    ...QUERY_TEXT_ENDPOINTS,
    ...LABEL_ENDPOINTS,
    ...TARGET_ENDPOINTS,
    ...STATUS_ENDPOINTS,
    ...ADMIN_ENDPOINTS,
    ...LIFECYCLE_ENDPOINTS,
    FEDERATE_ENDPOINT,
    remoteWriteEndpoint(),
    remoteReadEndpoint(options),
  ];
}

/** A standard handler: takes a request, answers with a response, never throws. */
export type FetchHandler = (request: Request) => Promise<Response>;

/**
 * Serves a database over Prometheus' HTTP API. `database` stays the caller's, who closes it; a
 * `DatabaseSource` in its place may be opening still. Throws an `ArgumentError` for a wrong option.
 *
 * @example
 * const handler = createHandler(await openReadOnly('/var/lib/prometheus'));
 * const answer = await handler(new Request('http://localhost/api/v1/labels'));
 */
export function createHandler(
  database: ApiDatabase | DatabaseSource,
  options: ApiOptions = {},
): FetchHandler {
  const filled = withDefaults(options);
  const api: Api = { source: sourceOf(database), options: filled };
  const origins: Origins = matcher('origin', '=~', filled.corsOrigin);
  const app = new Hono();
  for (const endpoint of endpointsOf(filled)) {
    app.all(endpoint.path, async ({ req }) => {
      const begin = filled.now();
      const call = new Call(req.raw, new URL(req.url), req.param('name') ?? '');
      const answer = await serve(endpoint, call, api);
      const { path: handler } = endpoint;
      const { status } = answer;
      filled.onRequestDone?.({ handler, status, durationMs: filled.now() - begin });
      return handler.startsWith(API_PREFIX) ? withCors(answer, call.request, origins) : answer;
    });
  }
  app.notFound(({ req }) => notFound(req.raw, new URL(req.url), origins));
  return async (request) => app.fetch(request);
}

function sourceOf(database: ApiDatabase | DatabaseSource): DatabaseSource {
  if ('state' in database) return database;
  return { state: 'ready', database, replay: { min: 0, max: 0, current: 0 } };
}

/** One request to one endpoint. */
async function serve(endpoint: Endpoint, call: Call, api: Api): Promise<Response> {
  const method = call.request.method;
  if (method === 'OPTIONS') return preflight(endpoint);
  if (!endpoint.methods.some((allowed) => allowed === method)) return methodNotAllowed(endpoint);
  const { state } = api.source;
  if (endpoint.needsDatabase && state !== 'ready') return unavailable(state === 'stopping');
  try {
    if ('respond' in endpoint) return await endpoint.respond(call, api);
    return await respond(await endpoint.answer(call, api), call.request);
  } catch (error) {
    if (!(error instanceof TextError) && errorTypeOf(error) === 'internal') {
      api.options.logger.warn(`${method} ${call.url.pathname}: ${messageOf(error)}`);
    }
    return respondError(error);
  }
}

function preflight({ path, methods }: Endpoint): Response {
  if (path.startsWith(API_PREFIX)) return new Response(null, { status: 204 });
  return new Response(null, {
    status: 200,
    headers: { allow: [...methods, 'OPTIONS'].join(', ') },
  });
}

function methodNotAllowed({ methods }: Endpoint): Response {
  return plainText(405, 'Method Not Allowed\n', {
    allow: [...methods, 'OPTIONS'].join(', '),
    'x-content-type-options': 'nosniff',
  });
}

/** What Prometheus says while it replays its log, and while it stops. */
function unavailable(isStopping: boolean): Response {
  return plainText(503, 'Service Unavailable', { 'x-prometheus-stopping': String(isStopping) });
}

/** No endpoint has this path. */
function notFound(request: Request, url: URL, origins: Origins): Response {
  if (request.method === 'OPTIONS' && url.pathname.startsWith(API_PREFIX)) {
    return withCors(new Response(null, { status: 204 }), request, origins);
  }
  return plainText(404, '404 page not found\n', { 'x-content-type-options': 'nosniff' });
}

function withCors(answer: Response, request: Request, origins: Origins): Response {
  answer.headers.append('vary', 'Origin');
  for (const [name, value] of corsHeaders(request, origins)) answer.headers.set(name, value);
  return answer;
}
