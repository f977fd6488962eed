/** A disk that refuses operations, or fills up, costs what was refused and nothing else. */
import { DiskError, NoSpaceError } from '../../model/errors.js';
import { contentOf } from './crash.js';
import { seeds } from './crash-seeds.js';
import { Random } from './random.js';
import { SimulatedDisk } from './simulated-disk.js';
import { DIR, openDatabase, Workload } from './workload.js';

const [FIRST, LAST] = seeds();
const SEEDS = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);

describe('a database on a disk that refuses one operation in thirty', () => {
  it.each(SEEDS)('keeps what it acknowledged, and no more (seed %i)', async (seed) => {
    const disk = newDisk();
    const durability = seed % 2 === 0 ? 'fsync' : 'process';
    const workload = new Workload(disk, { seed, steps: 80, durability, isFaulty: true });
    const random = new Random(1000 + seed);
    let faults = 0;
    const refuse = (): void => {
      if (!random.chance(1 / 30)) return;
      faults++;
      if (random.chance(0.5)) throw new NoSpaceError('no space left', DIR, 'ENOSPC');
      throw new DiskError('input/output error', DIR, 'EIO');
    };
    await told(workload, async () => {
      await workload.run(async () => {
        disk.beforeOperation = () => undefined;
        expect(workload.model.differences(await contentOf(workload.open))).toEqual([]);
        disk.beforeOperation = refuse;
      });
      disk.beforeOperation = () => undefined;
      await workload.end();
      const database = await openDatabase(disk, durability);
      expect(workload.model.differences(await contentOf(database))).toEqual([]);
      await database.close();
    });
    expect(faults).toBeGreaterThan(3);
  });
});

describe('a database on a disk that is full every now and then', () => {
  it.each(SEEDS)('answers meanwhile, and goes on afterwards (seed %i)', async (seed) => {
    const disk = newDisk();
    const workload = new Workload(disk, { seed, steps: 80, durability: 'process', isFaulty: true });
    const random = new Random(2000 + seed);
    let full = 0;
    await told(workload, async () => {
      await workload.run(async () => {
        expect(workload.model.differences(await contentOf(workload.open))).toEqual([]);
        if (workload.open.writeState === 'no-space') full++;
        disk.capacityBytes = random.chance(0.3) ? disk.usedBytes + random.below(500) : Infinity;
      });
      disk.capacityBytes = Infinity;
      await workload.end();
      const database = await openDatabase(disk, 'process');
      expect(workload.model.differences(await contentOf(database))).toEqual([]);
      await database.close();
    });
    expect(full).toBeGreaterThan(0);
  });
});

function newDisk(): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.makeDirectory(DIR);
  disk.syncDirectory('/');
  return disk;
}

/** Says what was done before it went wrong. */
async function told(workload: Workload, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw new Error(`after ${workload.history.join('; ')}: ${String(error)}`, { cause: error });
  }
}
