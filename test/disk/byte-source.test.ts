/** One contract, three kinds of `ByteSource`: mapped, read by position, in memory. */
import { closeSync, openSync } from 'node:fs';
import fc from 'fast-check';
import { type ByteSource, MemorySource } from '../../disk/byte-source.js';
import { loadMmapAddon, MmapSource } from '../../disk/mmap-source.js';
import { PreadSource } from '../../disk/pread-source.js';
import { ClosedError, DecodeError } from '../../model/errors.js';
import { scratchFile } from '../support/scratch.js';

/** Larger than pread's window, and no multiple of a page. */
const BYTES = Uint8Array.from({ length: 100_003 }, (_, i) => (i * 31 + (i >> 8)) & 0xff);

const KINDS: Readonly<Record<string, (bytes: Uint8Array) => ByteSource>> = {
  mmap: (bytes) => {
    const addon = loadMmapAddon();
    if (addon instanceof Error) throw addon;
    const path = scratchFile(bytes);
    const fd = openSync(path, 'r');
    try {
      return new MmapSource(addon, path, fd, bytes.length);
    } finally {
      closeSync(fd);
    }
  },
  pread: (bytes) => {
    const path = scratchFile(bytes);
    return new PreadSource(path, openSync(path, 'r'), bytes.length);
  },
  memory: (bytes) => new MemorySource(bytes),
};

describe.each(Object.keys(KINDS))('a byte source of kind %s', (kind) => {
  let source: ByteSource;
  beforeEach(() => {
    source = KINDS[kind](BYTES);
  });
  afterEach(() => {
    source.close();
  });

  it('says what it is', () => {
    expect(source.kind).toBe(kind);
    expect(source.size).toBe(BYTES.length);
  });

  it('reads and peeks any range within the file', () => {
    const ranges = fc.tuple(fc.nat(BYTES.length), fc.nat(70_000), fc.boolean());
    fc.assert(
      fc.property(fc.array(ranges, { maxLength: 20 }), (reads) => {
        for (const [offset, wanted, isPeek] of reads) {
          const length = Math.min(wanted, BYTES.length - offset);
          const got = isPeek ? source.peek(offset, length) : source.read(offset, length);
          expect(Buffer.compare(got, BYTES.subarray(offset, offset + length))).toBe(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('gives single bytes', () => {
    for (const offset of [0, 40_000, 7, BYTES.length - 1]) {
      expect(source.byteAt(offset)).toBe(BYTES[offset]);
    }
    for (const offset of [-1, BYTES.length, 0.5 + BYTES.length, NaN]) {
      expect(() => source.byteAt(offset)).toThrow(DecodeError);
    }
  });

  it('keeps what was read while other ranges are read and peeked', () => {
    const first = source.read(10, 50);
    source.read(50_000, 50);
    source.peek(70_000, 50);
    expect(first).toEqual(BYTES.slice(10, 60));
  });

  it('reads nothing at either end', () => {
    expect(source.read(0, 0)).toHaveLength(0);
    expect(source.peek(BYTES.length, 0)).toHaveLength(0);
  });

  it.each([
    [-1, 1],
    [0, -1],
    [0, BYTES.length + 1],
    [BYTES.length, 1],
    [2 ** 53, 1],
    [1, 2 ** 53],
    [NaN, 1],
    [1, NaN],
  ])('refuses the range from %d of %d bytes', (offset, length) => {
    expect(() => source.read(offset, length)).toThrow(DecodeError);
    expect(() => source.peek(offset, length)).toThrow(DecodeError);
  });

  it('takes every advice', () => {
    for (const advice of ['normal', 'random', 'sequential', 'willneed', 'dontneed'] as const) {
      source.advise(advice);
      expect(source.read(5, 3)).toEqual(BYTES.slice(5, 8));
    }
  });

  it('is closed after close, however often', () => {
    source.read(0, 1);
    source.close();
    source.close();
    expect(() => source.read(0, 1)).toThrow(ClosedError);
    expect(() => source.peek(0, 1)).toThrow(ClosedError);
    expect(() => source.advise('random')).toThrow(ClosedError);
    expect(() => source.residentBytes()).toThrow(ClosedError);
  });
});
