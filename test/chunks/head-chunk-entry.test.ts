/** Walking the entries of a head chunk file in stretches. */
import fc from 'fast-check';
import {
  ENTRY_BYTES_MAX,
  HeadChunkEntries,
  OUT_OF_ORDER_FLAG,
} from '../../chunks/head-chunk-entry.js';
import { MemorySource } from '../../disk/byte-source.js';
import { PreadSource } from '../../disk/pread-source.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import { CorruptionError } from '../../model/errors.js';
import { openSync, statSync } from 'node:fs';
import { scratchFile } from '../support/scratch.js';

interface Fields {
  readonly seriesRef: number;
  readonly minTime: number;
  readonly maxTime: number;
  readonly encoding: number;
  readonly isOutOfOrder: boolean;
  readonly dataLength: number;
}

function fileOf(all: readonly Fields[], padding: number): Uint8Array {
  const file = new ByteWriter();
  for (const { seriesRef, minTime, maxTime, encoding, isOutOfOrder, dataLength } of all) {
    const entry = new ByteWriter().u64(seriesRef).u64(minTime).u64(maxTime);
    entry.u8(encoding | (isOutOfOrder ? OUT_OF_ORDER_FLAG : 0));
    entry.uvarint(dataLength).raw(new Uint8Array(dataLength).fill(seriesRef));
    file.raw(entry.bytes()).u32(crc32c(entry.bytes()));
  }
  return file.raw(new Uint8Array(padding)).bytes().slice();
}

function walk(entries: HeadChunkEntries): Fields[] {
  const found: Fields[] = [];
  while (entries.next()) {
    const { seriesRef, minTime, maxTime, encoding, isOutOfOrder, dataLength } = entries;
    found.push({ seriesRef, minTime, maxTime, encoding, isOutOfOrder, dataLength });
    expect(entries.data().length).toBe(dataLength);
    expect(entries.data().every((byte) => byte === seriesRef % 256)).toBe(true);
  }
  return found;
}

describe('the entries of a file', () => {
  it('come out as they went in, whatever the stretches and the padding', () => {
    const time = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });
    const entry = fc
      .record({
        seriesRef: fc.integer({ min: 1, max: 2 ** 50 }),
        minTime: time,
        maxTime: time,
        encoding: fc.nat(0x7f),
        isOutOfOrder: fc.boolean(),
        // An entry shorter than the longest header would be taken for a cut-off one at the end.
        dataLength: fc.integer({ min: 4, max: 300 }),
      })
      .map((fields) => ({ ...fields, maxTime: Math.max(fields.minTime, fields.maxTime) }));
    const blockBytes = fc.constantFrom(1, ENTRY_BYTES_MAX, 64, 1000, 65_536, 100_000);
    fc.assert(
      fc.property(fc.array(entry), fc.nat(50), blockBytes, (all, padding, size) => {
        const source = new MemorySource(fileOf(all, padding));
        expect(walk(new HeadChunkEntries(source, 0, size))).toEqual(all);
      }),
    );
  });

  it('larger than a stretch, and over the edge of one, are read from a real file', () => {
    const all = Array.from({ length: 60 }, (_, i) => ({
      seriesRef: i + 1,
      minTime: i,
      maxTime: i,
      encoding: 1,
      isOutOfOrder: false,
      dataLength: i === 30 ? 70_000 : 1000 + i,
    }));
    const path = scratchFile(fileOf(all, 0));
    const source = new PreadSource(path, openSync(path, 'r'), statSync(path).size);
    for (const size of [32_768, 65_536]) {
      expect(walk(new HeadChunkEntries(source, 0, size))).toEqual(all);
    }
    source.close();
  });

  it('may be walked from any of them on', () => {
    const all = [1, 2].map((seriesRef) => ({
      seriesRef,
      minTime: 0,
      maxTime: 1,
      encoding: 4,
      isOutOfOrder: true,
      dataLength: 20,
    }));
    const source = new MemorySource(fileOf(all, 0));
    const entries = new HeadChunkEntries(source, source.size / 2, 1000);
    expect(walk(entries)).toEqual(all.slice(1));
    expect(entries.offset).toBe(source.size);
  });

  it('that are wrong are CorruptionErrors at their offsets in the file', () => {
    const all = [1, 2, 3].map((seriesRef) => ({
      seriesRef,
      minTime: 0,
      maxTime: 1,
      encoding: 1,
      isOutOfOrder: false,
      dataLength: 20,
    }));
    const bytes = fileOf(all, 0);
    const second = bytes.length / 3;
    bytes[second + 40] ^= 1;
    for (const blockBytes of [1, 60, 1000, 65_536]) {
      const entries = new HeadChunkEntries(new MemorySource(bytes, '/x'), 0, blockBytes);
      expect(entries.next()).toBe(true);
      expect(() => entries.next()).toThrow(CorruptionError);
      expect(() => entries.next()).toThrow(`/x: corrupt at byte ${second}: chunk checksum`);
    }
  });
});
