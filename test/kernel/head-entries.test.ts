/** Entries of head chunk files as the kernel finds them, against the walk in TypeScript. */
import fc from 'fast-check';
import { HeadChunkEntries, OUT_OF_ORDER_FLAG } from '../../chunks/head-chunk-entry.js';
import { MemorySource } from '../../disk/byte-source.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import { HEAD_ENTRIES_BYTES_MAX, HeadEntries } from '../../kernel/head-entries.js';
import { CorruptionError } from '../../model/errors.js';

const time = fc.oneof(
  fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
  fc.constantFrom(0, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER),
);
const entry = fc.record({
  seriesRef: fc.oneof(fc.nat(5), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  minTime: time,
  maxTime: time,
  flags: fc.nat(0xff),
  dataLength: fc.oneof(fc.integer({ min: 4, max: 300 }), fc.integer({ min: 4, max: 20_000 })),
});
type Entry = typeof entry extends fc.Arbitrary<infer Of> ? Of : never;

function fileOf(all: readonly Entry[]): Uint8Array {
  const file = new ByteWriter();
  for (const { seriesRef, minTime, maxTime, flags, dataLength } of all) {
    const bytes = new ByteWriter().u64(seriesRef).u64(Math.min(minTime, maxTime));
    bytes.u64(Math.max(minTime, maxTime)).u8(flags).uvarint(dataLength);
    bytes.raw(Uint8Array.from({ length: dataLength }, (_, i) => i + flags));
    file.raw(bytes.bytes()).u32(crc32c(bytes.bytes()));
  }
  return file.bytes().slice();
}

/** A line an entry. */
function byKernel(bytes: Uint8Array): string[] {
  const found = new HeadEntries();
  found.scan(bytes.subarray(0, HEAD_ENTRIES_BYTES_MAX));
  const { refs, minTimes, maxTimes, starts, lengths, flags, counts } = found;
  return Array.from({ length: found.count }, (_, i) =>
    [starts[i], refs[i], minTimes[i], maxTimes[i], flags[i], lengths[i], counts[i]].join(' '),
  );
}

function byTypeScript(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  const entries = new HeadChunkEntries(new MemorySource(bytes), 0, 1000);
  try {
    while (entries.next()) {
      const { offset, seriesRef, minTime, maxTime, dataLength } = entries;
      const flags = entries.encoding | (entries.isOutOfOrder ? OUT_OF_ORDER_FLAG : 0);
      const [high, low] = entries.data();
      const fields = [offset, seriesRef, minTime, maxTime, flags, dataLength, 256 * high + low];
      lines.push(fields.join(' '));
    }
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
  }
  return lines;
}

describe('entries that the kernel finds', () => {
  it('are those of the file, up to one that is unusual or damaged', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 2 });
    let short = 0;
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), damage, (all, flips) => {
        const bytes = fileOf(all);
        for (const [at, bits] of flips) if (bytes.length > 0) bytes[at % bytes.length] ^= bits;
        const got = byKernel(bytes);
        const wanted = byTypeScript(bytes);
        expect(got).toEqual(wanted.slice(0, got.length));
        if (got.length < wanted.length) short++;
      }),
      { numRuns: 500 },
    );
    // Zero refs, and chunks of 16 KiB and more.
    expect(short).toBeLessThan(400);
  });

  it('are many at a time', () => {
    const all = Array.from({ length: 3000 }, (_, i): Entry => {
      return { seriesRef: i + 1, minTime: i, maxTime: i, flags: 1, dataLength: 4 };
    });
    const bytes = fileOf(all);
    const got = byKernel(bytes);
    expect(got.length).toBeGreaterThan(1800);
    expect(got).toEqual(byTypeScript(bytes).slice(0, got.length));
    expect(() => new HeadEntries().scan(bytes)).toThrow('fits');
  });
});
