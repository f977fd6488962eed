/**
 * The kernel's memory, laid out by hand: there is no allocator and no garbage.
 *
 *     crc tables <16 KiB> | offsets <4b each> | entries <12b each> | encoder <128b>
 *     | input <64 KiB> | slack | reversed input <64 KiB>
 *     | times <2 MiB> | scratch times <4 MiB> | slack | values <2 MiB> | scratch values <4 MiB>
 *     | slack | lows <4b each> | highs <4b each> | results <8b each> | slack | kinds <1b each>
 *     | resets <4b each> | arena <32 MiB>
 *
 * The input is one run of chunk entries as they lie in a segment; decoders read it reversed (see
 * bits.ts). An encoder reads the columns and writes to the input. Scratch is where a query has the
 * samples of the series in hand, behind it are its windows and what comes of them (windows.ts). All
 * places are constants, and the output has room for what any run can hold.
 */
import { CRC_TABLES_END } from './crc32c';

/**
 * A run has at most so many chunks and bytes; the loader (kernel/kernel.ts) has the same numbers.
 */
export const RUN_CHUNKS_MAX: u32 = 1024;
export const RUN_BYTES_MAX: u32 = 64 * 1024;

/** A sample takes two bits at least, so that a run has at most so many. */
export const RUN_SAMPLES_MAX: u32 = 4 * RUN_BYTES_MAX;
/** So many samples lie in scratch at most; kernel/step-kernel.ts has the same numbers. */
export const SCRATCH_SAMPLES_MAX: u32 = 2 * RUN_SAMPLES_MAX;
/** So many steps has a query whose windows are found here. */
export const STEPS_MAX: u32 = 16384;

/** So many entries of a head chunk file are found at a time; kernel/head-entries.ts has it too. */
export const HEAD_ENTRIES_MAX: u32 = RUN_BYTES_MAX / 32;

/**
 * So many series entries of an index, of so many bytes together, are decoded at a time;
 * kernel/series-entries.ts has the same numbers.
 */
export const SERIES_MAX: u32 = 256;
export const SERIES_BYTES_MAX: u32 = 16 * 1024;

/** How far a decoder may read behind the end of the run before it notices. */
export const INPUT_SLACK: usize = 64;
/** How far it may write behind the last sample, and a loop over samples may read. */
const OUTPUT_SLACK: usize = 64;

export const OFFSETS: usize = CRC_TABLES_END;
export const ENTRIES: usize = OFFSETS + 4 * RUN_CHUNKS_MAX;
export const ENTRY_BYTES: usize = 12;
export const ENCODER: usize = ENTRIES + ENTRY_BYTES * RUN_CHUNKS_MAX;
export const INPUT: usize = ENCODER + 128;
/** The slack stays zero: nothing is ever written there. */
export const REVERSED: usize = INPUT + RUN_BYTES_MAX + INPUT_SLACK;
export const TIMES: usize = REVERSED + RUN_BYTES_MAX;
export const SCRATCH: usize = TIMES + 8 * <usize>RUN_SAMPLES_MAX + OUTPUT_SLACK;
/** From a sample's time to its value. */
export const TO_VALUES: usize =
  SCRATCH - TIMES + 8 * <usize>SCRATCH_SAMPLES_MAX + OUTPUT_SLACK;
/** Of each step: which rows its window has, `[low, high)`, and what comes of them. */
export const LOWS: usize = TIMES + 2 * TO_VALUES;
export const HIGHS: usize = LOWS + 4 * <usize>STEPS_MAX;
export const RESULTS: usize = HIGHS + 4 * <usize>STEPS_MAX;
export const KINDS: usize = RESULTS + 8 * <usize>STEPS_MAX + OUTPUT_SLACK;
/** Rows. */
export const RESETS: usize = KINDS + <usize>STEPS_MAX;
/** What queries keep while they run: kernel/step-sums.ts says what is where. */
export const ARENA: usize = (RESETS + 4 * <usize>SCRATCH_SAMPLES_MAX + 15) & ~15;
export const ARENA_BYTES: usize = 32 * 1024 * 1024;
const END: usize = ARENA + ARENA_BYTES;

const PAGE_BYTES: usize = 64 * 1024;

/** Makes the memory as large as it will ever be; the system lends the pages that are touched. */
export function initMemory(): void {
  memory.grow(<i32>((END + PAGE_BYTES - 1) / PAGE_BYTES) - memory.size());
}
