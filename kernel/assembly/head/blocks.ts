/**
 * Blocks of 128 bytes: the whole lines of an open chunk lie in up to eight of them, so that a chunk
 * grows without moving. Where they are stands beside the slots: a block was written long ago and is
 * in no cache, and is not to be waited for to find the next one. Freed blocks are used again.
 */
import { FREE, reserveHeap, takeHeap } from './memory';

export const BLOCK_BYTES: usize = 128;

/**
 * Where the stack of free blocks ends, which grows from FREE on. It is no chain through the blocks,
 * for the same reason.
 */
let freeEnd: usize = FREE;

/** Makes sure that `count` more blocks can be had. */
export function reserveBlocks(count: u32): bool {
  return reserveHeap(<usize>count * BLOCK_BYTES);
}

/** A block; `reserveBlocks` has made sure of it. */
// @ts-ignore: decorator
@inline
export function takeBlock(): usize {
  if (freeEnd == FREE) return takeHeap(BLOCK_BYTES);
  freeEnd -= 4;
  return load<u32>(freeEnd);
}

/** Gives back the `count` blocks whose places stand at `chain`. */
export function freeBlocks(chain: usize, count: u32): void {
  for (let index: u32 = 0; index < count; index++) {
    giveBlock(load<u32>(chain + 4 * <usize>index));
  }
}

/** Makes blocks of a part of the heap, of a multiple of their size. */
export function giveHeap(at: usize, bytes: usize): void {
  for (const end = at + bytes; at < end; at += BLOCK_BYTES) giveBlock(at);
}

// @ts-ignore: decorator
@inline
function giveBlock(at: usize): void {
  store<u32>(freeEnd, <u32>at);
  freeEnd += 4;
}
