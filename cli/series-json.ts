/**
 * A series as one line of JSON: `{"labels":{…},"samples":[[ms,"value"],…]}`. Nothing is left out.
 */
import type { SelectedSeries } from '../tsdb/db.js';
import { goJsonLabels } from './go-json.js';
import type { Output } from './output.js';
import { sampleJson } from './sample-text.js';

/** Writes the line piece by piece, so that a long series need not fit in memory as text. */
export async function writeSeriesJson(
  out: Output,
  { labels, samples }: SelectedSeries,
): Promise<void> {
  out.write(`{"labels":${goJsonLabels(labels)},"samples":[`);
  for (let row = 0; row < samples.count; row++) {
    out.write(row === 0 ? sampleJson(samples, row) : `,${sampleJson(samples, row)}`);
    if (out.isFull) await out.drain();
  }
  out.write(']}\n');
}
