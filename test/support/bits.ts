/**
 * Sample values and bytes as text: tests compare bits, because NaNs and zeros differ only there.
 */

/** The 16 hex digits of a double that comes straight from a field or a typed array. */
export function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

/** The bits of a whole column, or of its first `count` rows. */
export function columnBits(column: Float64Array, count = column.length): string[] {
  const words = new Uint32Array(column.buffer, column.byteOffset, 2 * column.length);
  return Array.from({ length: count }, (_, i) => hexWord(words[2 * i + 1]) + hexWord(words[2 * i]));
}

export function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

export function hexOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function hexWord(word: number): string {
  return word.toString(16).padStart(8, '0');
}
