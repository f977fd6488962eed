/** Stores what a block writer makes: the files of one block directory, written in large pieces. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileSink } from '../../compact/block-writer.js';

const BUFFER_BYTES = 4 * 1024 * 1024;

/** Opens the sinks of the block directory `dir`, which is made. */
export function blockFiles(dir: string): (name: string) => FileSink {
  return (name) => {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    return new BufferedFile(openSync(path, 'wx'));
  };
}

class BufferedFile implements FileSink {
  private readonly fd: number;
  private readonly buffer = Buffer.alloc(BUFFER_BYTES);
  private used = 0;

  constructor(fd: number) {
    this.fd = fd;
  }

  write(bytes: Uint8Array): void {
    if (this.used + bytes.length > this.buffer.length) this.flush();
    if (bytes.length > this.buffer.length) {
      this.put(bytes);
      return;
    }
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  end(): void {
    this.flush();
    closeSync(this.fd);
  }

  private flush(): void {
    this.put(this.buffer.subarray(0, this.used));
    this.used = 0;
  }

  private put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at);
  }
}
