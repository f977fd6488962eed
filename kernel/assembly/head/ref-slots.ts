/**
 * Series ref → slot, while a log is replayed: pages of the heap, found by the upper bits of a ref
 * below 2^32. Afterwards open chunks get their memory.
 */
import { giveHeap } from './blocks';
import { REF_PAGES, reserveHeap, takeHeap } from './memory';

const PAGE_SHIFT: u64 = 14;
const PAGE_REFS: u64 = 1 << PAGE_SHIFT;
const PAGE_BYTES: usize = 4 * <usize>PAGE_REFS;
const NEAR_MAX: u64 = 0xffff_ffff;

/** Entries other than slot + 1. */
export const ENTRY_UNKNOWN: u32 = 0;
/** The other side is asked. */
export const ENTRY_ASKED: u32 = ~0;

/** One above the last page that was ever in use. */
let pageLimit: usize = 0;

/** The entry of any ref. */
// @ts-ignore: decorator
@inline
export function entryOf(ref: u64): u32 {
  if (ref > NEAR_MAX) return ENTRY_ASKED;
  const page = <usize>load<u32>(REF_PAGES + 4 * <usize>(ref >> PAGE_SHIFT));
  if (page == 0) return ENTRY_UNKNOWN;
  return load<u32>(page + 4 * <usize>(ref & (PAGE_REFS - 1)));
}

/** Sets the entry of a ref; false where there is no memory for it. */
export function setEntry(ref: f64, entry: u32): bool {
  const whole = <u64>ref;
  if (whole > NEAR_MAX) return true;
  const index = <usize>(whole >> PAGE_SHIFT);
  let page = <usize>load<u32>(REF_PAGES + 4 * index);
  if (page == 0) {
    if (!reserveHeap(PAGE_BYTES)) return false;
    page = takeHeap(PAGE_BYTES);
    store<u32>(REF_PAGES + 4 * index, <u32>page);
    pageLimit = max(pageLimit, index + 1);
  }
  store<u32>(page + 4 * <usize>(whole & (PAGE_REFS - 1)), entry);
  return true;
}

/** Forgets all refs. */
export function dropEntries(): void {
  for (let index: usize = 0; index < pageLimit; index++) {
    const page = <usize>load<u32>(REF_PAGES + 4 * index);
    if (page == 0) continue;
    giveHeap(page, PAGE_BYTES);
    store<u32>(REF_PAGES + 4 * index, 0);
  }
  pageLimit = 0;
}
