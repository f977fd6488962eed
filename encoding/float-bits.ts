/**
 * Identity of sample values is identity of their 64 bits: two NaNs differ, -0 and 0 differ.
 *
 * The stale marker is a signalling NaN whose bits JavaScript loses in `number[]`, `Map`, spreads
 * and arithmetic, so it is tested in place, in the column that holds it.
 */

/** Upper and lower half of the stale marker, 0x7ff0000000000002 (model/value/value.go). */
export const STALE_NAN_HIGH = 0x7ff00000;
export const STALE_NAN_LOW = 0x00000002;

const scratch = new DataView(new ArrayBuffer(8));

/** A column of one stale marker, to copy from with `set` or `subarray`, never by value. */
export const STALE_NAN = new Float64Array(1);
new Uint32Array(STALE_NAN.buffer).set([STALE_NAN_LOW, STALE_NAN_HIGH]);

/** The halves of a column's values as 32-bit words: index 2i is the low half of value i. */
export function wordsOf(values: Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
}

/** Whether `values[index]` is the stale marker, by bits. */
export function isStaleAt(values: Float64Array, index: number): boolean {
  // Fast path: almost no value is a NaN, and only a NaN can be stale.
  if (values[index] === values[index]) return false;
  const words = wordsOf(values);
  return words[2 * index] === STALE_NAN_LOW && words[2 * index + 1] === STALE_NAN_HIGH;
}

/** Whether a number that came straight from a class field or a DataView is the stale marker. */
export function isStale(value: number): boolean {
  if (value === value) return false;
  scratch.setFloat64(0, value);
  return scratch.getUint32(0) === STALE_NAN_HIGH && scratch.getUint32(4) === STALE_NAN_LOW;
}
