/** What `verifyDirectory` finds in a directory in memory, as lines. */
import { verifyDirectory } from '../../tsdb/verify.js';
import { DIR } from './data-directory.js';
import type { MemoryDisk } from './memory-disk.js';

/** `damage path:offset: message`, paths relative to the data directory. */
export async function findingsIn(disk: MemoryDisk): Promise<string[]> {
  const lines: string[] = [];
  const relative = (text: string): string => text.replaceAll(`${DIR}/`, '');
  await verifyDirectory(DIR, {
    disk,
    onFinding: ({ severity, path, offset, message }) => {
      const place = offset === null ? path : `${path}:${offset}`;
      lines.push(`${severity} ${relative(place)}: ${relative(message)}`);
    },
  });
  return lines;
}
