/** Zstandard frames, with the output bounded while it is made. */
import { Decompress } from 'fzstd';
import { DecodeError, messageOf } from '../model/errors.js';

/** The bytes that `compressed` holds; a `DecodeError` for damage or for more than `lengthMax`. */
export function zstdDecompress(compressed: Uint8Array, lengthMax: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((part) => {
    length += part.length;
    if (length > lengthMax)
      throw new DecodeError(`zstd output exceeds the limit of ${lengthMax}`, 0);
    parts.push(part.slice());
  });
  try {
    stream.push(compressed, true);
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    throw new DecodeError(`zstd: ${messageOf(error)}`, 0);
  }
  return parts.length === 1 ? parts[0] : Buffer.concat(parts, length);
}
