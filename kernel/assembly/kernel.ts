/** What the kernel exports; kernel/kernel.ts is its typed face. */
import { initCrcTables } from './crc32c';
import {
  ARENA,
  ARENA_BYTES,
  ENTRIES,
  HIGHS,
  initMemory,
  INPUT,
  KINDS,
  LOWS,
  OFFSETS,
  RESULTS,
  SCRATCH,
  TIMES,
  TO_VALUES,
} from './memory';

export { encodeXor } from './encode';
export { scanHeadEntries } from './head-entries';
export { addResults, fillInstant, filledFrom, filledTo } from './instant';
export { fillRates } from './rates';
export { checkRun, decodeXorChunk, decodeXorRun, sampleCount } from './run';
export { decodeSeriesEntries } from './series-entries';
export { countNumbers, findWindows, largestWindow } from './windows';

export const inputAt: u32 = <u32>INPUT;
export const entriesAt: u32 = <u32>ENTRIES;
export const offsetsAt: u32 = <u32>OFFSETS;
export const timesAt: u32 = <u32>TIMES;
export const valuesAt: u32 = <u32>(TIMES + TO_VALUES);
export const scratchTimesAt: u32 = <u32>SCRATCH;
export const scratchValuesAt: u32 = <u32>(SCRATCH + TO_VALUES);
export const lowsAt: u32 = <u32>LOWS;
export const highsAt: u32 = <u32>HIGHS;
export const resultsAt: u32 = <u32>RESULTS;
export const kindsAt: u32 = <u32>KINDS;
export const arenaAt: u32 = <u32>ARENA;
export const arenaBytes: u32 = <u32>ARENA_BYTES;

initMemory();
initCrcTables();
