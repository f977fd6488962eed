/**
 * Blocks: the bytes of an open chunk lie in a chain of them, so that a chunk grows without moving.
 *
 *     data <size - 4> | next block <4b>
 *
 * The first two of a chain have 64 bytes, the next two 128, the rest 256: a chunk with few samples
 * takes little, and one with many seldom changes its block. A block lies at a multiple of its size.
 * Freed blocks are used again.
 */
import { reserveHeap, takeHeap } from './memory';

const LINK_BYTES: usize = 4;
const SIZE_MAX: usize = 256;

/** The free blocks of each size, chained by their links; 0 ends a chain. */
let free64: usize = 0;
let free128: usize = 0;
let free256: usize = 0;

/** The size of the block that is the `index`th of its chain. */
// @ts-ignore: decorator
@inline
export function blockSize(index: u32): usize {
  return <usize>64 << min(index >> 1, 2);
}

/** How many bytes of data it takes. */
// @ts-ignore: decorator
@inline
export function blockData(index: u32): usize {
  return blockSize(index) - LINK_BYTES;
}

/** How many bytes of data the blocks before it take. */
export function dataBefore(index: u32): u32 {
  if (index < 2) return 60 * index;
  if (index < 4) return 120 + 124 * (index - 2);
  return 368 + 252 * (index - 4);
}

/** Makes sure that `count` more blocks can be had. */
export function reserveBlocks(count: u32): bool {
  return reserveHeap(<usize>count * SIZE_MAX);
}

/** A block to be the `index`th of its chain; `reserveBlocks` has made sure of it. */
export function takeBlock(index: u32): usize {
  if (index < 2) {
    if (free64 == 0) free64 = split(64);
    const at = free64;
    free64 = load<u32>(at + 64 - LINK_BYTES);
    return at;
  }
  if (index < 4) {
    if (free128 == 0) free128 = split(128);
    const at = free128;
    free128 = load<u32>(at + 128 - LINK_BYTES);
    return at;
  }
  const at = free256;
  if (at == 0) return takeHeap(256);
  free256 = load<u32>(at + 256 - LINK_BYTES);
  return at;
}

/** Takes a block of 256 bytes and returns the chain of smaller ones that it is made into. */
function split(size: usize): usize {
  const first = takeHeap(SIZE_MAX);
  const end = first + SIZE_MAX;
  for (let at = first; at < end; at += size) {
    const next = at + size;
    store<u32>(next - LINK_BYTES, next < end ? <u32>next : 0);
  }
  return first;
}

/** Gives back the chain of `count` blocks that begins with `first`. */
export function freeBlocks(first: usize, count: u32): void {
  let at = first;
  for (let index: u32 = 0; index < count; index++) {
    const link = at + blockData(index);
    const next = <usize>load<u32>(link);
    if (index < 2) {
      store<u32>(link, <u32>free64);
      free64 = at;
    } else if (index < 4) {
      store<u32>(link, <u32>free128);
      free128 = at;
    } else {
      store<u32>(link, <u32>free256);
      free256 = at;
    }
    at = next;
  }
}
