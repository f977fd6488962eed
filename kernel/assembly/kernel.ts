/** What the kernel exports; kernel/kernel.ts is its typed face. */
import { initCrcTables } from './crc32c';
import { ENTRIES, initMemory, INPUT, OFFSETS, TIMES, TO_VALUES } from './memory';

export { encodeXor } from './encode';
export { checkRun, decodeXorChunk, decodeXorRun, sampleCount } from './run';

export const inputAt: u32 = <u32>INPUT;
export const entriesAt: u32 = <u32>ENTRIES;
export const offsetsAt: u32 = <u32>OFFSETS;
export const timesAt: u32 = <u32>TIMES;
export const valuesAt: u32 = <u32>(TIMES + TO_VALUES);

initMemory();
initCrcTables();
