/**
 * A life of a database, from a seed: it is filled, compacted, deleted from, snapshotted, closed and
 * opened again, and a model of it is kept beside it.
 *
 * Ranges are seconds instead of hours and log segments one page, so that a few hundred samples
 * reach every state: chunks cut, blocks of three levels, checkpoints, retention.
 */
import { type Durability, Database } from '../../tsdb/db.js';
import { DiskError, TsdbError } from '../../model/errors.js';
import { matcher } from '../../model/matcher.js';
import { ModelDatabase, type NewSample } from './model-database.js';
import { Random } from './random.js';
import type { SimulatedDisk } from './simulated-disk.js';

export const DIR = '/data';
const SERIES = 6;
/** The length of a block of level 1. */
const BLOCK_MS = 1_000;
const RETENTION_MS = 25 * BLOCK_MS;

export interface WorkloadOptions {
  readonly seed: number;
  readonly steps: number;
  readonly durability: Durability;
  /** Whether the disk may refuse operations: what fails for that is told to the model. */
  readonly isFaulty?: boolean;
}

export function openDatabase(
  disk: SimulatedDisk,
  durability: Durability,
  now: () => number = () => 0,
): Promise<Database> {
  return Database.open(DIR, {
    disk,
    durability,
    minBlockDurationMs: BLOCK_MS,
    maxBlockDurationMs: 9 * BLOCK_MS,
    retentionMs: RETENTION_MS,
    walSegmentBytes: 32 * 1024,
    background: false,
    now,
  });
}

export class Workload {
  readonly model = new ModelDatabase();
  /** What was done, for the message of a failure. */
  readonly history: string[] = [];
  private readonly disk: SimulatedDisk;
  private readonly options: WorkloadOptions;
  private readonly random: Random;
  private database: Database | null = null;
  private time = 0;
  /** The time of the machine, in ms. */
  private clock = 0;
  private snapshots = 0;

  constructor(disk: SimulatedDisk, options: WorkloadOptions) {
    this.disk = disk;
    this.options = options;
    this.random = new Random(options.seed);
  }

  /** Does all steps; `afterStep` is awaited behind each. */
  async run(afterStep: () => Promise<void>): Promise<void> {
    await this.reopen();
    await afterStep();
    for (let step = 0; step < this.options.steps; step++) {
      await this.attempt(() => this.step());
      await afterStep();
    }
  }

  /** Closes, once all is well again. */
  async end(): Promise<void> {
    this.clock += 2000;
    await this.commit(1);
    await this.close();
  }

  /** A disk that refuses something costs what was under way, and no more. */
  private async attempt(action: () => Promise<void>): Promise<void> {
    // Behind a failure the disk is tried again after a second.
    this.clock += 2000;
    try {
      await action();
    } catch (error) {
      if (!(this.options.isFaulty === true && error instanceof DiskError)) throw error;
      this.note(`failed: ${error.errno}`);
    }
  }

  private async step(): Promise<void> {
    const dice = this.random.below(100);
    if (dice < 55) await this.commit(1 + this.random.below(3));
    else if (dice < 58) this.rollBack();
    else if (dice < 84) await this.compact();
    else if (dice < 91) await this.delete();
    else if (dice < 93) await this.cleanTombstones();
    else if (dice < 94) await this.snapshot();
    // A process that cannot even close ends: that is what the crashes are about.
    else if (this.options.isFaulty !== true) {
      await this.close();
      await this.reopen();
    }
  }

  /** Several commits at once, which may share a write. */
  private async commit(count: number): Promise<void> {
    this.note(`${count} commits at ${this.time}`);
    await Promise.allSettled(
      Array.from({ length: count }, async (_, i) => {
        const appender = this.open.appender();
        const samples: NewSample[] = [];
        for (let scrape = 0; scrape < 1 + this.random.below(20); scrape++) {
          this.time += 1 + this.random.below(150);
          // Each commit has series of its own, so that none is late for another.
          for (let series = i; series < SERIES; series += count) {
            const sample = this.sample(series);
            appender.append(labelsOf(sample.series), sample.time, valueOf(sample.bits));
            samples.push(sample);
          }
        }
        this.appendBad(appender);
        this.model.begin(samples);
        try {
          await appender.commit();
        } catch (error) {
          if (error instanceof DiskError) this.model.refuse(samples);
          throw error;
        }
        this.model.acknowledge(samples);
      }),
    ).then(throwFirst);
  }

  /** Samples that must be refused, and take nothing else with them. */
  private appendBad(appender: ReturnType<Database['appender']>): void {
    if (!this.random.chance(0.3)) return;
    const series = `s${this.random.below(SERIES)}`;
    const last = this.model.lastTime(series);
    if (last === -Infinity) return;
    try {
      appender.append(labelsOf(series), last - 1, 4);
    } catch (error) {
      if (error instanceof TsdbError) return;
      throw error;
    }
    throw new Error(`a late sample of ${series} at ${last - 1} was taken`);
  }

  private rollBack(): void {
    this.note('rollback');
    const appender = this.open.appender();
    appender.append(labelsOf('rolled back'), this.time + 1, 1);
    appender.rollback();
  }

  private async compact(): Promise<void> {
    this.note('compact');
    this.model.expire(this.time - RETENTION_MS);
    await this.open.compact();
  }

  private async delete(): Promise<void> {
    const series = `s${this.random.below(SERIES)}`;
    const minTime = this.random.below(this.time + 1);
    const maxTime = minTime + this.random.below(3 * BLOCK_MS);
    this.note(`delete ${series} [${minTime}, ${maxTime}]`);
    this.model.delete(series, minTime, maxTime, 'maybe');
    await this.open.delete([matcher('name', '=', series)], { minTime, maxTime });
    this.model.delete(series, minTime, maxTime, 'never');
  }

  private async cleanTombstones(): Promise<void> {
    this.note('clean tombstones');
    await this.open.cleanTombstones();
  }

  private async snapshot(): Promise<void> {
    this.note('snapshot');
    await this.open.snapshot(`/snapshot${this.snapshots++}`, { withHead: true });
  }

  private async close(): Promise<void> {
    this.note('close');
    await this.open.close();
    this.database = null;
    this.model.close();
  }

  private async reopen(): Promise<void> {
    this.note('open');
    this.model.expire(this.time - RETENTION_MS);
    this.database = await openDatabase(this.disk, this.options.durability, () => this.clock);
  }

  private sample(series: number): NewSample {
    // Now and then a stale marker or a NaN, whose bits must come through.
    const special = this.random.below(20);
    const bits =
      special === 0
        ? 0x7ff0000000000002n
        : special === 1
          ? 0x7ff8000000000001n
          : bitsOf(this.random.below(1000) / 4);
    return { series: `s${series}`, time: this.time, bits };
  }

  /** The open database. */
  get open(): Database {
    if (this.database === null) throw new Error('the workload has no open database');
    return this.database;
  }

  private note(what: string): void {
    this.history.push(what);
  }
}

function throwFirst(results: readonly PromiseSettledResult<void>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

export function labelsOf(series: string): Record<string, string> {
  return { __name__: 'sample', name: series };
}

const view = new DataView(new ArrayBuffer(8));

function bitsOf(value: number): bigint {
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

/** Straight from the bytes to the caller's parameter, so that the bits survive. */
function valueOf(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}
