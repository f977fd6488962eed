/**
 * What a database must hold, in a hundred lines: every sample that was ever appended, and how sure it
 * is. The real one is compared with it after each crash.
 *
 * A sample is `maybe` there while its commit is under way, and `surely` once that was acknowledged;
 * a deletion makes it `maybe` while it is under way and `never` when it was acknowledged. What
 * retention may have dropped is `maybe` there.
 */

/** The bits of a float as a bigint, so that -0, NaN and stale markers are told apart. */
export type Bits = bigint;

type Certainty = 'surely' | 'maybe' | 'never';

interface ModelSample {
  readonly bits: Bits;
  certainty: Certainty;
  /** Known since before the last `close()`. */
  isClosed: boolean;
}

/** What was found in a database: series by their key, samples by their time. */
export type Found = ReadonlyMap<string, ReadonlyMap<number, Bits>>;

export interface NewSample {
  readonly series: string;
  readonly time: number;
  readonly bits: Bits;
}

export class ModelDatabase {
  /** Grows whenever something else is known. */
  version = 0;
  private readonly series = new Map<string, Map<number, ModelSample>>();

  /** A commit of these samples is under way. */
  begin(samples: readonly NewSample[]): void {
    this.version++;
    for (const { series, time, bits } of samples) {
      let known = this.series.get(series);
      if (known === undefined) this.series.set(series, (known = new Map()));
      if (known.get(time)?.certainty !== 'surely') {
        known.set(time, { bits, certainty: 'maybe', isClosed: false });
      }
    }
  }

  /** The commit of these samples was acknowledged. */
  acknowledge(samples: readonly NewSample[]): void {
    this.mark(samples, 'surely');
  }

  /** The commit of these samples failed. */
  refuse(samples: readonly NewSample[]): void {
    this.mark(samples, 'never');
  }

  /** The newest time of a series that is surely there; -Infinity without one. */
  lastTime(series: string): number {
    let last = -Infinity;
    for (const [time, { certainty }] of this.series.get(series) ?? []) {
      if (certainty === 'surely' && time > last) last = time;
    }
    return last;
  }

  /** A deletion of the closed range, under way or acknowledged. */
  delete(series: string, minTime: number, maxTime: number, certainty: 'maybe' | 'never'): void {
    this.version++;
    for (const [time, sample] of this.series.get(series) ?? []) {
      if (time < minTime || time > maxTime || sample.certainty === 'never') continue;
      sample.certainty = certainty;
      sample.isClosed = false;
    }
  }

  /** Samples before `time` may be dropped from now on. */
  expire(time: number): void {
    this.version++;
    for (const samples of this.series.values()) {
      for (const [at, sample] of samples) {
        if (at < time && sample.certainty === 'surely') sample.certainty = 'maybe';
      }
    }
  }

  /** Nothing since the last `close()` is sure any longer: the power failed, and it was not synced. */
  doubt(): void {
    for (const samples of this.series.values()) {
      for (const sample of samples.values()) if (!sample.isClosed) sample.certainty = 'maybe';
    }
  }

  /** The database was closed: what is known now is so for good. */
  close(): void {
    this.version++;
    for (const samples of this.series.values()) {
      for (const sample of samples.values()) {
        sample.isClosed = sample.certainty !== 'maybe';
      }
    }
  }

  clone(): ModelDatabase {
    const copy = new ModelDatabase();
    for (const [key, samples] of this.series) {
      const copied = [...samples].map(([time, sample]) => [time, { ...sample }] as const);
      copy.series.set(key, new Map(copied));
    }
    return copy;
  }

  /** Whatever `found` lacks, has too much, or has otherwise; empty where it may be so. */
  differences(found: Found): string[] {
    const wrong: string[] = [];
    for (const [key, samples] of found) {
      for (const [time, bits] of samples) {
        const wanted = this.series.get(key)?.get(time);
        if (wanted === undefined) wrong.push(`${key} at ${time} was never appended`);
        else if (wanted.bits !== bits)
          wrong.push(`${key} at ${time} is ${bits}, not ${wanted.bits}`);
        else if (wanted.certainty === 'never') wrong.push(`${key} at ${time} came back`);
      }
    }
    for (const [key, samples] of this.series) {
      for (const [time, { certainty }] of samples) {
        if (certainty !== 'surely' || found.get(key)?.has(time) === true) continue;
        wrong.push(`${key} at ${time} is lost`);
      }
    }
    return wrong;
  }

  private mark(samples: readonly NewSample[], certainty: Certainty): void {
    this.version++;
    for (const { series, time, bits } of samples) {
      const sample = this.series.get(series)?.get(time);
      if (sample?.bits === bits) sample.certainty = certainty;
    }
  }
}
