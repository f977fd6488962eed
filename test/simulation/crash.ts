/**
 * Runs a workload on a simulated disk and crashes it at every operation of that disk: once with all
 * that was called, once with the interrupted write torn, once with only what was synced. Each of
 * these disks is opened and compared with what the model knew at that moment.
 */
import type { Database, Durability } from '../../tsdb/db.js';
import { matcher } from '../../model/matcher.js';
import type { Bits, ModelDatabase } from './model-database.js';
import { Random } from './random.js';
import { type Operation, SimulatedDisk, type Survivors } from './simulated-disk.js';
import { DIR, labelsOf, openDatabase, Workload, type WorkloadOptions } from './workload.js';

/** A moment at which the workload may have been killed. */
interface CrashPoint {
  readonly where: string;
  readonly survivors: Survivors;
  readonly disk: SimulatedDisk;
  readonly model: ModelDatabase;
}

export interface CrashReport {
  readonly crashPoints: number;
  readonly operations: number;
  /** The highest level of a block. */
  readonly level: number;
  readonly checkpoints: number;
  /** How often the tombstones of a block were written. */
  readonly deletions: number;
}

/** Throws an error that names the seed, the operation and the difference at the first one found. */
export async function crashEverywhere(
  options: WorkloadOptions,
  prepare: (disk: SimulatedDisk) => void = () => undefined,
): Promise<CrashReport> {
  const disk = new SimulatedDisk();
  disk.makeDirectory(DIR);
  disk.syncDirectory('/');
  prepare(disk);
  const workload = new Workload(disk, options);
  const points = new CrashPoints(disk, workload.model, options);
  disk.beforeOperation = (operation) => points.addAt(operation);
  let crashPoints = 0;
  let level = 0;
  try {
    await workload.run(async () => {
      const found = points.waiting;
      points.waiting = [];
      for (const point of found) await verify(point, options.durability);
      crashPoints += found.length;
      for (const { meta } of workload.open.blocks()) level = Math.max(level, meta.compaction.level);
    });
    await workload.end();
  } catch (error) {
    const history = workload.history.join('; ');
    throw new Error(`seed ${options.seed}, after ${history}: ${String(error)}`, { cause: error });
  }
  const { operations, checkpoints, deletions } = points;
  return { crashPoints, operations, level, checkpoints, deletions };
}

/** Looks at the disk right before each operation, and in the middle of writes. */
class CrashPoints {
  waiting: CrashPoint[] = [];
  operations = 0;
  checkpoints = 0;
  deletions = 0;
  private readonly disk: SimulatedDisk;
  private readonly model: ModelDatabase;
  private readonly options: WorkloadOptions;
  private readonly random: Random;
  private before: Operation | null = null;
  private version = -1;

  constructor(disk: SimulatedDisk, model: ModelDatabase, options: WorkloadOptions) {
    this.disk = disk;
    this.model = model;
    this.options = options;
    this.random = new Random(options.seed);
  }

  /**
   * Each operation changes either what is there or what is synced: the crash that finds what the
   * crash before it found, by the same knowledge, is left out.
   */
  addAt(operation: Operation): void {
    const { before, version } = this;
    const { kind, path, bytes, start = 0 } = operation;
    const isSync = before?.kind === 'sync' || before?.kind === 'syncdir';
    const isNews = this.model.version !== version || before === null;
    if (isNews || !isSync) this.add('everything', `before ${kind} ${path}`);
    if (isNews || isSync) this.add('synced', `before ${kind} ${path}`);
    if (bytes !== undefined && bytes.length > 1) {
      const { disk } = this.add('everything', `within ${kind} ${path}`);
      disk.tear(path, start, bytes.slice(0, 1 + this.random.below(bytes.length - 1)));
    }
    if (kind === 'rename' && path.includes('/wal/checkpoint.')) this.checkpoints++;
    if (kind === 'rename' && path.includes('/tombstones')) this.deletions++;
    this.before = operation;
    this.version = this.model.version;
    this.operations++;
  }

  private add(survivors: Survivors, where: string): CrashPoint {
    const model = this.model.clone();
    if (survivors === 'synced' && this.options.durability !== 'fsync') model.doubt();
    const point = { where, survivors, disk: this.disk.afterCrash(survivors), model };
    this.waiting.push(point);
    return point;
  }
}

async function verify(point: CrashPoint, durability: Durability): Promise<void> {
  const { survivors, disk, model } = point;
  const where = `crash ${point.where}, ${survivors} survives`;
  let database;
  try {
    database = await openDatabase(disk, durability);
  } catch (error) {
    throw new Error(`${where}: cannot open: ${String(error)}`, { cause: error });
  }
  try {
    const differences = model.differences(await contentOf(database));
    if (differences.length > 0) throw new Error(`${where}: ${differences.slice(0, 5).join(', ')}`);
    await goOn(database, model);
  } finally {
    await database.close();
  }
}

/** What was opened takes samples again, and has them. */
async function goOn(database: Database, model: ModelDatabase): Promise<void> {
  const sample = { series: 'later', time: 1e9, bits: 0x4000000000000000n };
  const appender = database.appender();
  appender.append(labelsOf(sample.series), sample.time, 2);
  model.begin([sample]);
  await appender.commit();
  model.acknowledge([sample]);
  const differences = model.differences(await contentOf(database));
  if (differences.length > 0) throw new Error(`after the next commit: ${differences[0]}`);
}

/** Every sample of a database, by the series' name. */
export async function contentOf(database: Database): Promise<Map<string, Map<number, Bits>>> {
  const found = new Map<string, Map<number, Bits>>();
  for await (const { labels, samples } of database.select([matcher('__name__', '=', 'sample')])) {
    const bits = new BigUint64Array(samples.values.buffer, samples.values.byteOffset);
    const times = new Map<number, Bits>();
    for (let row = 0; row < samples.count; row++) times.set(samples.times[row], bits[row]);
    if (times.size > 0) found.set(labels.get('name'), times);
  }
  return found;
}
