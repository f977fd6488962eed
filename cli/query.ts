/** The commands of `mmtsdb query`: promtool's of these names, and more ways to print. */
import { parseTime } from '../api/parameters.js';
import { ArgumentError } from '../model/errors.js';
import { EXIT_OK } from './exit-codes.js';
import type { CommonFlags } from './flags.js';
import { goJsonString } from './go-json.js';
import { plot } from './plot.js';
import { csvLine, csvLines } from './query-csv.js';
import {
  answerLines,
  labelSetText,
  type LabelSet,
  metricText,
  type Point,
  type QueryAnswer,
} from './query-result.js';
import { openTarget, type QueryTarget } from './query-target.js';
import type { Terminal } from './terminal.js';

export interface QueryFlags extends CommonFlags {
  readonly csv?: boolean;
  readonly plot?: boolean;
  /** `name=value` each, for servers. */
  readonly header?: readonly string[];
}

export interface InstantFlags extends QueryFlags {
  readonly time?: string;
}

export interface RangeFlags extends QueryFlags {
  readonly start?: string;
  readonly end?: string;
  /** In ms. */
  readonly step?: number;
}

export interface FindFlags extends QueryFlags {
  readonly match?: readonly string[];
  readonly start?: string;
  readonly end?: string;
}

/** What promtool asks for without `--start`. */
const RANGE_MS = 300_000;
/** How many steps it makes of a range. */
const STEPS = 250;
/** As far as it looks for series without bounds. */
const FAR_MS = 9999 * 3_600_000;
const PLOT_HEIGHT = 12;
const PLOT_WIDTH_MAX = 120;
/** More charts than this help nobody. */
const PLOTS_MAX = 10;

export async function queryInstant(
  where: string,
  expression: string,
  flags: InstantFlags,
  terminal: Terminal,
): Promise<number> {
  await using target = await open(where, flags, terminal);
  const time = flags.time ?? String(Date.now() / 1000);
  const parameters = new URLSearchParams({ query: expression, time });
  await print((await target.ask('query', parameters)) as QueryAnswer, flags, terminal);
  return EXIT_OK;
}

export async function queryRange(
  where: string,
  expression: string,
  flags: RangeFlags,
  terminal: Terminal,
): Promise<number> {
  const end = flags.end === undefined ? Date.now() : parseTime(flags.end);
  const start = flags.start === undefined ? end - RANGE_MS : parseTime(flags.start);
  if (start >= end) throw new ArgumentError('start time is not before end time');
  const stepMs = flags.step ?? 1000 * Math.max(Math.floor((end - start) / 1000 / STEPS), 1);
  await using target = await open(where, flags, terminal);
  const parameters = new URLSearchParams({
    query: expression,
    start: String(start / 1000),
    end: String(end / 1000),
    step: String(stepMs / 1000),
  });
  await print((await target.ask('query_range', parameters)) as QueryAnswer, flags, terminal);
  return EXIT_OK;
}

export async function querySeriesOf(
  where: string,
  flags: FindFlags,
  terminal: Terminal,
): Promise<number> {
  await using target = await open(where, flags, terminal);
  const found = (await target.ask('series', findParameters(flags))) as readonly LabelSet[];
  const csv = (labels: LabelSet): string => csvLine([metricText(labels)]);
  await printList(found, flags, terminal, flags.csv === true ? csv : labelSetText);
  return EXIT_OK;
}

export async function queryLabelValues(
  where: string,
  name: string,
  flags: FindFlags,
  terminal: Terminal,
): Promise<number> {
  await using target = await open(where, flags, terminal);
  const path = `label/${encodeURIComponent(name)}/values`;
  const found = (await target.ask(path, findParameters(flags))) as readonly string[];
  const csv = (value: string): string => csvLine([value]);
  await printList(found, flags, terminal, flags.csv === true ? csv : (value) => value);
  return EXIT_OK;
}

function open(where: string, flags: QueryFlags, terminal: Terminal): Promise<QueryTarget> {
  const headers = (flags.header ?? []).map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at <= 0) throw new ArgumentError(`a header is name=value; got ${text}`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return openTarget(where, Object.fromEntries(headers), flags, terminal);
}

function findParameters({ match = [], start, end }: FindFlags): URLSearchParams {
  const now = Date.now();
  const parameters = new URLSearchParams({
    start: start ?? String((now - FAR_MS) / 1000),
    end: end ?? String((now + FAR_MS) / 1000),
  });
  for (const selector of match) parameters.append('match[]', selector);
  return parameters;
}

async function print(answer: QueryAnswer, flags: QueryFlags, terminal: Terminal): Promise<void> {
  if (flags.json === true) return writeLines([goJson(answer.result)], terminal);
  if (flags.csv === true) return writeLines(csvLines(answer), terminal);
  if (flags.plot === true) return writeLines(plotLines(answer, terminal), terminal);
  return writeLines(answerLines(answer), terminal);
}

async function printList<T>(
  found: readonly T[],
  flags: QueryFlags,
  terminal: Terminal,
  write: (item: T) => string,
): Promise<void> {
  await writeLines(flags.json === true ? [goJson(found)] : found.map(write), terminal);
}

async function writeLines(lines: readonly string[], { out }: Terminal): Promise<void> {
  for (const line of lines) {
    out.write(`${line}\n`);
    if (out.isFull) await out.drain();
  }
}

/** A chart a series. */
function plotLines(answer: QueryAnswer, terminal: Terminal): string[] {
  if (answer.resultType !== 'matrix') return answerLines(answer);
  const size = { width: Math.min(terminal.columns, PLOT_WIDTH_MAX), height: PLOT_HEIGHT };
  const lines = answer.result.slice(0, PLOTS_MAX).flatMap(({ metric, values, histograms }) => {
    // Of a histogram its count is drawn.
    const counts = (histograms ?? []).map(([seconds, { count }]): Point => [seconds, count]);
    return [metricText(metric), ...plot([...(values ?? []), ...counts], size)];
  });
  const left = answer.result.length - PLOTS_MAX;
  if (left > 0) terminal.message(`${left} more series are not drawn`);
  return lines;
}

/** As Go writes it. */
function goJson(value: unknown): string {
  if (typeof value === 'string') return goJsonString(value);
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, one]) => `${goJsonString(key)}:${goJson(one)}`);
  return `{${members.join(',')}}`;
}
