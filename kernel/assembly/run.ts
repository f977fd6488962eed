/**
 * A run: chunk entries as they lie in a segment (chunks/segment-format.ts), decoded in one call.
 *
 *     length <uvarint> | encoding <1b> | data <length> | crc32c(encoding, data) <4b>
 *
 * First every entry is found and checked, then the bytes are reversed, then all are decoded.
 */
import { reverseInput } from './bits';
import { crc32c } from './crc32c';
import { COUNT_BYTES, placeOf } from './entry-place';
import { ENTRIES, ENTRY_BYTES, INPUT, OFFSETS, RUN_SAMPLES_MAX } from './memory';
import { decodeXor } from './xor';

const ENCODING_XOR: u32 = 1;

/** What is kept of an entry, ENTRY_BYTES: where its encoding byte and its data are from INPUT. */
// @ts-ignore: decorator
@unmanaged
class Entry {
  at: u32;
  bytes: u32;
  count: u32;
}

/** How many samples the last run gave. */
export let sampleCount: u32 = 0;

/**
 * Decodes the XOR chunks among the `chunks` entries at OFFSETS in the `length` bytes at INPUT, up
 * to the first that is of another encoding, damaged, or beyond what this decoder takes (xor.ts),
 * and returns how many it decoded. Checksums are verified if `verify`. The samples go to `at` and
 * `at + TO_VALUES`: TIMES, or into SCRATCH, where RUN_SAMPLES_MAX have room.
 */
export function decodeXorRun(length: u32, chunks: u32, verify: bool, at: usize): u32 {
  let checked = findEntries(length, chunks, true);
  if (verify) checked = verifyEntries(checked);
  const first = reverseInput(length);
  sampleCount = 0;
  for (let i: u32 = 0; i < checked; i++) {
    const entry = entryAt(i);
    const start = first - 8 * (entry.at + 1 + COUNT_BYTES);
    const end = first - 8 * (entry.at + 1 + entry.bytes);
    const to = at + 8 * <usize>sampleCount;
    if (!decodeXor(start, end, entry.count, to)) return i;
    sampleCount += entry.count;
  }
  return checked;
}

/**
 * Decodes the `length` bytes at INPUT as the data of one XOR chunk, likewise; false when they are
 * damaged or beyond what this decoder takes.
 */
export function decodeXorChunk(length: u32, at: usize): bool {
  sampleCount = 0;
  if (length < COUNT_BYTES) return false;
  const count = countOf(INPUT);
  if (2 * count > 8 * (length - COUNT_BYTES)) return false;
  const first = reverseInput(length);
  if (!decodeXor(first - 8 * COUNT_BYTES, first - 8 * length, count, at)) return false;
  sampleCount = count;
  return true;
}

// @ts-ignore: decorator
@inline
function countOf(data: usize): u32 {
  return (<u32>load<u8>(data) << 8) | load<u8>(data, 1);
}

// @ts-ignore: decorator
@inline
function entryAt(index: u32): Entry {
  return changetype<Entry>(ENTRIES + ENTRY_BYTES * index);
}

/**
 * Fills ENTRIES for the `chunks` entries at OFFSETS in the `length` bytes at INPUT, whatever their
 * encodings, and returns how many of them from the first on are whole and have their checksum.
 */
export function checkRun(length: u32, chunks: u32): u32 {
  return verifyEntries(findEntries(length, chunks, false));
}

/**
 * Fills ENTRIES; returns how many entries from the first on are whole and, if `onlyXor`, XOR chunks
 * that can hold the samples that they say.
 */
function findEntries(length: u32, chunks: u32, onlyXor: bool): u32 {
  let samples: u32 = 0;
  for (let i: u32 = 0; i < chunks; i++) {
    const place = placeOf(INPUT, load<u32>(OFFSETS + 4 * i), length);
    if (place == 0) return i;
    const at = <u32>(place >> 32);
    const bytes = <u32>place;
    const data = INPUT + at + 1;
    const count = countOf(data);
    if (onlyXor) {
      if (load<u8>(INPUT + at) != ENCODING_XOR) return i;
      // Every sample takes two bits at least.
      if (2 * count > 8 * (bytes - COUNT_BYTES)) return i;
      // Then the samples of a run fit into the output, unless its entries overlap.
      samples += count;
      if (samples > RUN_SAMPLES_MAX) return i;
    }
    const entry = entryAt(i);
    entry.at = at;
    entry.bytes = bytes;
    entry.count = count;
  }
  return chunks;
}

/** Returns how many of the `count` entries from the first on have the checksum that is stored. */
function verifyEntries(count: u32): u32 {
  for (let i: u32 = 0; i < count; i++) {
    const entry = entryAt(i);
    const crcAt = INPUT + entry.at + 1 + entry.bytes;
    if (crc32c(INPUT + entry.at, 1 + entry.bytes) != bswap(load<u32>(crcAt))) return i;
  }
  return count;
}
