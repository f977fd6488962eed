/**
 * Puts a small file in the place of another, or where none is: after a crash the old one is there
 * or the new one, whole. The new one is first written beside it, as `<path>.tmp`.
 */
import type { WritableDisk } from './writable-disk.js';

export const REPLACEMENT_SUFFIX = '.tmp';

/** Durable when it returns. What fails leaves the old file as it was. */
export function replaceFile(disk: WritableDisk, path: string, bytes: Uint8Array): void {
  const temporary = path + REPLACEMENT_SUFFIX;
  disk.remove(temporary);
  const file = disk.create(temporary);
  try {
    file.write(bytes);
    file.sync();
  } finally {
    file.close();
  }
  disk.rename(temporary, path);
  disk.syncDirectory(disk.join(path, '..'));
}
