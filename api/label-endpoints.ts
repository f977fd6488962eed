/** `/labels`, `/label/:name/values` and `/series`: answered from indexes alone. */
import { goQuote } from '../model/go-quote.js';
import type { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import { Pacer } from '../model/pacer.js';
import { unionSteps } from '../model/sort-steps.js';
import { compareUtf8, isValidUtf8 } from '../model/utf8.js';
import type { MatchedLabelOptions } from './api-database.js';
import { ApiError, invalidParameter } from './api-error.js';
import { type Api, type Call, databaseOf, json, READ, READ_OR_FORM } from './endpoint.js';
import { type Answer, TRUNCATED } from './envelope.js';
import { unescapeName } from './escaped-name.js';
import { jsonArray, quote } from './json-text.js';
import { limitOf, matcherSets, timeRange } from './parameters.js';
import { messageOf } from '../model/errors.js';

export const LABEL_ENDPOINTS = [
  json('/labels', READ_OR_FORM, labelNames),
  json('/label/:name/values', READ, labelValues),
  json('/series', READ_OR_FORM, series),
];

async function labelNames(call: Call, api: Api): Promise<Answer> {
  const form = await call.form();
  const limit = limitOf(form);
  const options = { ...timeRange(form), limit: oneMore(limit), signal: call.signal };
  const db = databaseOf(api);
  return strings(await union(matcherSets(form), options, (each) => db.labelNames(each)), limit);
}

async function labelValues(call: Call, api: Api): Promise<Answer> {
  const name = unescapeName(call.name);
  if (name === '' || !isValidUtf8(name)) {
    throw new ApiError('bad_data', `invalid label name: ${goQuote(name)}`);
  }
  const form = await call.form();
  const limit = limitOf(form);
  const options = { ...timeRange(form), limit: oneMore(limit), signal: call.signal };
  const db = databaseOf(api);
  const sets = matcherSets(form);
  return strings(await union(sets, options, (each) => db.labelValues(name, each)), limit);
}

async function series(call: Call, api: Api): Promise<Answer> {
  const form = await call.form();
  if (form.getAll('match[]').length === 0) {
    throw new ApiError('bad_data', 'no match[] parameter provided');
  }
  const limit = limitOf(form);
  const options = { ...timeRange(form), limit: oneMore(limit), signal: call.signal };
  let sets;
  try {
    sets = matcherSets(form);
  } catch (error) {
    throw invalidParameter('match[]', messageOf(error));
  }
  const db = databaseOf(api);
  let found: Labels[] = [];
  for (const [i, matchers] of sets.entries()) {
    const more = await db.series(matchers, options);
    found = i === 0 ? more : await mergedSeries(found, more, call.signal);
  }
  return cut(found, limit, labelsJson);
}

/** Both lists are in label order; a series of both is taken once. */
function mergedSeries(a: Labels[], b: Labels[], signal: AbortSignal): Promise<Labels[]> {
  return new Pacer().run(
    unionSteps(a, b, (x, y) => x.compare(y)),
    signal,
  );
}

/** What any of the sets gives, sorted. */
async function union(
  sets: readonly (readonly Matcher[])[],
  options: MatchedLabelOptions,
  read: (options: MatchedLabelOptions) => Promise<string[]>,
): Promise<string[]> {
  if (sets.length === 0) return read(options);
  const pacer = new Pacer();
  let found: string[] = [];
  for (const matchers of sets) {
    const more = await read({ ...options, matchers });
    found = await pacer.run(unionSteps(found, more, compareUtf8), options.signal);
  }
  return found;
}

/** One above the limit tells that there are more. */
function oneMore(limit: number): number {
  return limit === 0 ? 0 : Math.min(limit + 1, Number.MAX_SAFE_INTEGER);
}

function strings(found: readonly string[], limit: number): Answer {
  return cut(found, limit, quote);
}

function cut<T>(found: readonly T[], limit: number, write: (item: T) => string): Answer {
  const isCut = limit > 0 && found.length > limit;
  const kept = isCut ? found.slice(0, limit) : found;
  return { data: jsonArray(kept, write), warnings: isCut ? [TRUNCATED] : [] };
}

/** A label set as an object. */
export function labelsJson(labels: Labels): string {
  let text = '{';
  for (let i = 0; i < labels.size; i++) {
    text += `${i === 0 ? '' : ','}${quote(labels.nameAt(i))}:${quote(labels.valueAt(i))}`;
  }
  return `${text}}`;
}
