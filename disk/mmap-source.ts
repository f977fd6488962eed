/**
 * A file mapped `MAP_SHARED | PROT_READ`: reads fault pages in, the kernel evicts them.
 *
 * The addon is optional and loaded at the first mapping. It passes size and offset through int32,
 * so files of 2 GiB and more are refused here (node-disk.ts reads those positionally). Nothing ever
 * writes through a mapping, and only immutable files are mapped: a file that is truncated under a
 * mapping kills the process (SIGBUS). What the system reads ahead is decided in read-ahead.ts.
 *
 * `close()` unmaps on runtimes with `ArrayBuffer.prototype.transfer` (Node >= 22); on Node 20 the
 * mapping goes when the garbage collector takes its last view. Reads after `close()` throw on both.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { assert } from '../model/assert.js';
import { DiskError, messageOf } from '../model/errors.js';
import { type Advice, type ByteSource, checkRange } from './byte-source.js';
import { systemNow } from './clock.js';
import { LatelyAsked, ReadAhead } from './read-ahead.js';

/** The largest file that can be mapped: the addon counts in int32. */
export const MAPPED_BYTES_MAX = 2 ** 31 - 1;

/** What we use of the addon; its own d.ts claims a default export that the module lacks. */
export interface MmapAddon {
  readonly PROT_READ: number;
  readonly MAP_SHARED: number;
  readonly MADV_NORMAL: number;
  readonly MADV_RANDOM: number;
  readonly MADV_SEQUENTIAL: number;
  readonly MADV_WILLNEED: number;
  readonly MADV_DONTNEED: number;
  readonly PAGESIZE: number;
  map(size: number, protection: number, flags: number, fd: number): Buffer;
  advise(buffer: Buffer, advice: number): void;
  /** `offset` is a multiple of the page size. */
  advise(buffer: Buffer, offset: number, length: number, advice: number): void;
  incore(buffer: Buffer): [absent: number, resident: number];
}

/** The addon, or the reason why it cannot be loaded. Node caches a loaded module for us. */
export function loadMmapAddon(): MmapAddon | Error {
  const require = createRequire(import.meta.url);
  try {
    return require(binaryPath(require) ?? 'mmap-io') as MmapAddon;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * Fast path: where npm has compiled the addon for this runtime. The package would look for it by
 * node-pre-gyp, whose hundred modules take 30 ms to load.
 */
function binaryPath(require: NodeJS.Require): string | null {
  const folder = dirname(require.resolve('mmap-io/package.json'));
  const runtime = `node-v${process.versions.modules}-${process.platform}-${process.arch}`;
  const path = join(folder, 'build/binding/Release', runtime, 'mmap_io.node');
  return existsSync(path) ? path : null;
}

export class MmapSource implements ByteSource {
  readonly kind = 'mmap';
  private buffer: Buffer | null;

  /** Maps the open file `fd` of `size` bytes; the caller may close `fd` at once. */
  private readonly addon: MmapAddon;
  readonly path: string;
  readonly size: number;
  private readonly readAhead: ReadAhead;
  private readonly asked: LatelyAsked;

  constructor(addon: MmapAddon, path: string, fd: number, size: number) {
    this.addon = addon;
    this.path = path;
    this.size = size;
    this.readAhead = new ReadAhead(size);
    this.asked = new LatelyAsked(size, systemNow);

    assert(size > 0 && size <= MAPPED_BYTES_MAX, 'a mapped file has 1 byte to 2 GiB');
    try {
      this.buffer = addon.map(size, addon.PROT_READ, addon.MAP_SHARED, fd);
      addon.advise(this.buffer, addon.MADV_RANDOM);
    } catch (error) {
      const message = messageOf(error);
      const errno = /\bE[A-Z]+\b/.exec(message)?.[0] ?? 'UNKNOWN';
      throw new DiskError(`cannot map ${path}: ${message}`, path, errno, { cause: error });
    }
  }

  peek(offset: number, length: number): Uint8Array {
    return this.read(offset, length);
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, this.buffer === null, offset, length);
    const buffer = this.mapped();
    if (this.readAhead.wants(offset, length)) this.ask();
    return new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length);
  }

  byteAt(offset: number): number {
    checkRange(this, this.buffer === null, offset, 1);
    return this.mapped()[offset];
  }

  readInto(offset: number, target: Uint8Array): void {
    target.set(this.read(offset, target.length));
  }

  advise(advice: Advice): void {
    checkRange(this, this.buffer === null, 0, 0);
    const words = {
      normal: this.addon.MADV_NORMAL,
      random: this.addon.MADV_RANDOM,
      sequential: this.addon.MADV_SEQUENTIAL,
      willneed: this.addon.MADV_WILLNEED,
      dontneed: this.addon.MADV_DONTNEED,
    };
    this.addon.advise(this.mapped(), words[advice]);
  }

  residentBytes(): number | null {
    checkRange(this, this.buffer === null, 0, 0);
    const [, resident] = this.addon.incore(this.mapped());
    return Math.min(resident * this.addon.PAGESIZE, this.size);
  }

  close(): void {
    const memory = this.buffer?.buffer as
      (ArrayBuffer & { transfer?(length: number): unknown }) | undefined;
    this.buffer = null;
    memory?.transfer?.(0);
  }

  /** Asks the system to have the pages that `readAhead` named; does not wait for them. */
  private ask(): void {
    const { addon, readAhead } = this;
    const start = readAhead.start - (readAhead.start % addon.PAGESIZE);
    if (!this.asked.renew(start, readAhead.end)) return;
    addon.advise(this.mapped(), start, readAhead.end - start, addon.MADV_WILLNEED);
  }

  private mapped(): Buffer {
    assert(this.buffer !== null, 'the range check refuses a closed source');
    return this.buffer;
  }
}
