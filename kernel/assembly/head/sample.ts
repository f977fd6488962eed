/**
 * One sample as bits of an XOR chunk (chunks/xor.ts is the definition), behind the slot's bits.
 *
 * A field is put as a word that has its bits at the top and zeros behind. It is stored as two
 * words, whether it reaches into the second one or not, and behind the next bit there are always
 * zeros: where fields end is not to be predicted, so branches would cost more. A sample moves the
 * position by two words at most: from the last one of the tail's line into those behind it.
 */
import { nextWordAt, Slot, waitingBits, withBits, withSample } from './slot';

/** Added to an integer within ±2^51 it makes the low bits of the double those of the integer. */
const TO_INTEGER: f64 = 6755399441055744; // 1.5 · 2^52
/** Dods that take 14 bits are above -8192, and not above 8192. */
const NEAR_MAX: i64 = 8192;
const MIDDLE_MAX: i64 = 65536;
const FAR_MAX: i64 = 524288;

/** The first sample: whole bytes, nine at least. */
export function putFirst(slot: Slot, time: f64, value: u64): void {
  const whole = <i64>time;
  putUvarint(slot, <u64>((whole << 1) ^ (whole >> 63)));
  put(slot, value, 64);
  slot.value = value;
  slot.delta = 0;
}

/** The time of the first sample of the chunk whose first eight bytes are in `bytes`. */
export function firstTime(bytes: u64): f64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; ; shift += 7, bytes <<= 8) {
    value |= ((bytes >> 56) & 0x7f) << shift;
    if (<i64>bytes >= 0) break;
  }
  return <f64>(<i64>(value >> 1) ^ -<i64>(value & 1));
}

/** The time of the second sample. */
export function putSecondTime(slot: Slot, delta: f64): void {
  putUvarint(slot, <u64>delta);
  slot.delta = delta;
}

/** An integer of up to 56 bits. */
function putUvarint(slot: Slot, value: u64): void {
  let word: u64 = 0;
  let bits: u64 = 8;
  for (; value >= 0x80; value >>= 7, bits += 8) word |= ((value & 0x7f) | 0x80) << (64 - bits);
  put(slot, word | (value << (64 - bits)), bits);
}

/** The dod of a later sample. */
// @ts-ignore: decorator
@inline
export function dodOf(slot: Slot, delta: f64): i64 {
  return smallInteger(delta - slot.delta);
}

/** An integer within ±2^51; what it makes of any other number is none within ±2^50. */
// @ts-ignore: decorator
@inline
export function smallInteger(integer: f64): i64 {
  return reinterpret<i64>(integer + TO_INTEGER) - reinterpret<i64>(TO_INTEGER);
}

/** Whether it is none, or one of 14 bits. */
// @ts-ignore: decorator
@inline
export function isNear(dod: i64): bool {
  return isWithin(dod, NEAR_MAX);
}

// @ts-ignore: decorator
@inline
function isWithin(dod: i64, limit: i64): bool {
  return <u64>(dod + (limit - 1)) < <u64>(2 * limit);
}

/** The time of a later sample, whatever its dod is. */
export function putTime(slot: Slot, delta: f64): void {
  const dod = <i64>(delta - slot.delta);
  slot.delta = delta;
  if (dod == 0) {
    put(slot, 0, 1);
  } else if (isWithin(dod, NEAR_MAX)) {
    put(slot, nearHead(dod), 16);
  } else if (isWithin(dod, MIDDLE_MAX)) {
    put(slot, (<u64>0b110 << 61) | ((<u64>dod & 0x1ffff) << 44), 20);
  } else if (isWithin(dod, FAR_MAX)) {
    put(slot, (<u64>0b1110 << 60) | ((<u64>dod & 0xfffff) << 40), 24);
  } else {
    put(slot, <u64>0b1111 << 60, 4);
    put(slot, <u64>dod, 64);
  }
}

// @ts-ignore: decorator
@inline
function nearHead(dod: i64): u64 {
  return (<u64>0b10 << 62) | ((<u64>dod & 0x3fff) << 48);
}

