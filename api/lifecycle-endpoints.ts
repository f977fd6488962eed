/**
 * `/-/healthy`, `/-/ready`, `/-/reload`, `/-/quit`, `/metrics` and `/version`: for supervisors and
 * scripts; and `/`, for people who look for a page.
 */
import { messageOf } from '../model/errors.js';
import { type Api, type Call, CHANGE, type Method, raw, READ } from './endpoint.js';
import { plainText } from './envelope.js';
import { TextError } from './api-error.js';
import { frontPage } from './front-page.js';

/** Clients of Prometheus compare these texts. */
const NAME = 'Prometheus Server';
const CHECK: readonly Method[] = ['GET', 'HEAD'];

export const LIFECYCLE_ENDPOINTS = [
  raw('/', READ, frontPage, false),
  raw('/-/healthy', CHECK, (call) => check(call, 'Healthy'), false),
  raw('/-/ready', CHECK, (call) => check(call, 'Ready')),
  raw('/-/reload', [...READ, ...CHANGE], reload, false),
  raw('/-/quit', [...READ, ...CHANGE], quit, false),
  raw('/metrics', READ, metrics, false),
  raw('/version', READ, (_, { options }) => Response.json(options.buildInfo), false),
];

async function metrics(_: Call, { options }: Api): Promise<Response> {
  if (options.metrics === undefined) throw new TextError(404, '404 page not found');
  const headers = { 'content-type': options.metrics.contentType };
  return new Response(await options.metrics.metrics(), { headers });
}

function check({ request }: Call, state: string): Response {
  return request.method === 'HEAD'
    ? new Response(null, { status: 200 })
    : plainText(200, `${NAME} is ${state}.\n`);
}

async function reload(call: Call, { options }: Api): Promise<Response> {
  const refused = refusal(call, options.enableLifecycle);
  if (refused !== null) return refused;
  try {
    await options.onReload?.();
  } catch (error) {
    throw new TextError(500, `failed to reload config: ${messageOf(error)}`, { cause: error });
  }
  return new Response(null, { status: 200 });
}

function quit(call: Call, { options }: Api): Response {
  const refused = refusal(call, options.enableLifecycle);
  if (refused !== null) return refused;
  options.onQuit?.();
  return plainText(200, 'Requesting termination... Goodbye!');
}

function refusal({ request }: Call, isEnabled: boolean | undefined): Response | null {
  if (request.method === 'GET') return plainText(405, 'Only POST or PUT requests allowed');
  return isEnabled === true ? null : plainText(403, 'Lifecycle API is not enabled.');
}
