/** Bytes that others store while more are made: order, what is synced when, and who hears of errors. */
import { WriteBehind } from '../../compact/write-behind.js';
import type { WritableFile } from '../../disk/writable-disk.js';

const MIB = 1024 * 1024;

/** A file whose later writes end when the test says so. */
class SlowFile implements WritableFile {
  readonly path = 'f';
  readonly calls: string[] = [];
  readonly bytes: number[] = [];
  size = 0;
  isOpen = true;
  private readonly running: { resolve: () => void; reject: (error: Error) => void }[] = [];

  write(bytes: Uint8Array): void {
    this.take('write', bytes);
  }

  writeLater(bytes: Uint8Array): Promise<void> {
    this.take('later', bytes);
    return new Promise((resolve, reject) => this.running.push({ resolve, reject }));
  }

  truncate(): void {
    throw new Error('nothing is cut');
  }

  sync(): void {
    throw new Error('syncs are not to hold the thread');
  }

  async syncLater(): Promise<void> {
    await Promise.resolve();
    this.calls.push('sync');
  }

  hurry(): void {
    this.calls.push('hurry');
  }

  close(): void {
    this.isOpen = false;
  }

  /** Ends the write that has run longest. */
  async end(error?: Error): Promise<void> {
    const first = this.running.shift();
    if (error === undefined) first?.resolve();
    else first?.reject(error);
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }

  private take(kind: string, bytes: Uint8Array): void {
    this.calls.push(`${kind} ${bytes.length}`);
    this.size += bytes.length;
    for (const byte of bytes) this.bytes.push(byte);
  }
}

function pieces(...sizes: number[]): Buffer[] {
  return sizes.map((size, i) => Buffer.alloc(size, i + 1));
}

it('pieces of any size become whole buffers, in order', async () => {
  const file = new SlowFile();
  const behind = new WriteBehind();
  const sink = behind.sinkOf(file);
  const all = pieces(1, 300_000, MIB, 5, 0, 2 * MIB + 7, 262_144, 100_000);
  for (const piece of all) {
    sink.write(piece);
    await file.end();
  }
  sink.end();
  await file.end();
  await behind.settled();
  expect(Buffer.concat(all).equals(Buffer.from(file.bytes))).toBe(true);
  const writes = file.calls.filter((call) => call !== 'hurry' && call !== 'sync');
  const sizes = writes.map((call) => Number(call.split(' ')[1]));
  expect(sizes.slice(0, -1).every((size) => size === MIB)).toBe(true);
  expect(file.isOpen).toBe(false);
});

it('where the disk falls behind, the writer writes itself', async () => {
  const file = new SlowFile();
  const behind = new WriteBehind();
  const sink = behind.sinkOf(file);
  for (const piece of pieces(MIB, MIB, MIB, MIB, MIB, MIB)) sink.write(piece);
  const writes = file.calls.filter((call) => call !== 'hurry');
  expect(writes.slice(0, 3)).toEqual(Array(3).fill(`later ${MIB}`));
  expect(writes.at(-1)).toBe(`write ${MIB}`);
  expect([0, 1, 2, 3, 4, 5].map((i) => file.bytes[i * MIB])).toEqual([1, 2, 3, 4, 5, 6]);
  expect(file.calls).toContain('hurry');
  for (let i = 0; i < 6; i++) await file.end();
  await behind.settled();
});

it('a file is synced when its writes have ended, and not before', async () => {
  const file = new SlowFile();
  const behind = new WriteBehind();
  const sink = behind.sinkOf(file);
  sink.write(Buffer.alloc(40_000));
  sink.end();
  let isSettled = false;
  const settled = behind.settled().then(() => (isSettled = true));
  for (let i = 0; i < 20; i++) await Promise.resolve();
  expect([file.calls, isSettled, file.isOpen]).toEqual([['later 40000'], false, true]);
  await file.end();
  await settled;
  expect([file.calls, file.isOpen]).toEqual([['later 40000', 'sync'], false]);
});

it('a small file is written at once', async () => {
  const file = new SlowFile();
  const behind = new WriteBehind();
  const sink = behind.sinkOf(file);
  sink.write(Buffer.from('ab'));
  sink.write(Buffer.from('c'));
  sink.end();
  expect(file.calls).toEqual(['write 3']);
  await behind.settled();
  expect([file.calls, file.isOpen]).toEqual([['write 3', 'sync'], false]);
});

it('an error is told at the next write and at the end, and nothing is synced', async () => {
  const file = new SlowFile();
  const behind = new WriteBehind();
  const sink = behind.sinkOf(file);
  sink.write(Buffer.alloc(MIB));
  await file.end(new Error('no more'));
  expect(() => sink.write(Buffer.alloc(2 * MIB))).toThrow('no more');
  expect(() => sink.end()).toThrow('no more');
  await expect(behind.settled()).rejects.toThrow('no more');
  expect(file.calls).not.toContain('sync');
});
