/**
 * One sample as bits of an XOR chunk (chunks/xor.ts is the definition), appended in one go.
 *
 * Bits are collected at the top of a word, behind those that wait in the slot, and the word is
 * stored big-endian whatever it holds. The functions return where the next byte goes.
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

/** The first sample, of whole bytes. */
export function putFirst(slot: Slot, at: usize, time: f64, value: u64): usize {
  const whole = <i64>time;
  const end = putUvarint(at, <u64>((whole << 1) ^ (whole >> 63)));
  storeBig(end, value);
  slot.value = value;
  return end + 8;
}

/** The second one. */
export function putSecond(slot: Slot, at: usize, delta: f64, value: u64): usize {
  slot.delta = delta;
  return putValue(slot, putUvarint(at, <u64>delta), 0, 0, value);
}

function putUvarint(at: usize, value: u64): usize {
  for (; value >= 0x80; value >>= 7) store<u8>(at++, <u8>value | 0x80);
  store<u8>(at++, <u8>value);
  return at;
}

/** Any later one, whose dod fits into 20 bits: see `isLongDod`. */
// @ts-ignore: decorator
@inline
export function putSample(slot: Slot, at: usize, delta: f64, value: u64): usize {
  let word = <u64>slot.waiting << 56;
  let bits = <u64>slot.bits;
  const dod = delta - slot.delta;
  if (dod == 0) {
    bits += 1;
  } else {
    slot.delta = delta;
    const whole = reinterpret<u64>(dod + TO_INTEGER);
    if (dod > -8192 && dod <= 8192) {
      word |= (<u64>0b10 << 62 | (whole & 0x3fff) << 48) >> bits;
      bits += 16;
    } else if (dod > -65536 && dod <= 65536) {
      word |= (<u64>0b110 << 61 | (whole & 0x1ffff) << 44) >> bits;
      bits += 20;
    } else {
      word |= (<u64>0b1110 << 60 | (whole & 0xfffff) << 40) >> bits;
      bits += 24;
    }
  }
  return putValue(slot, at, word, bits, value);
}

/** Whether the dod takes 64 bits. */
// @ts-ignore: decorator
@inline
export function isLongDod(slot: Slot, delta: f64): bool {
  const dod = delta - slot.delta;
  return !(dod > -524288 && dod <= 524288);
}

/** Any later one whose dod takes 64 bits. */
export function putSampleLong(slot: Slot, at: usize, delta: f64, value: u64): usize {
  const dod = <u64>(<i64>(delta - slot.delta));
  const bits = <u64>slot.bits + 4;
  slot.delta = delta;
  storeBig(at, <u64>slot.waiting << 56 | <u64>0b1111 << (64 - bits) | dod >> bits);
  return putValue(slot, at + 8, dod << (64 - bits), bits, value);
}

/** The value, behind the `bits` (up to 44) at the top of `word` that are not stored yet. */
// @ts-ignore: decorator
@inline
function putValue(slot: Slot, at: usize, word: u64, bits: u64, value: u64): usize {
  const xor = value ^ slot.value;
  if (xor == 0) {
    bits += 1;
    storeBig(at, word);
    return putEnd(slot, at, word, bits);
  }
  slot.value = value;
  if ((xor & slot.outside) == 0) {
    word |= (<u64>0b10 << 62) >> bits;
    return putXor(slot, at, word, bits + 2, xor << <u64>slot.leading, slot.size);
  }
  const leading = min<u64>(clz(xor), 31);
  const trailing = ctz(xor);
  const size = 64 - leading - trailing;
  slot.leading = <u8>leading;
  slot.size = <u8>size;
  slot.outside = ~((<u64>~0 << trailing) & (<u64>~0 >> leading));
  word |= (<u64>0b11 << 62 | leading << 57 | (size & 63) << 51) >> bits;
  return putXor(slot, at, word, bits + 13, xor << leading, size);
}

/** The `size` bits at the top of `xor`, behind at least one of `word`. */
// @ts-ignore: decorator
@inline
function putXor(slot: Slot, at: usize, word: u64, bits: u64, xor: u64, size: u64): usize {
  word |= xor >> bits;
  storeBig(at, word);
  const end = bits + size;
  if (end < 64) return putEnd(slot, at, word, end);
  const rest = xor << (64 - bits);
  storeBig(at + 8, rest);
  return putEnd(slot, at + 8, rest, end - 64);
}

/** Keeps what is behind the whole bytes of `word`. */
// @ts-ignore: decorator
@inline
function putEnd(slot: Slot, at: usize, word: u64, bits: u64): usize {
  slot.waiting = <u8>((word << (bits & 56)) >> 56);
  slot.bits = <u8>(bits & 7);
  return at + <usize>(bits >> 3);
}
