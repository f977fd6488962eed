/**
 * Which seeds the crash simulation runs: twenty in CI, two elsewhere, since each takes seconds.
 * `SEEDS=17` replays one, `SEEDS=100-199` runs others.
 */
import { crashEverywhere, type CrashReport } from './crash.js';

export const SIMULATION_TIMEOUT_MS = 900_000;
const STEPS = 30;

export async function crashSeeds(durability: 'process' | 'fsync'): Promise<void> {
  const [first, last] = seeds();
  const reports: CrashReport[] = [];
  for (let seed = first; seed <= last; seed++) {
    reports.push(await crashEverywhere({ seed, steps: STEPS, durability }));
  }
  const sum = (count: (report: CrashReport) => number): number =>
    reports.reduce((total, report) => total + count(report), 0);
  process.stderr.write(
    `crash simulation by ${durability}: seeds ${first} to ${last}, ` +
      `${sum(({ operations }) => operations)} operations, ` +
      `${sum(({ crashPoints }) => crashPoints)} crashes\n`,
  );
  expect(sum(({ crashPoints }) => crashPoints)).toBeGreaterThan(100 * reports.length);
  if (reports.length < 10) return;
  // Where a workload does not get that far, passing says little.
  expect(Math.max(...reports.map(({ level }) => level))).toBeGreaterThanOrEqual(3);
  expect(sum(({ checkpoints }) => checkpoints)).toBeGreaterThan(0);
  expect(sum(({ deletions }) => deletions)).toBeGreaterThan(0);
}

/** The first and the last seed. */
export function seeds(): [first: number, last: number] {
  const { CI, SEEDS = CI === undefined ? '1-2' : '1-20' } = process.env;
  const [first, last = first] = SEEDS.split('-').map(Number);
  return [first, last];
}
