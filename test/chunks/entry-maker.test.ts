/** Entries that the kernel makes are those that TypeScript makes, byte for byte. */
import fc from 'fast-check';
import { ChunkEntries } from '../../chunks/chunk-entries.js';
import { EntryMaker } from '../../chunks/entry-maker.js';
import { copyHeadEntry, OUT_OF_ORDER_FLAG } from '../../chunks/head-chunk-entry.js';
import { MemorySource } from '../../disk/byte-source.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import { DecodeError } from '../../model/errors.js';

interface HeadChunk {
  readonly encoding: number;
  readonly data: Uint8Array;
}

/** The entries of a head chunk file, and where each begins. */
function fileOf(chunks: readonly HeadChunk[]): { source: MemorySource; offsets: number[] } {
  const file = new ByteWriter().u64(0);
  const offsets = chunks.map(({ encoding, data }, i) => {
    const offset = file.length;
    const entry = new ByteWriter()
      .u64(i + 1)
      .u64(1000 * i)
      .u64(1000 * i + 999);
    entry.u8(encoding).uvarint(data.length).raw(data);
    file.raw(entry.bytes()).u32(crc32c(entry.bytes()));
    return offset;
  });
  return { source: new MemorySource(file.bytes().slice()), offsets };
}

function texts(entries: ChunkEntries): string[] {
  return Array.from({ length: entries.count }, (_, i) => {
    const { bytes, starts } = entries;
    const entry = Buffer.from(bytes[i].subarray(starts[i], entries.endAt(i))).toString('hex');
    const data = Buffer.from(entries.dataAt(i)).toString('hex');
    return `${entries.encodingAt(i)} ${data} ${entry}`;
  });
}

const length = fc.oneof(fc.nat(300), fc.nat(1100), fc.nat(5000), fc.constant(70_000));
const chunk = fc
  .tuple(
    length,
    fc.nat(0x7f),
    fc.boolean(),
    fc.array(fc.nat(255), { minLength: 40, maxLength: 40 }),
  )
  .map(([bytes, encoding, isOutOfOrder, random]) => ({
    encoding: encoding | (isOutOfOrder ? OUT_OF_ORDER_FLAG : 0),
    // Bits of many kinds, cheaply.
    data: Uint8Array.from({ length: bytes + 2 }, (_, i) =>
      i < 40 ? random[i] : (i * i * 31 + (i >> 3)) & 255,
    ),
  }));

it('of entries of chunks_head and of bytes, whatever their length', () => {
  const maker = new EntryMaker();
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 20 }), (chunks) => {
      const { source, offsets } = fileOf(chunks);
      const [got, wanted] = [new ChunkEntries(), new ChunkEntries()];
      maker.clear();
      chunks.forEach(({ data, encoding }, i) => {
        maker.addHeadEntry(source, offsets[i], data.length, got);
        copyHeadEntry(source, offsets[i], data.length, wanted);
        maker.addData(encoding & 0x7f, data, 0, data.length, got);
        wanted.pushData(encoding & 0x7f, data, 0, data.length);
      });
      expect(texts(got)).toEqual(texts(wanted));
    }),
    { numRuns: 40 },
  );
});

describe('damage', () => {
  const data = Uint8Array.from({ length: 500 }, (_, i) => i);

  it('of any byte of an entry is found', () => {
    const { source, offsets } = fileOf([{ encoding: 1, data }]);
    const maker = new EntryMaker();
    for (let at = offsets[0]; at < source.size; at++) {
      const bytes = source.read(0, source.size).slice();
      bytes[at] ^= 1 << (at % 8);
      const entries = new ChunkEntries();
      maker.clear();
      const add = (): void =>
        maker.addHeadEntry(new MemorySource(bytes), offsets[0], data.length, entries);
      expect(add).toThrow(DecodeError);
      expect(entries.count).toBe(0);
    }
  });

  it('of what is said to lie there too', () => {
    const { source, offsets } = fileOf([{ encoding: 1, data }]);
    const maker = new EntryMaker();
    for (const wrong of [0, 100, 127, 128, 499]) {
      const entries = new ChunkEntries();
      expect(() => maker.addHeadEntry(source, offsets[0], wrong, entries)).toThrow(DecodeError);
    }
  });
});
