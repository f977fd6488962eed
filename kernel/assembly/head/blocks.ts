/**
 * Blocks: the bytes of an open chunk lie in a chain of them, so that a chunk grows without moving.
 *
 *     data <size - 8> | next block <4b> | nothing <4b>
 *
 * The first two of a chain have 64 bytes, the next two 128, the rest 256: a chunk with few samples
 * takes little, and one with many seldom changes its block. A block lies at a multiple of its size.
 * Freed blocks are used again.
 */
import { FREE_128, FREE_256, FREE_64, reserveHeap, takeHeap } from './memory';

const LINK_BYTES: usize = 8;
const SIZE_MAX: usize = 256;
/** The first block of a chain that has it. */
const LARGE: u32 = 4;

/**
 * Where the stacks of free blocks end, which grow from FREE_… on. They are no chains through the
 * blocks: what was freed long ago is in no cache, and is not to be waited for.
 */
let free64: usize = FREE_64;
let free128: usize = FREE_128;
let free256: usize = FREE_256;

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
  if (index < 2) return 56 * index;
  if (index < 4) return 112 + 120 * (index - 2);
  return 352 + 248 * (index - 4);
}

/** Makes sure that `count` more blocks can be had. */
export function reserveBlocks(count: u32): bool {
  return reserveHeap(<usize>count * SIZE_MAX);
}

/** A block to be the `index`th of its chain; `reserveBlocks` has made sure of it. */
export function takeBlock(index: u32): usize {
  if (index < 2) {
    if (free64 == FREE_64) split(64);
    free64 -= 4;
    return load<u32>(free64);
  }
  if (index < 4) {
    if (free128 == FREE_128) split(128);
    free128 -= 4;
    return load<u32>(free128);
  }
  return takeLarge();
}

function takeLarge(): usize {
  if (free256 == FREE_256) return takeHeap(SIZE_MAX);
  free256 -= 4;
  return load<u32>(free256);
}

/** Makes smaller blocks of one of 256 bytes; the first is the one to be taken first. */
function split(size: usize): void {
  const first = takeLarge();
  for (let at = first + SIZE_MAX - size; at >= first; at -= size) {
    giveBlock(size == 64 ? 0 : 2, at);
  }
}

/** Gives back the chain of `count` blocks that begins with `first`. */
export function freeBlocks(first: usize, count: u32): void {
  let at = first;
  for (let index: u32 = 0; index < count; index++) {
    const next = <usize>load<u32>(at + blockData(index));
    giveBlock(index, at);
    at = next;
  }
}

/** Makes blocks of a part of the heap, of a multiple of their size. */
export function giveHeap(at: usize, bytes: usize): void {
  for (const end = at + bytes; at < end; at += SIZE_MAX) giveBlock(LARGE, at);
}

function giveBlock(index: u32, at: usize): void {
  if (index < 2) {
    store<u32>(free64, <u32>at);
    free64 += 4;
  } else if (index < 4) {
    store<u32>(free128, <u32>at);
    free128 += 4;
  } else {
    store<u32>(free256, <u32>at);
    free256 += 4;
  }
}
