/** Frames that every decoder takes, ours and Node's, made by either encoder. */
import fc from 'fast-check';
import { decompressWith, portableDecoder, zstdDecompress } from '../../encoding/zstd.js';
import {
  loadPortableEncoder,
  loadZstdEncoder,
  nativeEncoder,
  type ZstdEncoder,
} from '../../encoding/zstd-encoder.js';

async function encoders(): Promise<ZstdEncoder[]> {
  const native = nativeEncoder();
  return [await loadPortableEncoder(), await loadZstdEncoder(), ...(native ? [native] : [])];
}

describe('a Zstandard frame', () => {
  it('holds what was compressed', async () => {
    for (const encode of await encoders()) {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
          expect(Buffer.from(zstdDecompress(encode(bytes), bytes.length))).toEqual(
            Buffer.from(bytes),
          );
        }),
        { numRuns: 50 },
      );
    }
  });

  it('is small where the bytes repeat, and of any size', async () => {
    const bytes = new Uint8Array(20 * 1024 * 1024).map((_, i) => (i >> 8) & 255);
    for (const encode of await encoders()) {
      const frame = encode(bytes);
      expect(frame.length).toBeLessThan(bytes.length / 50);
      const back = decompressWith(portableDecoder, frame, bytes.length);
      expect(Buffer.compare(back, bytes)).toBe(0);
    }
  });
});
