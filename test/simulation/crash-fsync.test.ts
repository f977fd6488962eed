/** By durability `fsync` a database loses nothing acknowledged when the power fails, either. */
import { crashEverywhere } from './crash.js';
import { crashSeeds, SIMULATION_TIMEOUT_MS } from './crash-seeds.js';

it(
  'a database that loses its power at every operation of its disk keeps what it acknowledged',
  () => crashSeeds('fsync'),
  SIMULATION_TIMEOUT_MS,
);

it.each([1, 2, 3])('the simulation sees when syncs do nothing (seed %i)', async (seed) => {
  const options = { seed, steps: 30, durability: 'fsync' } as const;
  const crashing = crashEverywhere(options, (disk) => (disk.syncs = false));
  await expect(crashing).rejects.toThrow(/is lost|cannot open/);
});
