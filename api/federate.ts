/** `/federate`: the newest sample of each series, in the text that Prometheus scrapes. */
import { isStaleAt } from '../encoding/float-bits.js';
import { Columns } from '../model/columns.js';
import { messageOf, TsdbError } from '../model/errors.js';
import { formatG } from '../model/go-float.js';
import type { Labels } from '../model/labels.js';
import { METRIC_NAME } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import { Pacer } from '../model/pacer.js';
import { compareUtf8, replaceInvalidUtf8 } from '../model/utf8.js';
import { TextError } from './api-error.js';
import { bodyOf } from './compression.js';
import { type Api, type Call, databaseOf, raw, READ } from './endpoint.js';
import { selector } from './parameters.js';

export const FEDERATE_ENDPOINT = raw('/federate', READ, federate);

const SERIES_UNITS = 400;
const PIECE_CHARS = 64 * 1024;
const LEGACY_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** The label that tells servers apart; without one it is said to be empty. */
const INSTANCE = 'instance';

/** The newest sample of a series; a column, so that NaNs keep their bits. */
interface Sample {
  readonly labels: Labels;
  readonly time: number;
  readonly value: Float64Array;
}

async function federate(call: Call, api: Api): Promise<Response> {
  const form = await call.form();
  let sets;
  try {
    sets = form.getAll('match[]').map(selector);
  } catch (error) {
    throw new TextError(400, messageOf(error), { cause: error });
  }
  const format = formatFor(call.request);
  let samples;
  try {
    samples = await newestSamples(sets, call, api);
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    throw new TextError(500, error.message, { cause: error });
  }
  const text = exposition(samples, format, api.options.externalLabels);
  const { body, headers } = await bodyOf(text, call.request);
  return new Response(body as string, {
    status: 200,
    headers: { ...headers, 'content-type': format.contentType },
  });
}

/** How names that are no plain words are written. */
interface Format {
  readonly contentType: string;
  readonly allowsUtf8: boolean;
}

/** Text in any case: 1.0.0 with quoted UTF-8 names for those who ask for them. */
function formatFor(request: Request): Format {
  for (const clause of (request.headers.get('accept') ?? '').split(',')) {
    const [type, ...parameters] = clause.split(';').map((part) => part.trim().toLowerCase());
    const isText = type === 'text/plain' && parameters.includes('version=1.0.0');
    if (isText && parameters.includes('escaping=allow-utf-8')) {
      return {
        contentType: 'text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8',
        allowsUtf8: true,
      };
    }
  }
  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
    allowsUtf8: false,
  };
}

/** By metric name, and of one name in label order. Stale series and histograms are left out. */
async function newestSamples(
  sets: readonly (readonly Matcher[])[],
  { signal }: Call,
  api: Api,
): Promise<Sample[]> {
  const { now, lookbackMs } = api.options;
  const maxTime = now();
  const range = { minTime: maxTime - lookbackMs, maxTime, signal };
  const found = new Map<string, Sample>();
  const pacer = new Pacer();
  const columns = new Columns();
  const querier = await databaseOf(api).querier(range);
  try {
    for (const matchers of sets) {
      const cursor = await querier.select(matchers);
      for (let moved = cursor.move(); moved !== 'ended'; moved = cursor.move()) {
        if (moved === 'on') {
          columns.clear();
          cursor.series.read(columns);
          const sample = newestOf(cursor.series.labels, columns);
          if (sample !== null) found.set(sample.labels.key(), sample);
        }
        if (moved === 'paused' || pacer.isDue(SERIES_UNITS + columns.count)) {
          await pacer.turn(signal);
        }
      }
    }
  } finally {
    querier.release();
  }
  return [...found.values()].sort(
    (a, b) =>
      compareUtf8(a.labels.get(METRIC_NAME), b.labels.get(METRIC_NAME)) ||
      a.labels.compare(b.labels),
  );
}

function newestOf(labels: Labels, { count, times, values, histograms }: Columns): Sample | null {
  const row = count - 1;
  if (row < 0 || isStaleAt(values, row) || histograms?.[row] !== undefined) return null;
  if (labels.get(METRIC_NAME) === '') return null;
  return { labels, time: times[row], value: values.slice(row, row + 1) };
}

/** The text, in pieces. */
async function* exposition(
  samples: readonly Sample[],
  format: Format,
  externalLabels: Readonly<Record<string, string>>,
): AsyncGenerator<string, void, undefined> {
  const external = { [INSTANCE]: '', ...externalLabels };
  const added = Object.entries(external).sort(([a], [b]) => compareUtf8(a, b));
  const pacer = new Pacer();
  let text = '';
  let lastName = '';
  for (const { labels, time, value } of samples) {
    const name = labels.get(METRIC_NAME);
    const shown = shownName(name, LEGACY_NAME, format);
    if (name !== lastName) text += `# TYPE ${shown} untyped\n`;
    lastName = name;
    const pairs = [...labels].filter(([label]) => label !== METRIC_NAME);
    const more = added.filter(([label]) => labels.get(label) === '');
    const parts = [...pairs, ...more].map(
      ([label, content]) => `${shownName(label, LEGACY_LABEL, format)}="${escape(content)}"`,
    );
    const isQuoted = shown.startsWith('"');
    const inBraces = isQuoted ? [shown, ...parts] : parts;
    text += `${isQuoted ? '' : shown}{${inBraces.join(',')}} ${formatG(value[0])} ${time}\n`;
    if (text.length < PIECE_CHARS) continue;
    if (pacer.isDue(text.length)) await pacer.turn();
    yield text;
    text = '';
  }
  yield text;
}

/** A name as it is, quoted, or with underscores for what is not allowed. */
function shownName(name: string, legacy: RegExp, { allowsUtf8 }: Format): string {
  if (legacy.test(name)) return name;
  if (allowsUtf8) return `"${escape(name)}"`;
  const isColonAllowed = legacy === LEGACY_NAME;
  const replaced = [...name].map((char, i) => {
    const isPlain = /[a-zA-Z_]/.test(char) || (i > 0 && /[0-9]/.test(char));
    return isPlain || (isColonAllowed && char === ':') ? char : '_';
  });
  return replaced.join('');
}

function escape(text: string): string {
  return replaceInvalidUtf8(text)
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('"', '\\"');
}
