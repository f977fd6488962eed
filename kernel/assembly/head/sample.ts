/**
 * One sample as bits of an XOR chunk (chunks/xor.ts is the definition), behind the slot's bits.
 *
 * A field is put as a word that has its bits at the top and zeros behind. Only whole words go into
 * blocks, and the one that is being filled waits in the slot. It is stored whether it is full or
 * not, and the position moves if it is: where fields end is not to be predicted, so branches would
 * cost more. A sample of up to 101 bits moves the position by two words at most, from the last one
 * of a block's data by one into the word of its link, which is not set before the block is left.
 */
import { Slot } from './slot';

/** Added to an integer within ±2^51 it makes the low bits of the double those of the integer. */
const TO_INTEGER: f64 = 6755399441055744; // 1.5 · 2^52

/** Stores a word big-endian: WebAssembly has no byte swap, but a shuffle. */
// @ts-ignore: decorator
@inline
export function storeBig(at: usize, word: u64): void {
  const words = i64x2.splat(word);
  v128.store64_lane(
    at,
    i8x16.shuffle(words, words, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8),
    0,
  );
}

// @ts-ignore: decorator
@inline
export function loadBig(at: usize): u64 {
  const words = v128.load64_zero(at);
  return i64x2.extract_lane(
    i8x16.shuffle(words, words, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8),
    0,
  );
}

/** The first sample: whole bytes, nine at least. */
export function putFirst(slot: Slot, time: f64, value: u64): void {
  const whole = <i64>time;
  putUvarint(slot, <u64>((whole << 1) ^ (whole >> 63)));
  put(slot, value, 64);
  slot.value = value;
  slot.delta = 0;
}

/** The time of the first sample of the chunk that begins with the block `first`. */
export function firstTime(first: usize): f64 {
  let bytes = loadBig(first);
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

/** The time of a later sample whose dod takes 64 bits. */
export function putLongTime(slot: Slot, delta: f64): void {
  put(slot, <u64>0b1111 << 60, 4);
  put(slot, <u64>(<i64>(delta - slot.delta)), 64);
  slot.delta = delta;
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
  const before = <u64>slot.bits;
  slot.word |= field >> before;
  let end = before + bits;
  if (end >= 64) {
    storeBig(slot.at, slot.word);
    slot.at += 8;
    slot.word = (field << 1) << (63 - before);
    end -= 64;
  }
  slot.bits = <u8>end;
}

/** Makes the window that of `xor` and returns what says so, 13 bits. */
// @ts-ignore: decorator
@inline
function newWindow(slot: Slot, xor: u64): u64 {
  const leading = min<u64>(clz(xor), 31);
  const trailing = ctz(xor);
  const size = 64 - leading - trailing;
  slot.leading = <u8>leading;
  slot.size = <u8>size;
  slot.outside = ~((<u64>~0 << trailing) & (<u64>~0 >> leading));
  return (<u64>0b11 << 62) | (leading << 57) | ((size & 63) << 51);
}

/**
 * Any sample behind the second: the fast path. False, and nothing was put, where its dod takes 64
 * bits.
 */
// @ts-ignore: decorator
@inline
export function putSample(slot: Slot, delta: f64, value: u64): bool {
  let head: u64 = 0;
  let headBits: u64 = 1;
  const dod = delta - slot.delta;
  if (dod != 0) {
    const whole = reinterpret<u64>(dod + TO_INTEGER);
    if (dod > -8192 && dod <= 8192) {
      head = (<u64>0b10 << 62) | ((whole & 0x3fff) << 48);
      headBits = 16;
    } else if (dod > -65536 && dod <= 65536) {
      head = (<u64>0b110 << 61) | ((whole & 0x1ffff) << 44);
      headBits = 20;
    } else if (dod > -524288 && dod <= 524288) {
      head = (<u64>0b1110 << 60) | ((whole & 0xfffff) << 40);
      headBits = 24;
    } else {
      return false;
    }
    slot.delta = delta;
  }
  let at = <usize>slot.at;
  let word = slot.word;
  let bits = <u64>slot.bits;
  const xor = value ^ slot.value;
  if (xor != 0) {
    slot.value = value;
    let size: u64;
    let field: u64;
    if ((xor & slot.outside) == 0) {
      head |= (<u64>0b10 << 62) >> headBits;
      headBits += 2;
      size = slot.size;
      field = xor << <u64>slot.leading;
    } else {
      head |= newWindow(slot, xor) >> headBits;
      headBits += 13;
      size = slot.size;
      field = xor << <u64>slot.leading;
    }
    if (headBits + size <= 64) {
      // Both in one word, as for counters.
      head |= field >> headBits;
      headBits += size;
    } else {
      // The head, here, and then the field, below.
      word |= head >> bits;
      storeBig(at, word);
      const rest = (head << 1) << (63 - bits);
      bits += headBits;
      const full = bits >> 6;
      word = ((word ^ rest) & (0 - full)) ^ word;
      at += <usize>(full << 3);
      bits &= 63;
      head = field;
      headBits = size;
    }
  } else {
    headBits += 1;
  }
  word |= head >> bits;
  storeBig(at, word);
  const rest = (head << 1) << (63 - bits);
  bits += headBits;
  const full = bits >> 6;
  slot.word = ((word ^ rest) & (0 - full)) ^ word;
  slot.bits = <u8>(bits & 63);
  slot.at = <u32>(at + <usize>(full << 3));
  return true;
}
