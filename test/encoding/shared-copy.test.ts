import fc from 'fast-check';
import { copyBytes } from '../../encoding/shared-copy.js';

const SIZE = 40 * 1024;
const memory = fc.constantFrom(SharedArrayBuffer, ArrayBuffer);
const offset = fc.nat(40);

describe('copying bytes to and from shared memory', () => {
  it('copies exactly what set copies, wherever both sides begin', () => {
    const length = fc.oneof(fc.nat(64), fc.constantFrom(4096, 32 * 1024, 32 * 1024 + 1, 36_000));
    fc.assert(
      fc.property(memory, memory, length, offset, offset, offset, (A, B, n, from, to, at) => {
        const source = new Uint8Array(new A(SIZE), from, n).map((_, i) => (i * 7 + n) % 251);
        const shared = new Uint8Array(new A(SIZE), from, n);
        shared.set(source);
        const target = new Uint8Array(new B(SIZE), to);
        const wanted = new Uint8Array(target.length);
        wanted.set(source, at);
        copyBytes(shared, target, at);
        expect(Buffer.compare(target, wanted)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what has no room, and writes nothing', () => {
    const target = new Uint8Array(new SharedArrayBuffer(16));
    expect(() => copyBytes(new Uint8Array(9).fill(1), target, 8)).toThrow('out of bounds');
    expect([...target].every((byte) => byte === 0)).toBe(true);
  });
});
