/**
 * The load of `promtool tsdb bench write` (cmd/promtool/tsdb.go), for `bench write` and the
 * benchmarks: series in shards of a thousand; of each shard a hundred scrapes one after the other,
 * all shards at once; then the next hundred. The first scrape of a hundred goes by labels, the
 * others by ref. Every value is that of a counter in lock-step, unless others are brought.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Labels } from '../model/labels.js';
import type { Appender } from '../tsdb/db.js';

export const STEP_MS = 30_000;
export const SCRAPES_PER_GROUP = 100;
const SHARD_SERIES = 1000;
const FIRST_VALUE = 123_456_789;
const VALUE_STEP = 1000;

/** Who takes samples. */
export interface Appendable {
  appender(): Appender;
}

/** The samples of a group of scrapes: scrape after scrape, one of each series. */
export interface GroupSamples {
  /** How much the time is off, in ms. */
  readonly jitters: Float64Array;
  readonly values: Float64Array;
}

export interface WriteLoadOptions {
  /** How many samples a commit has; default 1,000. */
  readonly shardSeries?: number;
  /** Samples of the shard that begins with series `first`; absent: those of promtool. */
  readonly samplesOf?: (first: number, series: number) => GroupSamples;
  /** The labels of series `index` in a group, of what they were before it; absent: the same. */
  readonly labelsOf?: (labels: Labels, index: number, group: number) => Labels;
}

/** All of it is made ahead, so that making it is no part of what is measured. */
export class WriteLoad {
  private readonly shards: Shard[] = [];
  private readonly groups: number;

  /** `scrapes` of each of the series; it is rounded up to hundreds. */
  constructor(series: readonly Labels[], scrapes: number, options: WriteLoadOptions = {}) {
    const { shardSeries = SHARD_SERIES, samplesOf, labelsOf } = options;
    this.groups = Math.ceil(scrapes / SCRAPES_PER_GROUP);
    for (let first = 0; first < series.length; first += shardSeries) {
      const own = series.slice(first, first + shardSeries);
      const labels = [own];
      for (let group = 1; group < this.groups && labelsOf !== undefined; group++) {
        labels.push(labels[group - 1].map((before, i) => labelsOf(before, first + i, group)));
      }
      this.shards.push(new Shard(labels, samplesOf?.(first, own.length) ?? null));
    }
  }

  /** Appends everything, from time `startMs` on; resolves with how many samples were taken. */
  async run(db: Appendable, startMs = 0): Promise<number> {
    let total = 0;
    for (let group = 0; group < this.groups; group++) {
      const groupMs = startMs + group * SCRAPES_PER_GROUP * STEP_MS;
      const taken: Promise<number>[] = [];
      for (const shard of this.shards) {
        taken.push(shard.scrape(db, group, groupMs));
        // What is made here does not hold the loop, however many series there are.
        await nextTurn();
      }
      for (const count of await Promise.all(taken)) total += count;
    }
    return total;
  }
}

class Shard {
  /** By group; one for all where they stay the same. */
  private readonly labels: readonly (readonly Labels[])[];
  private readonly samples: GroupSamples | null;
  private readonly refs: Float64Array;

  constructor(labels: readonly (readonly Labels[])[], samples: GroupSamples | null) {
    this.labels = labels;
    this.samples = samples;
    this.refs = new Float64Array(labels[0].length);
  }

  /** A group's scrapes; resolves with how many samples were taken. */
  async scrape(db: Appendable, group: number, groupMs: number): Promise<number> {
    const labels = this.labels[Math.min(group, this.labels.length - 1)];
    let appended = 0;
    for (let scrape = 0; scrape < SCRAPES_PER_GROUP; scrape++) {
      const appender = db.appender();
      const time = groupMs + (scrape + 1) * STEP_MS;
      const value = FIRST_VALUE + (scrape + 1) * VALUE_STEP;
      if (this.samples !== null) this.appendSamples(appender, labels, this.samples, scrape, time);
      else if (scrape === 0) this.appendByLabels(appender, labels, time, value);
      else this.appendByRefs(appender, time, value);
      appended += (await appender.commit()).appended;
    }
    return appended;
  }

  private appendByLabels(
    appender: Appender,
    labels: readonly Labels[],
    time: number,
    value: number,
  ): void {
    const { refs } = this;
    for (let i = 0; i < refs.length; i++) refs[i] = appender.append(labels[i], time, value);
  }

  private appendByRefs(appender: Appender, time: number, value: number): void {
    const { refs } = this;
    for (let i = 0; i < refs.length; i++) appender.append(refs[i], time, value);
  }

  private appendSamples(
    appender: Appender,
    labels: readonly Labels[],
    { jitters, values }: GroupSamples,
    scrape: number,
    time: number,
  ): void {
    const { refs } = this;
    const from = scrape * refs.length;
    for (let i = 0; i < refs.length; i++) {
      const at = from + i;
      if (scrape === 0) refs[i] = appender.append(labels[i], time + jitters[at], values[at]);
      else appender.append(refs[i], time + jitters[at], values[at]);
    }
  }
}
