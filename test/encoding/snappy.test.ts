/** Snappy blocks: round trips, bombs that never go off, damage with a name. */
import fc from 'fast-check';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { snappyCompress, snappyDecompress } from '../../encoding/snappy.js';
import { DecodeError } from '../../model/errors.js';

const LIMIT = 1 << 20;

describe('a snappy block', () => {
  it('gives back what was compressed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.nat(40), (bytes, repeats) => {
        const input = new Uint8Array(Buffer.concat(Array<Uint8Array>(repeats).fill(bytes)));
        const output = snappyDecompress(snappyCompress(input), LIMIT);
        expect(Buffer.compare(output, input)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('may lie in the middle of a larger buffer', () => {
    const block = snappyCompress(new Uint8Array(100).fill(7));
    const around = new Uint8Array(block.length + 20).fill(0xff);
    around.set(block, 10);
    const output = snappyDecompress(around.subarray(10, 10 + block.length), LIMIT);
    expect(Buffer.compare(output, new Uint8Array(100).fill(7))).toBe(0);
  });

  it('is read from its known bytes', () => {
    // length 5 <uvarint> | literal of 5 <1b> | "hello"
    const block = Uint8Array.of(5, 4 << 2, 0x68, 0x65, 0x6c, 0x6c, 0x6f);
    expect(Buffer.from(snappyDecompress(block, LIMIT)).toString()).toBe('hello');
    expect(snappyDecompress(Uint8Array.of(0), LIMIT)).toHaveLength(0);
  });

  it('compresses at most 22 to 1, so that the densest block is still accepted', () => {
    const zeros = new Uint8Array(LIMIT);
    const block = snappyCompress(zeros);
    expect(block.length).toBeLessThan(LIMIT / 20);
    expect(Buffer.compare(snappyDecompress(block, LIMIT), zeros)).toBe(0);
  });

  function refuses(block: Uint8Array, message: string | RegExp): void {
    expect(() => snappyDecompress(block, LIMIT)).toThrow(DecodeError);
    expect(() => snappyDecompress(block, LIMIT)).toThrow(message);
  }

  it('that claims too much is refused before a byte is reserved', () => {
    const claim = (length: number): Uint8Array =>
      new ByteWriter().uvarint(length).raw(new Uint8Array(10)).bytes();
    refuses(claim(2 ** 32 - 1), 'snappy length 4294967295 exceeds the limit of 1048576');
    refuses(claim(2 ** 52), 'exceeds the limit');
    refuses(claim(LIMIT), `snappy length ${LIMIT} cannot come from 13 bytes`);
    refuses(snappyCompress(new Uint8Array(LIMIT + 1)), 'exceeds the limit');
  });

  it('that is cut anywhere is refused', () => {
    const input = Uint8Array.from({ length: 400 }, (_, i) => (i * i) >> 3);
    const block = snappyCompress(input);
    for (let length = 0; length < block.length; length++) {
      expect(() => snappyDecompress(block.subarray(0, length), LIMIT)).toThrow(DecodeError);
    }
  });

  it('that is damaged gives as many bytes as it claims, or is refused', () => {
    const block = snappyCompress(Uint8Array.from({ length: 200 }, (_, i) => (i * i) >> 3));
    for (let at = 0; at < block.length; at++) {
      for (const bit of [1, 0x80]) {
        const damaged = Uint8Array.from(block);
        damaged[at] ^= bit;
        try {
          expect(snappyDecompress(damaged, LIMIT).length).toBeLessThanOrEqual(22 * block.length);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }
    }
  });
});
