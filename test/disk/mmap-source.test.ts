/** What only a mapping does: sharing pages with the kernel, limits of the addon, its errors. */
import { closeSync, openSync, truncateSync, writeSync } from 'node:fs';
import {
  loadMmapAddon,
  MAPPED_BYTES_MAX,
  type MmapAddon,
  MmapSource,
} from '../../disk/mmap-source.js';
import { AssertionError } from '../../model/assert.js';
import { DiskError } from '../../model/errors.js';
import { scratchFile } from '../support/scratch.js';

const PAGE = 4096;

function addon(): MmapAddon {
  const loaded = loadMmapAddon();
  if (loaded instanceof Error) throw loaded;
  return loaded;
}

function open(path: string, size: number): MmapSource {
  const fd = openSync(path, 'r');
  try {
    return new MmapSource(addon(), path, fd, size);
  } finally {
    closeSync(fd);
  }
}

describe('a mapped file', () => {
  it('is shared: what is written to the file later shows', () => {
    const path = scratchFile(new Uint8Array(3 * PAGE));
    const source = open(path, 3 * PAGE);
    const view = source.read(PAGE, 4);
    expect([...view]).toEqual([0, 0, 0, 0]);
    const fd = openSync(path, 'r+');
    writeSync(fd, Uint8Array.of(1, 2, 3, 4), 0, 4, PAGE);
    closeSync(fd);
    expect([...view]).toEqual([1, 2, 3, 4]);
    source.close();
  });

  it('reports how much of it is in memory, at most its size', () => {
    const path = scratchFile(new Uint8Array(5 * PAGE + 1).fill(7));
    const source = open(path, 5 * PAGE + 1);
    source.read(0, source.size).reduce((sum, byte) => sum + byte, 0);
    expect(source.residentBytes()).toBe(5 * PAGE + 1);
    source.close();
  });

  it('grows in memory by the pages that are touched, and few others', () => {
    const size = 64 * 2 ** 20;
    const path = scratchFile(new Uint8Array(0));
    truncateSync(path, size);
    const source = open(path, size);
    const before = source.residentBytes() ?? NaN;
    expect(source.read(size / 2, 1)[0]).toBe(0);
    const after = source.residentBytes() ?? NaN;
    expect(after).toBeGreaterThanOrEqual(before + PAGE);
    // The system left alone would read 128 KiB and more around that byte.
    expect(after).toBeLessThanOrEqual(before + 4 * PAGE);
    source.close();
  });

  it('counts the pages of which the addon says that they are resident', () => {
    const told: MmapAddon = { ...bare(), incore: () => [10, 2], PAGESIZE: PAGE };
    const source = new MmapSource(told, 'x', 0, 12 * PAGE);
    expect(source.residentBytes()).toBe(2 * PAGE);
  });

  it('translates each advice into the number that the system knows', () => {
    const given: number[] = [];
    const told: MmapAddon = { ...bare(), advise: (_buffer, advice) => given.push(advice) };
    const source = new MmapSource(told, 'x', 0, PAGE);
    for (const advice of ['normal', 'random', 'sequential', 'willneed', 'dontneed'] as const) {
      source.advise(advice);
    }
    const atOpening = 1;
    expect(given).toEqual([atOpening, 0, 1, 2, 3, 4]);
  });

  it('asks for whole pages ahead of a long read, and for none ahead of a short one', () => {
    const asked: unknown[][] = [];
    const told: MmapAddon = {
      ...bare(),
      advise: (_buffer: Buffer, ...words: number[]) => asked.push(words),
    };
    const source = new MmapSource(told, 'x', 0, 100 * PAGE);
    source.read(50 * PAGE + 100, PAGE);
    expect(asked).toEqual([[told.MADV_RANDOM]]);
    source.peek(20 * PAGE + 100, 5 * PAGE);
    expect(asked.slice(1)).toEqual([[20 * PAGE, 5 * PAGE + 100, told.MADV_WILLNEED]]);
  });

  it('gives the refusal of the system a name', () => {
    const refusing: MmapAddon = {
      ...bare(),
      map: () => {
        throw new Error('mmap failed, 12: ENOMEM');
      },
    };
    const opening = (): MmapSource => new MmapSource(refusing, 'x', 0, PAGE);
    expect(opening).toThrow(DiskError);
    expect(opening).toThrow(expect.objectContaining({ path: 'x', errno: 'ENOMEM' }));
    expect(() => open(scratchFile(Uint8Array.of(1)), MAPPED_BYTES_MAX + 1)).toThrow(AssertionError);
    expect(() => open(scratchFile(Uint8Array.of(1)), 0)).toThrow(AssertionError);
  });
});

/** An addon that maps zeros: its numbers are Linux'. */
function bare(): MmapAddon {
  return {
    PROT_READ: 1,
    MAP_SHARED: 1,
    MADV_NORMAL: 0,
    MADV_RANDOM: 1,
    MADV_SEQUENTIAL: 2,
    MADV_WILLNEED: 3,
    MADV_DONTNEED: 4,
    PAGESIZE: PAGE,
    map: (size) => Buffer.alloc(size),
    advise: () => undefined,
    incore: () => [0, 0],
  };
}
