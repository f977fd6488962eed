/**
 * The series that compare-query.bench.ts asks for: counters, some of them reset at times, gauges,
 * and the buckets of histograms. They lie in one block, and go to VictoriaMetrics as lines of JSON.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BlockWriter, symbolsOf } from '../../compact/block-writer.js';
import { Columns } from '../../model/columns.js';
import { Labels, METRIC_NAME } from '../../model/labels.js';
import { blockFiles } from './block-files.js';
import { numberedUlid } from './data-directories.js';
import { seeded } from './random.js';

export const STEP_MS = 15_000;

/** As many series each: counters, then the gauge, then the histogram. */
const COUNTERS = 8;
const METRICS = COUNTERS + 2;
const BOUNDS = ['0.01', '0.05', '0.1', '0.5', '1', '2.5', '5', '10', '60', '+Inf'];
/** One increase in so many is a reset. */
const RESETS = 2000;
/** Of every fourth series, scraped a little late. */
const JITTER_MS = 30;

export interface ComparedSeries {
  /** A multiple of a hundred, so that histograms are whole. */
  readonly series: number;
  readonly samples: number;
  /** All samples come before, and the last ones close to it. */
  readonly endMs: number;
}

/** Gives each series in label order; the columns are valid until the next one. */
export function eachSeries(
  { series, samples, endMs }: ComparedSeries,
  visit: (labels: Labels, columns: Columns) => void,
): void {
  const columns = new Columns(samples);
  const startMs = endMs - samples * STEP_MS;
  labelsOf(series).forEach((labels, index) => {
    const random = seeded(index + 1);
    const offsetMs = Math.floor(random() * (STEP_MS - JITTER_MS));
    const jitterMs = index % 4 === 0 ? JITTER_MS : 0;
    const next = nextValue(labels, random);
    columns.clear();
    columns.reserve(samples);
    for (let row = 0; row < samples; row++) {
      const lateMs = jitterMs === 0 ? 0 : Math.floor(random() * jitterMs);
      columns.times[row] = startMs + row * STEP_MS + offsetMs + lateMs;
      columns.values[row] = next();
    }
    columns.commitFloats(samples);
    visit(labels, columns);
  });
}

/** Writes all series as one block of the data directory `dir`. */
export function writeComparedBlock(dir: string, sizes: ComparedSeries): void {
  mkdirSync(join(dir, 'wal'), { recursive: true });
  const ulid = numberedUlid(1);
  const range = { ulid, minTime: sizes.endMs - sizes.samples * STEP_MS, maxTime: sizes.endMs };
  const symbols = symbolsOf(labelsOf(sizes.series));
  const writer = new BlockWriter(blockFiles(join(dir, ulid)), range, symbols);
  eachSeries(sizes, (labels, columns) => writer.writeSamples(labels, columns));
  writer.finish();
}

/** A line of `/api/v1/import` of VictoriaMetrics. */
export function importLine(labels: Labels, { times, values, count }: Columns): string {
  const metric = JSON.stringify(labels);
  const join = (column: Float64Array): string => column.subarray(0, count).join(',');
  return `{"metric":${metric},"values":[${join(values)}],"timestamps":[${join(times)}]}\n`;
}

function nextValue(labels: Labels, random: () => number): () => number {
  const name = labels.get(METRIC_NAME);
  if (name.endsWith('_bytes')) {
    let hundredths = Math.floor(random() * 1e8);
    return () => (hundredths += Math.floor(random() * 20_001) - 10_000) / 100;
  }
  let value = Math.floor(random() * 1e6);
  // Buckets hold those below them.
  const bound = BOUNDS.indexOf(labels.get('le'));
  if (bound >= 0) return () => (value += (bound + 1) * 10 + Math.floor(random() * 10));
  return () => {
    value = random() * RESETS < 1 ? 0 : value + Math.floor(random() * 1000);
    return value;
  };
}

/** In label order. */
function labelsOf(series: number): Labels[] {
  const perMetric = series / METRICS;
  return Array.from({ length: series }, (_, i) => {
    const metric = Math.floor(i / perMetric);
    const isBucket = metric === METRICS - 1;
    const number = (i % perMetric) + (isBucket ? metric * perMetric : 0);
    const instance = isBucket ? Math.floor(number / BOUNDS.length) : number;
    return Labels.from({
      [METRIC_NAME]: nameOf(metric),
      instance: `10.0.${String(instance).padStart(5, '0')}:9100`,
      job: `job-${instance % 10}`,
      region: `region-${instance % 4}`,
      // Functions drop the name, and what is left must differ.
      service: `service-${metric}`,
      ...(isBucket ? { le: BOUNDS[number % BOUNDS.length] } : {}),
    });
  }).sort((a, b) => a.compare(b));
}

function nameOf(metric: number): string {
  if (metric < COUNTERS) return `requests_${metric}_total`;
  return metric === COUNTERS ? 'memory_bytes' : 'latency_seconds_bucket';
}
