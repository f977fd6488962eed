/**
 * Encodes columns as one XOR chunk (chunks/xor.ts is the definition), by what the head appends
 * samples with (head/sample.ts).
 */
import { COUNT_BYTES } from './entry-place';
import {
  putFirst,
  putLongTime,
  putSample,
  putSecondTime,
  putValue,
  storeBig,
} from './head/sample';
import { Slot } from './head/slot';
import { ENCODER, INPUT, TIMES, TO_VALUES } from './memory';

const TIME_MAX: f64 = 9007199254740991;

/**
 * Encodes the `count` samples at TIMES and TIMES + TO_VALUES to INPUT and returns how many bytes
 * they are; 0 when a time is before the last one, too large, or too far from it.
 */
export function encodeXor(count: u32): u32 {
  const encoder = changetype<Slot>(ENCODER);
  store<u16>(INPUT, bswap<u16>(<u16>count));
  encoder.at = <u32>INPUT + COUNT_BYTES;
  encoder.word = 0;
  encoder.bits = 0;
  encoder.outside = ~0;
  let last: f64 = 0;
  for (let row: u32 = 0; row < count; row++) {
    const at = TIMES + 8 * <usize>row;
    const time = load<f64>(at);
    const value = load<u64>(at, TO_VALUES);
    const delta = time - last;
    if (!(abs(time) <= TIME_MAX)) return 0;
    if (row == 0) {
      putFirst(encoder, time, value);
    } else if (!(delta >= 0 && delta <= TIME_MAX)) {
      return 0;
    } else if (row == 1) {
      putSecondTime(encoder, delta);
      putValue(encoder, value);
    } else if (!putSample(encoder, delta, value)) {
      putLongTime(encoder, delta);
      putValue(encoder, value);
    }
    last = time;
  }
  storeBig(encoder.at, encoder.word);
  return encoder.at - <u32>INPUT + ((<u32>encoder.bits + 7) >> 3);
}
