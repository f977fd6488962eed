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
} from './head/sample';
import { hasLine, LINE_BYTES, Slot, tailBytes, tailOf, takeLine } from './head/slot';
import { copyTurned } from './head/turned';
import { ENCODER, INPUT, TIMES, TO_VALUES } from './memory';

const TIME_MAX: f64 = 9007199254740991;

/** Where the next line of the chunk goes. */
let end: usize = 0;

/**
 * Encodes the `count` samples at TIMES and TIMES + TO_VALUES to INPUT and returns how many bytes
 * they are; 0 when a time is before the last one, too large, or too far from it.
 */
export function encodeXor(count: u32): u32 {
  const encoder = changetype<Slot>(ENCODER);
  store<u16>(INPUT, bswap<u16>(<u16>count));
  end = INPUT + COUNT_BYTES;
  encoder.state = count;
  store<u64>(tailOf(encoder), 0);
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
        settle(encoder);
        putValue(encoder, value);
      }
    }
    settle(encoder);
    last = time;
  }
  copyTurned(tailOf(encoder), end, tailBytes(encoder));
  return <u32>(end - INPUT) + tailBytes(encoder);
}

/** The tail has room for one field. */
// @ts-ignore: decorator
@inline
function settle(encoder: Slot): void {
  if (!hasLine(encoder.state)) return;
  takeLine(encoder, end);
  end += LINE_BYTES;
}
