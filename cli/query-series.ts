/** `mmtsdb query-series`: the series that match, drawn on a terminal, summed up elsewhere. */
import type { SelectedSeries } from '../tsdb/db.js';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import type { SelectFlags } from './flags.js';
import { seriesName } from './labels-text.js';
import { openDatabase } from './open.js';
import { queryOf, selectUnion } from './select-union.js';
import { writeSeriesJson } from './series-json.js';
import { sparkline, summary } from './sparkline.js';
import type { Terminal } from './terminal.js';

export interface QuerySeriesFlags extends SelectFlags {
  /** At most so many series; 0: all. */
  readonly limit: number;
}

/** A wider line would not show more to the eye. */
const SPARKLINE_WIDTH_MAX = 60;
const INDENT = '  ';

/** Series without samples in the range are left out. Exit code 1 if something damaged was, too. */
export async function querySeries(
  dir: string,
  flags: QuerySeriesFlags,
  terminal: Terminal,
): Promise<number> {
  const query = queryOf(flags);
  await using db = await openDatabase(dir, flags, terminal, 'server');
  const { out } = terminal;
  let count = 0;
  for await (const series of selectUnion(db, query)) {
    if (series.samples.count === 0) continue;
    if (flags.json === true) await writeSeriesJson(out, series);
    else for (const line of drawSeries(series, terminal)) out.write(`${line}\n`);
    if (out.isFull) await out.drain();
    if (++count === flags.limit) break;
  }
  if (count === 0 && flags.quiet !== true) terminal.message('no series matches');
  return db.problems.length === 0 ? EXIT_OK : EXIT_FAILURE;
}

/** On a terminal the name and a drawing below it, else one line of ASCII numbers. */
export function drawSeries({ labels, samples }: SelectedSeries, terminal: Terminal): string[] {
  const name = seriesName(labels);
  if (!terminal.isInteractive) return [`${name} ${summary(samples)}`];
  const width = Math.max(1, Math.min(SPARKLINE_WIDTH_MAX, terminal.columns - INDENT.length));
  return [name, `${INDENT}${sparkline(samples, width)}`, `${INDENT}${summary(samples)}`];
}
