/** Head chunk files as they are written: what was appended is found again, whatever the disk does. */
import type { HeadChunk } from '../../chunks/head-chunk-list.js';
import { HeadChunkFiles } from '../../chunks/head-chunks.js';
import { HeadChunkWriter, type HeadChunkWriterOptions } from '../../chunks/head-chunk-writer.js';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import { AssertionError } from '../../model/assert.js';
import { ClosedError, DiskError, NoSpaceError } from '../../model/errors.js';
import { atOnce } from '../../model/steps.js';
import { bytesOfHex } from '../support/bits.js';
import { scratchFolder } from '../support/scratch.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const DIR = 'chunks_head';
const XOR_DATA = bytesOfHex('0004003ff00000000000009875d80c81f4c267ff80');
const HEADER_BYTES = 8;
const ENTRY_BYTES = 8 + 8 + 8 + 1 + 1 + XOR_DATA.length + 4;
const TWO_32 = 2 ** 32;

function entry(seriesRef: number, maxTime = 45_500): Uint8Array {
  const out = new ByteWriter().u64(seriesRef).u64(0).u64(maxTime).u8(1);
  out.uvarint(XOR_DATA.length).raw(XOR_DATA);
  return out.u32(crc32c(out.bytes())).bytes().slice();
}

function memoryDisk(): WritableMemoryDisk {
  return new WritableMemoryDisk([DIR]);
}

function open(disk: WritableMemoryDisk, options: HeadChunkWriterOptions = {}): HeadChunkWriter {
  return new HeadChunkWriter(disk, DIR, options);
}

function scan(disk: WritableMemoryDisk): readonly HeadChunk[] {
  const files = atOnce(HeadChunkFiles.open(disk, DIR));
  expect(files.problems).toEqual([]);
  files.close();
  return files.chunks;
}

function namesIn(disk: WritableMemoryDisk): string[] {
  return disk.list(DIR).map(({ name }) => name);
}

/** Files of so many entries. */
function filesOf(entries: number): HeadChunkWriterOptions {
  return { fileBytesMax: HEADER_BYTES + entries * ENTRY_BYTES };
}

describe('entries', () => {
  it('are found again by the refs that they were given', async () => {
    const disk = memoryDisk();
    const writer = open(disk, filesOf(3));
    const refs = Array.from({ length: 8 }, (_, i) => writer.append(entry(i + 1), 45_500));
    await writer.close();
    expect(scan(disk).map(({ ref, seriesRef }) => [ref, seriesRef])).toEqual(
      refs.map((ref, i) => [ref, i + 1]),
    );
    expect(refs.slice(0, 4)).toEqual([
      TWO_32 + HEADER_BYTES,
      TWO_32 + HEADER_BYTES + ENTRY_BYTES,
      TWO_32 + HEADER_BYTES + 2 * ENTRY_BYTES,
      2 * TWO_32 + HEADER_BYTES,
    ]);
    expect(disk.files.get(`${DIR}/000001`)).toHaveLength(HEADER_BYTES + 3 * ENTRY_BYTES);
    expect(disk.files.get(`${DIR}/000003`)).toHaveLength(HEADER_BYTES + 2 * ENTRY_BYTES);
    expect(disk.openFiles).toBe(0);
  });

  it('make known bytes', async () => {
    const disk = memoryDisk();
    const writer = open(disk);
    writer.append(entry(1), 45_500);
    await writer.close();
    expect(Buffer.from(disk.files.get(`${DIR}/000001`) ?? []).toString('hex')).toBe(
      `0130bc9101000000${Buffer.from(entry(1)).toString('hex')}`,
    );
    expect(disk.log).toEqual([
      `create ${DIR}/000001`,
      `sync ${DIR}/`,
      `write ${DIR}/000001`,
      `sync ${DIR}/000001`,
    ]);
  });

  it('that come together stay together', () => {
    const disk = memoryDisk();
    const writer = open(disk, filesOf(3));
    const two = (series: number): Buffer => Buffer.concat([entry(series), entry(series + 1)]);
    expect(writer.append(two(1), 0)).toBe(TWO_32 + HEADER_BYTES);
    expect(writer.append(two(3), 0)).toBe(2 * TWO_32 + HEADER_BYTES);
    writer.flush();
    expect(scan(disk)).toHaveLength(4);
  });

  it('wait in the buffer until it is full or flushed, and are readable there', () => {
    const disk = memoryDisk();
    const writer = open(disk, { bufferBytes: HEADER_BYTES + 2 * ENTRY_BYTES });
    const first = writer.append(entry(1), 0);
    const second = writer.append(entry(2), 0);
    expect(disk.log).toEqual([]);
    const both = Buffer.concat([entry(1), entry(2)]);
    expect(Buffer.from(writer.buffered(first) ?? [])).toEqual(both);
    expect(Buffer.from(writer.buffered(second) ?? [])).toEqual(Buffer.from(entry(2)));
    const third = writer.append(entry(3), 0);
    expect(writer.buffered(first)).toBeNull();
    expect(Buffer.from(writer.buffered(third) ?? [])).toEqual(Buffer.from(entry(3)));
    expect(scan(disk)).toHaveLength(2);
    writer.flush();
    writer.flush();
    expect(writer.buffered(third)).toBeNull();
    expect(scan(disk)).toHaveLength(3);
    expect(() => writer.buffered(third + ENTRY_BYTES)).toThrow(AssertionError);
  });
});

