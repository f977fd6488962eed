/** Head chunk files as they are written: what was appended is found again, whatever the disk does. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { HeadChunk } from '../../chunks/head-chunk-list.js';
import { HeadChunkFiles } from '../../chunks/head-chunks.js';
import { HeadChunkWriter, type HeadChunkWriterOptions } from '../../chunks/head-chunk-writer.js';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import { AssertionError } from '../../model/assert.js';
import { ClosedError, DiskError, NoSpaceError } from '../../model/errors.js';
import { atOnce } from '../../model/steps.js';
import { SimulatedDisk } from '../simulation/simulated-disk.js';
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
      `write ${DIR}/000001`,
      `sync ${DIR}/`,
      `sync ${DIR}/000001`,
    ]);
  });

  it('that come together stay together', async () => {
    const disk = memoryDisk();
    const writer = open(disk, filesOf(3));
    const two = (series: number): Buffer => Buffer.concat([entry(series), entry(series + 1)]);
    expect(writer.append(two(1), 0)).toBe(TWO_32 + HEADER_BYTES);
    expect(writer.append(two(3), 0)).toBe(2 * TWO_32 + HEADER_BYTES);
    await writer.flush();
    expect(scan(disk)).toHaveLength(4);
  });

  it('wait in memory until a piece is full or flushed, and are readable there', async () => {
    const disk = memoryDisk();
    const writer = open(disk, { bufferBytes: HEADER_BYTES + 2 * ENTRY_BYTES });
    const first = writer.append(entry(1), 0);
    const second = writer.append(entry(2), 0);
    expect(disk.log).toEqual([]);
    const both = Buffer.concat([entry(1), entry(2)]);
    expect(Buffer.from(writer.buffered(first) ?? [])).toEqual(both);
    expect(Buffer.from(writer.buffered(second) ?? [])).toEqual(Buffer.from(entry(2)));
    const third = writer.append(entry(3), 0);
    expect(Buffer.from(writer.buffered(second) ?? [])).toEqual(Buffer.from(entry(2)));
    await nextTurn();
    expect(writer.buffered(first)).toBeNull();
    expect(Buffer.from(writer.buffered(third) ?? [])).toEqual(Buffer.from(entry(3)));
    expect(scan(disk)).toHaveLength(2);
    await Promise.all([writer.flush(), writer.flush()]);
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
    await writer.flush();
    writer.cutFile();
    disk.refusedAt = disk.log.length;
    writer.append(entry(2), 0);
    await nextTurn();
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
    // Nothing is written yet, and what is in memory stays readable.
    expect(writer.truncate(1000)).toBe(0);
    await writer.flush();
    expect(writer.truncate(10)).toBe(0);
    expect(writer.truncate(25)).toBe(1);
    expect(namesIn(disk)).toEqual(['000002', '000003', '000004']);
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
      await expect(writer.flush()).rejects.toThrow(NoSpaceError);
      expect(Buffer.from(writer.buffered(refs[3]) ?? [])).toEqual(Buffer.from(entry(4)));
      disk.room = Infinity;
      refs.push(writer.append(entry(5), 0));
      await writer.close();
      expect(scan(disk).map(({ ref }) => ref)).toEqual(refs);
      expect(namesIn(disk)).toEqual(['000001', '000002', '000003']);
      expect(disk.openFiles).toBe(0);
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
        await writer.flush();
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        await writer.flush();
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

describe('what is appended while the disk is at something else', () => {
  const entries = fc
    .integer({ min: 1, max: 5 })
    .map((count) => ({ kind: 'append', count }) as const);
  const others = fc
    .constantFrom('flush', 'turn', 'cut', 'refuse', 'fill')
    .map((kind) => ({ kind }));
  const steps = fc.array(fc.oneof({ weight: 3, arbitrary: entries }, others), { maxLength: 40 });

  it('is where its ref says, in memory or in its file', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(6), async (list, pieces) => {
        const disk = new SimulatedDisk();
        disk.makeDirectory(DIR);
        const bufferBytes = ENTRY_BYTES * pieces;
        const writer = new HeadChunkWriter(disk, DIR, { ...filesOf(12), bufferBytes });
        const refs: number[] = [];
        let refuses = false;
        disk.beforeOperation = ({ kind, path }) => {
          if (refuses && kind !== 'truncate') throw new DiskError('refused', path, 'EIO');
          refuses = false;
        };
        const check = (): void => {
          for (const [i, ref] of refs.entries()) {
            expect(Buffer.compare(bytesAt(disk, writer, ref), entry(i + 1))).toBe(0);
          }
        };
        const flushes: Promise<unknown>[] = [];
        for (const step of list) {
          if (step.kind === 'append') {
            const first = refs.length + 1;
            const all = Array.from({ length: step.count }, (_, i) => entry(first + i));
            const ref = writer.append(Buffer.concat(all), 0);
            refs.push(...all.map((_, i) => ref + i * ENTRY_BYTES));
          } else if (step.kind === 'flush') flushes.push(writer.flush().catch(() => undefined));
          else if (step.kind === 'turn') await nextTurn();
          else if (step.kind === 'cut') writer.cutFile();
          else if (step.kind === 'refuse') refuses = true;
          else disk.capacityBytes = disk.usedBytes + 50;
          check();
          if (step.kind === 'turn') disk.capacityBytes = Infinity;
        }
        refuses = false;
        disk.capacityBytes = Infinity;
        await Promise.all(flushes);
        await writer.flush();
        check();
        await writer.close();
        const files = atOnce(HeadChunkFiles.open(disk, DIR));
        expect(files.problems).toEqual([]);
        expect(files.chunks.map(({ ref }) => ref)).toEqual(refs);
        files.close();
      }),
      { numRuns: 300 },
    );
  });

  it('is written at once where much waits, and so is what another thread is at', async () => {
    const disk = new SimulatedDisk();
    disk.makeDirectory(DIR);
    const writer = new HeadChunkWriter(disk, DIR, { bufferBytes: ENTRY_BYTES });
    const writes: number[] = [];
    disk.beforeOperation = ({ kind, start }) => {
      if (kind === 'write') writes.push(start ?? 0);
    };
    const refs = Array.from({ length: 30 }, (_, i) => writer.append(entry(i + 1), 0));
    const held = refs.filter((ref) => writer.buffered(ref) !== null);
    expect(held.length).toBeLessThan(15);
    await nextTurn();
    // The header was under way all the time.
    expect(writes.filter((start) => start === 0)).toHaveLength(2);
    await writer.close();
    expect(writes).toHaveLength(32);
    const files = atOnce(HeadChunkFiles.open(disk, DIR));
    expect(files.chunks.map(({ ref }) => ref)).toEqual(refs);
    files.close();
  });

  it('is made only when the name of the one before is on stable storage', async () => {
    // In turns of the loop, at once because much waits, and in both ways in turn.
    for (const turns of [1, 0, 10]) {
      const disk = memoryDisk();
      const writer = open(disk, { ...filesOf(2), bufferBytes: ENTRY_BYTES });
      for (let i = 0; i < 100; i++) {
        writer.append(entry(i + 1), 0);
        if (turns > 0 && i % turns === 0) await nextTurn();
      }
      await writer.close();
      let unnamed = 0;
      let created = 0;
      for (const change of disk.log) {
        if (change.startsWith('create')) {
          expect(unnamed).toBe(0);
          unnamed++;
          created++;
        } else if (change === `sync ${DIR}/`) unnamed = 0;
      }
      expect([created, unnamed]).toEqual([50, 0]);
    }
  });

  it('takes no more memory than the largest pieces that waited', async () => {
    const disk = memoryDisk();
    const writer = open(disk, { bufferBytes: 4 * ENTRY_BYTES });
    let most = 0;
    for (let i = 0; i < 500; i++) {
      writer.append(entry(i + 1), 0);
      most = Math.max(most, writer.memoryBytes);
      if (i % 50 === 0) await nextTurn();
    }
    expect(most).toBeLessThan(15 * 4 * ENTRY_BYTES);
    await writer.close();
    expect(scan(disk)).toHaveLength(500);
  });
});

/** An entry, from wherever it is. */
function bytesAt(disk: SimulatedDisk, writer: HeadChunkWriter, ref: number): Uint8Array {
  const buffered = writer.buffered(ref);
  if (buffered !== null) return buffered.subarray(0, ENTRY_BYTES);
  const path = `${DIR}/${String(Math.floor(ref / TWO_32)).padStart(6, '0')}`;
  const offset = ref % TWO_32;
  return disk.readFile(path, Infinity).subarray(offset, offset + ENTRY_BYTES);
}

describe('a writer that is closed', () => {
  it('takes nothing more', async () => {
    const writer = open(memoryDisk());
    await writer.close();
    await writer.close();
    expect(() => writer.append(entry(1), 0)).toThrow(ClosedError);
    await expect(writer.flush()).rejects.toThrow(ClosedError);
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
