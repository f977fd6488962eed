/** What only positional reads meet: files that shrink, files over 4 GiB, descriptors of their own. */
import { closeSync, ftruncateSync, openSync, truncateSync, writeSync } from 'node:fs';
import { PreadSource } from '../../disk/pread-source.js';
import { DecodeError, DiskError } from '../../model/errors.js';
import { scratchFile } from '../support/scratch.js';

function open(path: string, size: number): PreadSource {
  return new PreadSource(path, openSync(path, 'r'), size);
}

describe('a file read by position', () => {
  it('that was truncated after opening ends with an error where it ends', () => {
    const path = scratchFile(new Uint8Array(1000).fill(1));
    const source = open(path, 1000);
    truncateSync(path, 600);
    for (const call of ['read', 'peek'] as const) {
      const reading = (): Uint8Array => source[call](500, 200);
      expect(reading).toThrow(DecodeError);
      expect(reading).toThrow(expect.objectContaining({ offset: 600 }));
    }
    expect(source.read(0, 600)).toEqual(new Uint8Array(600).fill(1));
    source.close();
  });

  it('that shrank still peeks at what is there, and not beyond', () => {
    const path = scratchFile(new Uint8Array(1000).fill(1));
    const source = open(path, 1000);
    truncateSync(path, 100);
    expect(() => source.peek(90, 20)).toThrow(expect.objectContaining({ offset: 100 }));
    expect(source.peek(95, 5)).toEqual(new Uint8Array(5).fill(1));
    expect(() => source.peek(95, 6)).toThrow(DecodeError);
    expect(source.peek(0, 100)).toEqual(new Uint8Array(100).fill(1));
    source.close();
  });

  it('peeks at neighbours without asking the system again', () => {
    const path = scratchFile(new Uint8Array(1000).fill(1));
    const source = open(path, 1000);
    source.peek(0, 10);
    truncateSync(path, 0);
    expect(source.peek(990, 10)).toEqual(new Uint8Array(10).fill(1));
    source.close();
  });

  it('is read into a window that whoever opens it brings, so much at a time', () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
    const path = scratchFile(bytes);
    const window = new Uint8Array(new SharedArrayBuffer(300));
    const source = new PreadSource(path, openSync(path, 'r'), 1000, window);
    for (const [offset, length] of [
      [0, 100],
      [250, 50],
      [300, 100],
      [950, 50],
    ]) {
      const peeked = source.peek(offset, length);
      expect(peeked.buffer).toBe(window.buffer);
      expect([...peeked]).toEqual([...bytes.subarray(offset, offset + length)]);
    }
    expect([...source.peek(0, 301)]).toEqual([...bytes.subarray(0, 301)]);
    source.close();
  });

  it('reads the right bytes beyond 4 GiB', () => {
    const at = 4 * 2 ** 30 + 12_345;
    const path = scratchFile(new Uint8Array(0));
    const fd = openSync(path, 'r+');
    ftruncateSync(fd, at + 100);
    writeSync(fd, Uint8Array.of(9, 8, 7), 0, 3, at);
    closeSync(fd);
    const source = open(path, at + 100);
    expect([...source.peek(at - 1, 5)]).toEqual([0, 9, 8, 7, 0]);
    expect([...source.read(at, 3)]).toEqual([9, 8, 7]);
    source.close();
  });

  it('closes its descriptor once', () => {
    const path = scratchFile(Uint8Array.of(1));
    const fd = openSync(path, 'r');
    const source = new PreadSource(path, fd, 1);
    source.close();
    const reused = openSync(path, 'r');
    source.close();
    expect(() => closeSync(reused)).not.toThrow();
  });

  it('gives the refusal of the system a name', () => {
    const path = scratchFile(Uint8Array.of(1, 2, 3));
    const fd = openSync(path, 'w');
    const source = new PreadSource(path, fd, 3);
    expect(() => source.read(0, 3)).toThrow(DiskError);
    expect(() => source.read(0, 3)).toThrow(expect.objectContaining({ errno: 'EBADF', path }));
    expect(source.residentBytes()).toBeNull();
    source.close();
  });
});