describe('a file', () => {
  it('is begun when told, with the next entry, and its number follows those on the disk', async () => {
    const disk = memoryDisk();
    const writer = open(disk);
    writer.cutFile();
    writer.append(entry(1), 0);
    writer.cutFile();
    writer.cutFile();
    expect(namesIn(disk)).toEqual([]);
    writer.append(entry(2), 0);
    await writer.close();
    expect(namesIn(disk)).toEqual(['000001', '000002']);
    const next = open(disk);
    expect(next.append(entry(3), 0)).toBe(3 * TWO_32 + HEADER_BYTES);
    await next.close();
    await open(disk).close();
    expect(namesIn(disk)).toEqual(['000001', '000002', '000003']);
  });

  it('is synced when it is finished, and told of where that fails', async () => {
    const disk = memoryDisk();
    const errors: Error[] = [];
    const writer = open(disk, { onSyncError: (error) => errors.push(error) });
    writer.append(entry(1), 0);
    writer.flush();
    writer.cutFile();
    disk.refusedAt = disk.log.length;
    writer.append(entry(2), 0);
    await Promise.resolve();
    await Promise.resolve();
    await writer.close();
    expect(errors).toHaveLength(1);
    expect(scan(disk)).toHaveLength(2);
    expect(disk.openFiles).toBe(0);
  });
});

describe('truncation', () => {
  it('removes files from the front that end before, and begins a new one', async () => {
    const disk = memoryDisk();
    const writer = open(disk, filesOf(1));
    for (const maxTime of [10, 30, 20, 40]) writer.append(entry(1, maxTime), maxTime);
    expect(writer.truncate(10)).toBe(0);
    expect(writer.truncate(25)).toBe(1);
    expect(namesIn(disk)).toEqual(['000002', '000003']);
    expect(writer.truncate(1000)).toBe(2);
    expect(Math.floor(writer.append(entry(1, 50), 50) / TWO_32)).toBe(5);
    expect(namesIn(disk)).toEqual(['000004']);
    await writer.close();
  });

  it('takes what is known of the files that were there', async () => {
    const disk = memoryDisk();
    const before = open(disk, filesOf(1));
    for (const maxTime of [10, 20, 30]) before.append(entry(1, maxTime), maxTime);
    await before.close();
    const maxTimes = new Map([
      [2, 20],
      [3, 30],
    ]);
    const writer = open(disk, { maxTimes });
    expect(writer.truncate(20)).toBe(1);
    expect(writer.truncate(21)).toBe(1);
    expect(namesIn(disk)).toEqual(['000003']);
  });
});

describe('a full disk', () => {
  it('fails the flush, and nothing is lost of what was appended', async () => {
    for (let room = 0; room < HEADER_BYTES + ENTRY_BYTES; room += 7) {
      const disk = memoryDisk();
      const writer = open(disk, { ...filesOf(2), bufferBytes: ENTRY_BYTES });
      disk.room = room;
      const refs = [1, 2, 3, 4].map((series) => writer.append(entry(series), 0));
      expect(() => writer.flush()).toThrow(NoSpaceError);
      expect(Buffer.from(writer.buffered(refs[3]) ?? [])).toEqual(Buffer.from(entry(4)));
      disk.room = Infinity;
      refs.push(writer.append(entry(5), 0));
      await writer.close();
      expect(scan(disk).map(({ ref }) => ref)).toEqual(refs);
      expect(namesIn(disk)).toEqual(['000001', '000002']);
    }
  });

  it('that refuses one change, whichever, loses nothing', async () => {
    let refusals = 0;
    for (let at = 0; ; at++) {
      const disk = memoryDisk();
      const writer = open(disk, { ...filesOf(2), bufferBytes: ENTRY_BYTES });
      disk.refusedAt = at;
      const refs = [1, 2, 3, 4, 5].map((series) => writer.append(entry(series), 0));
      try {
        writer.flush();
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        writer.flush();
      }
      expect(scan(disk).map(({ ref }) => ref)).toEqual(refs);
      if (disk.refusedAt !== Infinity) break;
      refusals++;
      await writer.close();
      expect(disk.openFiles).toBe(0);
    }
    expect(refusals).toBeGreaterThan(8);
  });
});

describe('a writer that is closed', () => {
  it('takes nothing more', async () => {
    const writer = open(memoryDisk());
    await writer.close();
    await writer.close();
    expect(() => writer.append(entry(1), 0)).toThrow(ClosedError);
    expect(() => writer.flush()).toThrow(ClosedError);
    expect(() => writer.truncate(0)).toThrow(ClosedError);
  });
});

describe('the real disk', () => {
  it('holds what was appended', async () => {
    const dir = scratchFolder();
    const writer = new HeadChunkWriter(new NodeWritableDisk(), dir, filesOf(100));
    const refs = Array.from({ length: 250 }, (_, i) => writer.append(entry(i + 1), 0));
    await writer.close();
    const files = atOnce(HeadChunkFiles.open(new NodeWritableDisk(), dir));
    expect(files.chunks.map(({ ref }) => ref)).toEqual(refs);
    files.close();
  });
});
