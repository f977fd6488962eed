/**
 * Encodes columns as one XOR chunk (chunks/xor.ts is the definition), by what the head appends
 * samples with (head/sample.ts).
 */
import { COUNT_BYTES } from './entry-place';
import {
  dodOf,
  isNear,
  putFirst,
  putSample,
  putSecondTime,
  putTime,
  putValue,
  storeBig,
} from './head/sample';
import { nextWordAt, Slot, stateAt, waitingBytes } from './head/slot';
import { ENCODER, INPUT, TIMES, TO_VALUES } from './memory';

const TIME_MAX: f64 = 9007199254740991;
/** Where words are put: they lie at multiples of eight. */
const WORDS: usize = (INPUT + COUNT_BYTES + 7) & ~7;

/**
 * Encodes the `count` samples at TIMES and TIMES + TO_VALUES to INPUT and returns how many bytes
 * they are; 0 when a time is before the last one, too large, or too far from it.
 */
export function encodeXor(count: u32): u32 {
  const encoder = changetype<Slot>(ENCODER);
  store<u16>(INPUT, bswap<u16>(<u16>count));
  encoder.word = 0;
  encoder.state = stateAt(WORDS, count);
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
    } else {
      const dod = dodOf(encoder, delta);
      if (isNear(dod)) {
        putSample(encoder, delta, dod, value);
      } else {
        putTime(encoder, delta);
        putValue(encoder, value);
      }
    }
    last = time;
  }
  const state = encoder.state;
  const bytes = nextWordAt(state) - WORDS;
  store<u64>(WORDS + bytes, encoder.word);
  const to = INPUT + COUNT_BYTES;
  for (let i: usize = 0; i <= bytes; i += 8) storeBig(to + i, load<u64>(WORDS + i));
  return COUNT_BYTES + <u32>bytes + waitingBytes(state);
}
