/**
 * `mmtsdb dump`: all samples as text, byte for byte what today's `promtool tsdb dump` and
 * `dump-openmetrics` print for the same directory.
 *
 * promtool as released with 3.14.0 drops the first histograms of each series (three loops read it,
 * and the sample that ends a loop is lost). That was mended upstream, and never happens here.
 */
import { encodeUtf8 } from '../model/utf8.js';
import type { ReadOnlyDatabase, SelectedSeries } from '../tsdb/db.js';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import type { DumpFormat, SelectFlags } from './flags.js';
import { formatG, formatSeconds } from '../model/go-float.js';
import { goJsonLabels } from './go-json.js';
import { dumpLabels, openMetricsLabels } from './labels-text.js';
import { openDatabase } from './open.js';
import type { Output } from './output.js';
import { histogramText } from './sample-text.js';
import { type Query, queryOf, selectUnion, seriesUnion } from './select-union.js';
import { writeSeriesJson } from './series-json.js';
import type { Terminal } from './terminal.js';

export interface DumpFlags extends SelectFlags {
  readonly format: DumpFormat;
}

/** Prints one series. */
type SeriesWriter = (out: Output, series: SelectedSeries) => Promise<void>;

/** Exit code 1 if something damaged was left out. */
export async function dump(dir: string, flags: DumpFlags, terminal: Terminal): Promise<number> {
  const query = queryOf(flags);
  await using db = await openDatabase(dir, flags, terminal, 'promtool');
  const { out } = terminal;
  if (flags.json === true) await writeAll(db, query, out, writeSeriesJson);
  else if (flags.format === 'seriesjson') await writeLabelSets(db, query, out);
  else if (flags.format === 'openmetrics') {
    await writeAll(db, query, out, writeOpenMetrics);
    out.write('# EOF\n');
  } else await writeAll(db, query, out, writeProm);
  return db.problems.length === 0 ? EXIT_OK : EXIT_FAILURE;
}

async function writeAll(
  db: ReadOnlyDatabase,
  query: Query,
  out: Output,
  write: SeriesWriter,
): Promise<void> {
  for await (const series of selectUnion(db, query)) await write(out, series);
}

async function writeProm(out: Output, { labels, samples }: SelectedSeries): Promise<void> {
  const { times, values, histograms, count } = samples;
  const prefix = encodeUtf8(`${dumpLabels(labels)} `);
  let text = '';
  for (let row = 0; row < count; row++) {
    const histogram = histograms === null ? undefined : histograms[row];
    if (histogram !== undefined) text = histogramText(histogram);
    // Fast path: most floats are those of the sample before, whose text stands.
    else if (row === 0 || histograms !== null || !Object.is(values[row], values[row - 1])) {
      text = formatG(values[row]);
    }
    out.writeLine(prefix, text, times[row]);
    if (out.isFull) await out.drain();
  }
}

/** Up to the first sample that OpenMetrics cannot express. */
async function writeOpenMetrics(out: Output, { labels, samples }: SelectedSeries): Promise<void> {
  const { times, values, histograms, count } = samples;
  const prefix = encodeUtf8(`${openMetricsLabels(labels)} `);
  for (let row = 0; row < count && histograms?.[row] === undefined; row++) {
    out.writeLine(prefix, `${formatG(values[row])} ${formatSeconds(times[row])}`);
    if (out.isFull) await out.drain();
  }
}

/** One line for each distinct label set, whether or not it has samples in the range. */
async function writeLabelSets(db: ReadOnlyDatabase, query: Query, out: Output): Promise<void> {
  let previous = '';
  for (const labels of await seriesUnion(db, query)) {
    const line = goJsonLabels(labels);
    // Sets that differ in bytes that are no UTF-8 look alike in JSON, and are neighbours.
    if (line !== previous) out.write(`${line}\n`);
    previous = line;
    if (out.isFull) await out.drain();
  }
}
