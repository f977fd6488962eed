/** By durability `process` a database loses nothing acknowledged when its process is killed. */
import { crashSeeds, SIMULATION_TIMEOUT_MS } from './crash-seeds.js';

it(
  'a database that is stopped at every operation of its disk keeps what it acknowledged',
  () => crashSeeds('process'),
  SIMULATION_TIMEOUT_MS,
);
