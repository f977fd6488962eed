/**
 * `/`, for people who open the address that a server prints: as a page in a browser, with queries
 * to click, and as text for all others. The page needs no script and nothing from elsewhere, and
 * its links are relative, for proxies that serve it below a path.
 */
import { goQuote } from '../model/go-quote.js';
import { isValidUtf8 } from '../model/utf8.js';
import type { DatabaseSource } from './api-database.js';
import type { Api, Call } from './endpoint.js';
import { plainText } from './envelope.js';

const TEXT = `This is mmtsdb: Prometheus' HTTP API.
Try /api/v1/label/__name__/values for the names of metrics, /api/v1/query?query=NAME for one of
them, or add this address to Grafana as a Prometheus data source.
`;

/** So many metrics are looked at, and shown. */
const NAMES_MAX = 1000;
const NAMES_SHOWN = 12;
/** Shown first where they are there: of targets, and what a process records of itself. */
const PREFERRED = ['up', 'process_resident_memory_bytes', 'process_cpu_seconds_total'];
const LEGACY_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** The example of a range: as far back, with so many steps. */
const RANGE_SECONDS = 900;
const STEP_SECONDS = 15;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; " +
    "frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  vary: 'Accept',
};

const STYLE = `:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 46rem; padding: 0 1rem }
h1 { margin-bottom: 0 }
h2 { font-size: 1rem; margin: 1.5rem 0 .25rem }
ul { margin: 0; padding-left: 1.2rem }
code, input { font: 15px ui-monospace, monospace }
form { display: flex; gap: .5rem }
input { flex: 1; min-width: 0; padding: .4rem }
button { padding: .4rem 1rem }`;

/** The endpoint's answer. */
export async function frontPage(call: Call, api: Api): Promise<Response> {
  if (!prefersHtml(call.request)) return plainText(200, TEXT, { vary: 'Accept' });
  const { source, options } = api;
  const names = await metricNames(source, call.signal);
  const html = pageOf({
    version: options.buildInfo.revision,
    state: source.state,
    names,
    hasMetrics: options.metrics !== undefined,
    nowSeconds: Math.floor(options.now() / 1000),
    address: call.url.origin,
  });
  return new Response(html, { headers: HEADERS });
}

/** Browsers name it; who takes anything, as curl does, gets text. */
function prefersHtml(request: Request): boolean {
  const accept = request.headers.get('accept') ?? '';
  return weightOf(accept, 'text/html') > weightOf(accept, 'text/plain');
}

/** How much a client wants a type (RFC 9110, 12.5.1): what names it most closely counts. */
function weightOf(accept: string, type: string): number {
  const weights = new Map<string, number>();
  for (const range of accept.toLowerCase().split(',')) {
    const [name, ...parameters] = range.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    weights.set(name, Number(weight) || 0);
  }
  return weights.get(type) ?? weights.get('text/*') ?? weights.get('*/*') ?? 0;
}

/** Metrics that there are, those first that say something to everybody. */
async function metricNames({ database }: DatabaseSource, signal: AbortSignal): Promise<string[]> {
  if (database === null) return [];
  const found = await database.labelValues('__name__', { limit: NAMES_MAX, signal });
  const first = PREFERRED.filter((name) => found.includes(name));
  const others = found.filter((name) => !first.includes(name) && isValidUtf8(name));
  return [...first, ...others].slice(0, NAMES_SHOWN);
}

interface Page {
  readonly version: string;
  readonly state: DatabaseSource['state'];
  readonly names: readonly string[];
  readonly hasMetrics: boolean;
  readonly nowSeconds: number;
  readonly address: string;
}

function pageOf({ version, state, names, hasMetrics, nowSeconds, address }: Page): string {
  const queries = names.map(selectorOf);
  const first = queries[0] ?? '1 + 1';
  const start = nowSeconds - RANGE_SECONDS;
  const range = { query: first, start, end: nowSeconds, step: STEP_SECONDS };
  const metrics = [
    ...queries.map((query) => link(`api/v1/query${search({ query })}`, query)),
    link('api/v1/label/__name__/values', 'all names'),
  ];
  const others = [
    link(`api/v1/query_range${search(range)}`, `${first} over the last 15 minutes`),
    link('api/v1/labels', 'label names'),
    link('api/v1/status/tsdb', 'what is stored'),
    link('api/v1/status/flags', 'flags'),
    ...(hasMetrics ? [link('metrics', "the server's own metrics")] : []),
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>mmtsdb</title>
<style>
${STYLE}
</style>
<h1>mmtsdb</h1>
<p>Prometheus' HTTP API over a time-series database. ${escaped(version)}, ${STATES[state]}.
<h2>Ask it in PromQL</h2>
<form action="api/v1/query">
<input name="query" aria-label="PromQL expression" autofocus required value="${escaped(first)}">
<button>Query</button>
</form>
<h2>Metrics</h2>
${list(metrics)}
<h2>And</h2>
${list(others)}
<h2>In Grafana</h2>
<p>Connections, Add new connection, Prometheus: <code>${escaped(address)}</code> is its server URL.
</html>
`;
}

const STATES: Readonly<Record<DatabaseSource['state'], string>> = {
  starting: 'reading its log: it answers in a moment',
  ready: 'ready',
  stopping: 'stopping',
};

function list(items: readonly string[]): string {
  return `<ul>\n${items.map((item) => `<li>${item}\n`).join('')}</ul>`;
}

function link(path: string, text: string): string {
  return `<a href="${escaped(path)}">${escaped(text)}</a>`;
}

function search(parameters: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(parameters);
  return `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}

/** A metric as an expression. */
function selectorOf(name: string): string {
  return LEGACY_NAME.test(name) ? name : `{${goQuote(name)}}`;
}

/** For an element's text, and for an attribute in double quotes. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