/** The value behind a time that was put by itself. */
export function putValue(slot: Slot, value: u64): void {
  const xor = value ^ slot.value;
  slot.value = value;
  if (xor == 0) {
    put(slot, 0, 1);
  } else if ((xor & slot.outside) == 0) {
    put(slot, <u64>0b10 << 62, 2);
    put(slot, xor << <u64>slot.leading, slot.size);
  } else {
    put(slot, newWindow(slot, xor), 13);
    put(slot, xor << <u64>slot.leading, slot.size);
  }
}

/** The `bits` (1 to 64) at the top of `field`. */
function put(slot: Slot, field: u64, bits: u64): void {
  putWord(slot, field, withBits(slot.state, bits));
}

/** Makes the window that of `xor` and returns what says so, 13 bits. */
function newWindow(slot: Slot, xor: u64): u64 {
  const leading = min<u64>(clz(xor), 31);
  const trailing = ctz(xor);
  setWindow(slot, leading, trailing);
  return windowHead(leading, 64 - leading - trailing);
}

// @ts-ignore: decorator
@inline
function setWindow(slot: Slot, leading: u64, trailing: u64): void {
  slot.leading = <u8>leading;
  slot.size = <u8>(64 - leading - trailing);
  slot.outside = ~((<u64>~0 << trailing) & (<u64>~0 >> leading));
}

// @ts-ignore: decorator
@inline
function windowHead(leading: u64, size: u64): u64 {
  return (<u64>0b11 << 62) | (leading << 57) | ((size & 63) << 51);
}

/**
 * A sample behind the second whose dod is near: the fast path. Returns the state that the slot has
 * then.
 */
// @ts-ignore: decorator
@inline
export function putSample(slot: Slot, delta: f64, dod: i64, value: u64): u32 {
  if (dod == 0) return putBehind(slot, 0, 1, value);
  slot.delta = delta;
  return putBehind(slot, nearHead(dod), 16, value);
}

/** The `headBits` of a time, a constant, and a value. */
// @ts-ignore: decorator
@inline
function putBehind(slot: Slot, head: u64, headBits: u64, value: u64): u32 {
  const xor = value ^ slot.value;
  if (xor == 0) return putWord(slot, head, withSample(slot.state, headBits + 1));
  slot.value = value;
  if ((xor & slot.outside) == 0) {
    headBits += 2;
    const size = <u64>slot.size;
    const field = xor << <u64>slot.leading;
    const next = withBits(withSample(slot.state, headBits), size);
    head |= ((<u64>0b10 << 62) >> (headBits - 2)) | (field >> headBits);
    // For a head of one bit nearly always.
    if (headBits < 16 && size <= 64 - headBits) return putWord(slot, head, next);
    return putWords(slot, head, field << (64 - headBits), next);
  }
  headBits += 13;
  const leading = min<u64>(clz(xor), 31);
  const trailing = ctz(xor);
  const size = 64 - leading - trailing;
  setWindow(slot, leading, trailing);
  const field = xor << leading;
  const next = withBits(withSample(slot.state, headBits), size);
  head |= (windowHead(leading, size) >> (headBits - 13)) | (field >> headBits);
  return putWords(slot, head, field << (64 - headBits), next);
}

/** The bits at the top of `field`, behind a slot's bits, so that `next` is its state. */
// @ts-ignore: decorator
@inline
function putWord(slot: Slot, field: u64, next: u32): u32 {
  const state = slot.state;
  const at = nextWordAt(slot, state);
  store<u64>(at, load<u64>(at) | (field >> waitingBits(state)));
  store<u64>(at, restOf(field, state), 8);
  slot.state = next;
  return next;
}

/** The bits at the top of two words, likewise. */
// @ts-ignore: decorator
@inline
function putWords(slot: Slot, high: u64, low: u64, next: u32): u32 {
  const state = slot.state;
  const at = nextWordAt(slot, state);
  store<u64>(at, load<u64>(at) | (high >> waitingBits(state)));
  store<u64>(at, restOf(high, state) | (low >> waitingBits(state)), 8);
  store<u64>(at, restOf(low, state), 16);
  slot.state = next;
  return next;
}

/** What of a field does not go into the word that is filled; all bits of it may. */
// @ts-ignore: decorator
@inline
function restOf(field: u64, state: u32): u64 {
  return (field << 1) << (~waitingBits(state) & 63);
}
