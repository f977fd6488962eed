/**
 * The load of `promtool tsdb bench write` (cmd/promtool/tsdb.go): groups of 100 scrapes; within a
 * group series are cut into shards of 1,000 that all run at once, and a scrape is an appender with
 * a sample a series and a commit. The first scrape of a group goes by labels, the others by ref.
 *
 * `lock-step` values are those of promtool. `noisy` ones are a random walk of two decimals at times
 * that are up to 32 ms off.
 */
import { Labels } from '../../model/labels.js';
import type { Appender } from '../../tsdb/appender.js';
import { seeded } from './random.js';

export type LoadShape = 'lock-step' | 'noisy';

const SERIES_PER_SHARD = 1000;
const SCRAPES_PER_GROUP = 100;
const STEP_MS = 30_000;
const JITTER_MS = 32;
const METRICS = 200;
const CPUS = 8;

/** Label sets as an exporter of a machine gives them, eight labels each. */
export function exporterLabels(count: number): Labels[] {
  return Array.from({ length: count }, (_, i) =>
    Labels.from({
      __name__: `node_metric_${i % METRICS}_total`,
      cluster: 'production-eu-west',
      cpu: String(Math.floor(i / METRICS) % CPUS),
      instance: `host-${Math.floor(i / METRICS / CPUS)}.example.com:9100`,
      job: 'node',
      mode: 'user',
      namespace: 'monitoring',
      pod: `node-exporter-${(Math.floor(i / METRICS / CPUS) * 7919).toString(36)}`,
    }),
  );
}

/** A file of label sets as promtool reads it. */
export function promtoolSeries(labels: readonly Labels[]): string {
  // It splits at colons and commas, quoted or not.
  return labels.map((set) => `${JSON.stringify(set).replaceAll(':9100', '_9100')}\n`).join('');
}

/** Who takes samples: a head, or a database. */
export interface Appendable {
  appender(): Appender;
}

/** A load, made ahead: so that making it is no part of what is measured. */
export class IngestLoad {
  private readonly shards: Shard[] = [];

  constructor(labels: readonly Labels[], shape: LoadShape) {
    for (let i = 0; i < labels.length; i += SERIES_PER_SHARD) {
      const own = labels.slice(i, i + SERIES_PER_SHARD);
      const samples = shape === 'noisy' ? noisySamples(own.length, i) : null;
      this.shards.push(new Shard(own, samples));
    }
  }

  /** Appends so many scrapes of all series; resolves with how many samples were taken. */
  async run(head: Appendable, scrapes: number): Promise<number> {
    for (const shard of this.shards) shard.appended = 0;
    for (let group = 0; group < scrapes; group += SCRAPES_PER_GROUP) {
      const startMs = (group + 1) * STEP_MS;
      await Promise.all(this.shards.map((shard) => shard.scrapeGroup(head, startMs)));
    }
    return this.shards.reduce((sum, { appended }) => sum + appended, 0);
  }
}

/** Of a group, scrape after scrape, a sample a series: how much it is off, in ms, and its value. */
interface NoisySamples {
  readonly jitters: Float64Array;
  readonly values: Float64Array;
}

function noisySamples(series: number, seed: number): NoisySamples {
  const random = seeded(seed + 1);
  const jitters = new Float64Array(series * SCRAPES_PER_GROUP);
  const values = new Float64Array(series * SCRAPES_PER_GROUP);
  for (let i = 0; i < values.length; i++) {
    const before = i < series ? random() * 1000 : values[i - series];
    values[i] = Math.round(before * 100 + (random() - 0.5) * 200) / 100;
    jitters[i] = Math.round((2 * random() - 1) * JITTER_MS);
  }
  return { jitters, values };
}

class Shard {
  appended = 0;
  private readonly labels: readonly Labels[];
  private readonly refs: Float64Array;
  private readonly samples: NoisySamples | null;

  constructor(labels: readonly Labels[], samples: NoisySamples | null) {
    this.labels = labels;
    this.refs = new Float64Array(labels.length);
    this.samples = samples;
  }

  async scrapeGroup(head: Appendable, startMs: number): Promise<void> {
    for (let scrape = 0; scrape < SCRAPES_PER_GROUP; scrape++) {
      const appender = head.appender();
      const time = startMs + scrape * STEP_MS;
      const value = 123_456_789 + 1000 * (scrape + 1);
      if (scrape === 0) this.appendByLabels(appender, time, value);
      else if (this.samples === null) this.appendByRefs(appender, time, value);
      else this.appendNoisy(appender, this.samples, scrape, time);
      this.appended += (await appender.commit()).appended;
    }
  }

  private appendByLabels(appender: Appender, time: number, value: number): void {
    const { labels, refs } = this;
    for (let i = 0; i < labels.length; i++) refs[i] = appender.append(labels[i], time, value);
  }

  private appendByRefs(appender: Appender, time: number, value: number): void {
    const { refs } = this;
    for (let i = 0; i < refs.length; i++) appender.append(refs[i], time, value);
  }

  private appendNoisy(
    appender: Appender,
    { jitters, values }: NoisySamples,
    scrape: number,
    time: number,
  ): void {
    const { refs } = this;
    const first = scrape * refs.length;
    for (let i = 0; i < refs.length; i++) {
      appender.append(refs[i], time + jitters[first + i], values[first + i]);
    }
  }
}
