/**
 * Replays log records of float samples, type 2 (wal/sample-record.ts is the definition), in one
 * pass: what is too old or not newer than its series' last sample is passed over without a look at
 * its value, the rest becomes rows.
 *
 *     2 <1b> | ref0 <8b> | t0 <8b> | ref - ref0 <varint> | t - t0 <varint> | value <8b> | …
 *
 * What is not as it usually is — another type, damage, times and refs beyond ±2^53 — is refused as
 * a whole and left to the codec in TypeScript, which tells what is wrong.
 */
import { STAGED_SLOTS, STAGED_TIMES, STAGED_VALUES } from './memory';
import { ENTRY_ASKED, ENTRY_UNKNOWN, entryOf } from './ref-slots';
import { loadBig } from './turned';
import { lastTimeAt } from './slot';

const TYPE_SAMPLES: u8 = 2;
const HEADER_BYTES: usize = 17;
const VALUE_BYTES: usize = 8;
/** Two varints of one byte and a value. */
const SAMPLE_BYTES_MIN: usize = 2 + VALUE_BYTES;
/** The largest integer that a double holds with all below it. */
const SAFE_MAX: i64 = 9007199254740991;
/** Times before it stay safe with a difference of up to two bytes. */
const NEAR_MAX: i64 = SAFE_MAX - 8192;
const REFUSED: u32 = ~0;

/** The slot of a ref that is none of a living series but stands for one; -1 if it does not. */
// @ts-ignore: decorator
@external('replay', 'slotOfAsked')
declare function slotOfAsked(ref: f64, time: f64): i32;

/** Samples that were met of refs that are not known. */
export let unknownSamples: u32 = 0;

/**
 * Stages what is to be appended of the `length` bytes at `start`, of samples from `minValidTime`
 * on, behind the first `rows` rows: there is room for it. Returns how many rows there are then; the
 * highest u32 where the record is refused, and nothing was counted.
 */
export function stageRecord(start: usize, length: u32, minValidTime: f64, rows: u32): u32 {
  if (length == 0 || load<u8>(start) != TYPE_SAMPLES) return REFUSED;
  if (length == 1) return rows;
  if (length < <u32>(HEADER_BYTES + SAMPLE_BYTES_MIN)) return REFUSED;
  const ref0 = <i64>loadBig(start + 1);
  const time0 = <i64>loadBig(start + 9);
  if (<u64>ref0 > <u64>SAFE_MAX || !isSafe(time0)) return REFUSED;
  const end = start + length;
  // Then short differences need no look at what is safe.
  const isNear = time0 > -NEAR_MAX && time0 < NEAR_MAX;
  let at = start + HEADER_BYTES;
  let row = <usize>rows;
  let unknown: u32 = 0;
  while (at < end) {
    // Nearly always both varints are within these bytes.
    let word = load<u64>(at);
    let ref = ref0;
    let time = time0;
    if ((word & 0x80) == 0) {
      ref += zigzag(word & 0x7f);
      word >>= 8;
      at += 1;
    } else if ((word & 0x8000) == 0) {
      ref += zigzag((word & 0x7f) | ((word >> 1) & 0x3f80));
      word >>= 16;
      at += 2;
    } else if ((word & 0x800000) == 0) {
      ref += zigzag((word & 0x7f) | ((word >> 1) & 0x3f80) | ((word >> 2) & 0x1fc000));
      word >>= 24;
      at += 3;
    } else {
      ref += readLongVarint(at);
      at = varintEnd;
      if (at == NOWHERE) return REFUSED;
      word = load<u64>(at);
    }
    if ((word & 0x80) == 0 && isNear) {
      time += zigzag(word & 0x7f);
      at += 1;
    } else if ((word & 0x8000) == 0 && isNear) {
      time += zigzag((word & 0x7f) | ((word >> 1) & 0x3f80));
      at += 2;
    } else {
      time += readLongVarint(at);
      at = varintEnd;
      if (at == NOWHERE || !isSafe(time)) return REFUSED;
    }
    const valueAt = at;
    at += VALUE_BYTES;
    if (at > end) return REFUSED;
    const ms = <f64>time;
    // A ref that is none at all is beyond those that have entries.
    const entry = entryOf(<u64>ref);
    let slot = entry - 1;
    if (slot >= ENTRY_ASKED - 1) {
      if (<u64>ref > <u64>SAFE_MAX) return REFUSED;
      if (ms < minValidTime) continue;
      if (entry == ENTRY_UNKNOWN) {
        unknown++;
        continue;
      }
      slot = <u32>slotOfAsked(<f64>ref, ms);
      if (<i32>slot < 0) continue;
    }
    if (ms <= load<f64>(lastTimeAt(slot)) || ms < minValidTime) continue;
    store<u32>(STAGED_SLOTS + 4 * row, slot);
    store<f64>(STAGED_TIMES + 8 * row, ms);
    store<u64>(STAGED_VALUES + 8 * row, loadBig(valueAt));
    row++;
  }
  unknownSamples += unknown;
  return <u32>row;
}

/** Copies bytes: JavaScript copies to and in shared memory byte by byte. */
export function copyBytes(to: usize, from: usize, length: u32): void {
  memory.copy(to, from, length);
}

// @ts-ignore: decorator
@inline
function zigzag(value: u64): i64 {
  return <i64>(value >> 1) ^ -<i64>(value & 1);
}

/** Whether a double holds the integer exactly, and all that are smaller. */
// @ts-ignore: decorator
@inline
function isSafe(integer: i64): bool {
  return <u64>(integer + SAFE_MAX) <= 2 * SAFE_MAX;
}

/** Where the varint that was read last ends; nowhere if it was none. */
let varintEnd: usize = 0;
const NOWHERE: usize = ~0;

/** Reads a zigzag varint of less than 2^55, as differences of safe integers are, at `at`. */
function readLongVarint(at: usize): i64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 56; shift += 7) {
    const byte = <u64>load<u8>(at++);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      varintEnd = at;
      return zigzag(value);
    }
  }
  varintEnd = NOWHERE;
  return 0;
}
