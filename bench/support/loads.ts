/**
 * The loads that the benchmarks of writing put on us and on Prometheus, sample for sample the same:
 * `peers/prometheus/ingest` makes them in Go.
 *
 *     lock-step       promtool's own: counters that all move alike, every 30 s
 *     noisy           up to 32 ms off, and a random walk of two decimals
 *     churn           noisy, and with each hundred scrapes a tenth of the series is replaced
 *     small commits   noisy, 20 samples a commit
 */
import { writeFileSync } from 'node:fs';
import {
  type GroupSamples,
  SCRAPES_PER_GROUP,
  WriteLoad,
  type WriteLoadOptions,
} from '../../cli/write-load.js';
import { Labels } from '../../model/labels.js';
import { seeded } from './random.js';

export type LoadName = 'lock-step' | 'noisy' | 'churn' | 'small commits';

export const SMALL_COMMIT_SAMPLES = 20;
/** One of so many series is replaced. */
const CHURN_PART = 10;
const JITTER_MS = 32;
/** Of a walk: where it begins at most, and how far it goes at a time, in hundredths. */
const FIRST_HUNDREDTHS = 100_000;
const STEP_HUNDREDTHS = 100;

const OPTIONS: Readonly<Record<LoadName, WriteLoadOptions>> = {
  'lock-step': {},
  noisy: { samplesOf: noise },
  churn: { samplesOf: noise, labelsOf: replaced },
  'small commits': { samplesOf: noise, shardSeries: SMALL_COMMIT_SAMPLES },
};

export function loadOf(name: LoadName, series: readonly Labels[], scrapes: number): WriteLoad {
  return new WriteLoad(series, scrapes, OPTIONS[name]);
}

/** The same for the program in Go. */
export function peerFlags(name: LoadName): string[] {
  if (name === 'lock-step') return [];
  if (name === 'churn') return ['-noisy', '-churn'];
  return name === 'noisy' ? ['-noisy'] : ['-noisy', `-shard=${SMALL_COMMIT_SAMPLES}`];
}

function noise(first: number, series: number): GroupSamples {
  const random = seeded(first + 1);
  const below = (limit: number): number => Math.floor(random() * limit);
  const count = series * SCRAPES_PER_GROUP;
  const hundredths = new Int32Array(series);
  const jitters = new Float64Array(count);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const one = i % series;
    if (i < series) hundredths[one] = below(FIRST_HUNDREDTHS);
    else hundredths[one] += below(2 * STEP_HUNDREDTHS + 1) - STEP_HUNDREDTHS;
    values[i] = hundredths[one] / 100;
    jitters[i] = below(2 * JITTER_MS + 1) - JITTER_MS;
  }
  return { jitters, values };
}

function replaced(labels: Labels, index: number, group: number): Labels {
  if (index % CHURN_PART !== group % CHURN_PART) return labels;
  return Labels.from([...labels, ['generation', String(group)]]);
}

const METRICS = 200;
const CPUS = 8;

/** Writes a file of series as the exporters of a fleet have them, eight labels each. */
export function writeSeriesFile(path: string, count: number): void {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const host = Math.floor(i / METRICS / CPUS);
    const labels = {
      __name__: `node_metric_${i % METRICS}_total`,
      cluster: 'production-eu-west',
      cpu: String(Math.floor(i / METRICS) % CPUS),
      instance: `host-${host}.example.com`,
      job: 'node',
      mode: 'user',
      namespace: 'monitoring',
      pod: `node-exporter-${(host * 7919).toString(36)}`,
    };
    lines.push(`${JSON.stringify(labels)}\n`);
  }
  writeFileSync(path, lines.join(''));
}
