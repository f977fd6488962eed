/**
 * The fast half of reading sample records: varints of up to four bytes and doubles, unchecked.
 *
 * The caller makes sure that enough bytes follow, once a sample, and looks at `isLong` once a
 * sample: then the sample is to be read again with the checked `ByteReader`. With this, decoding a
 * record takes about a third of the time that the checked reader takes (10 instead of 34 ns a
 * sample).
 */

/** What a varint takes at most in here. */
export const SHORT_VARINT_BYTES = 4;

export class VarintCursor {
  offset: number;
  /** Set once a varint was longer; what was read since is without meaning. */
  isLong = false;
  private readonly bytes: Uint8Array;
  private readonly data: DataView;

  constructor(bytes: Uint8Array, offset: number) {
    this.bytes = bytes;
    this.offset = offset;
    this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A zigzag varint. */
  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.offset++];
    let raw = byte & 0x7f;
    if (byte >= 0x80) {
      byte = bytes[this.offset++];
      raw |= (byte & 0x7f) << 7;
      if (byte >= 0x80) {
        byte = bytes[this.offset++];
        raw |= (byte & 0x7f) << 14;
        if (byte >= 0x80) {
          byte = bytes[this.offset++];
          raw |= (byte & 0x7f) << 21;
          if (byte >= 0x80) this.isLong = true;
        }
      }
    }
    return (raw >>> 1) ^ -(raw & 1);
  }

  u8(): number {
    return this.bytes[this.offset++];
  }

  /** A double, bits kept: for a typed array. */
  f64(): number {
    const at = this.offset;
    this.offset = at + 8;
    return this.data.getFloat64(at);
  }
}
