/** Zstandard frames: both decoders, and what neither is shown. */
import {
  decompressWith,
  nativeDecoder,
  portableDecoder,
  zstdDecompress,
  type ZstdDecoder,
} from '../../encoding/zstd.js';
import { DecodeError } from '../../model/errors.js';
import { bytesOfHex } from '../support/bits.js';
import { zstdFrame } from '../support/wal-builder.js';

/** A real frame by the zstd command, level 3, with a checksum: this text four times. */
const TEXT = 'a record is delivered as it was written or not at all\n'.repeat(4);
const FRAME = bytesOfHex(
  '28b52ffd24d8fd0100640361207265636f72642069732064656c69766572656420617320697420776173' +
    '207772697474656e206f72206e6f7420617420616c6c0a0100f6c99482025184e68f',
);
const LIMIT = 1024 * 1024;

const decoders: [string, ZstdDecoder][] = [['portable', portableDecoder]];
const native = nativeDecoder();
if (native !== null) decoders.push(['native', native]);

describe.each(decoders)('the %s decoder', (_, decoder) => {
  const unpack = (frame: Uint8Array, limit = LIMIT): Uint8Array =>
    decompressWith(decoder, frame, limit);

  it('unpacks what another encoder packed', () => {
    expect(Buffer.from(unpack(FRAME)).toString()).toBe(TEXT);
  });

  it('unpacks raw blocks, repeated bytes and nothing', () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
    expect(Buffer.compare(unpack(zstdFrame(bytes)), bytes)).toBe(0);
    expect(unpack(zstdFrame(Uint8Array.of(7), 200_000)).every((byte) => byte === 7)).toBe(true);
    expect(unpack(zstdFrame(new Uint8Array(0))).length).toBe(0);
    expect(unpack(zstdFrame(new Uint8Array(0)), 0).length).toBe(0);
  });

  it('stops at the limit, whether the frame says its size or not', () => {
    expect(unpack(FRAME, TEXT.length).length).toBe(TEXT.length);
    for (const frame of [FRAME, zstdFrame(Uint8Array.of(1), 2 ** 28)]) {
      expect(() => unpack(frame, TEXT.length - 1)).toThrow(/exceeds the limit of 215/);
    }
  });

  it('names every truncation a DecodeError', () => {
    for (let length = 0; length < FRAME.length; length++) {
      expect(() => unpack(FRAME.subarray(0, length))).toThrow(DecodeError);
    }
  });

  it('throws nothing but DecodeErrors for flipped bytes', () => {
    for (let offset = 0; offset < FRAME.length; offset++) {
      for (const mask of [1, 16, 128, 255]) {
        const flipped = Uint8Array.from(FRAME);
        flipped[offset] ^= mask;
        try {
          expect(unpack(flipped).length).toBeLessThanOrEqual(LIMIT);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }
    }
  });
});

describe('a frame', () => {
  const frames: [string, string, RegExp][] = [
    ['nothing', '', /no frame/],
    ['other bytes', '0102030405060708', /no frame/],
    ['a skippable frame', '502a4d1800000000', /no frame/],
    ['a header that is cut off', '28b52ffde0000000', /header is cut off/],
    ['a dictionary', '28b52ffd0138010000', /dictionary/],
    ['a window of 2 GiB', '28b52ffd00a8010000', /window of 2147483648 exceeds 8388608/],
    ['a content and window of 2^40', '28b52ffde00000000000010000010000', /window of 1099511627776/],
    ['no block', '28b52ffd0038', /a block is missing/],
    ['no last block', '28b52ffd0038000000', /a block is missing/],
    ['a block beyond the end', '28b52ffd0038090000', /cut off/],
    ['two frames', '28b52ffd0038010000'.repeat(2), /bytes follow the frame/],
    ['a reserved block type', '28b52ffd0038070000', /zstd/],
    ['less content than it says', '28b52ffd2005090000aa', /1 bytes came out, not 5|corruption/],
  ];
  it.each(frames)('with %s is a DecodeError', (_, hex, message) => {
    expect(() => zstdDecompress(bytesOfHex(hex), LIMIT)).toThrow(DecodeError);
    expect(() => zstdDecompress(bytesOfHex(hex), LIMIT)).toThrow(message);
  });
});
