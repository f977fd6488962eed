/** Byte counts as promtool's `-r` prints them: every power of 1024 with its own number. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** `1MiB398KiB17B`: parts that are zero are left out, no bytes at all are `0B`. */
export function formatBytes(bytes: number): string {
  if (bytes === 0) return '0B';
  let text = '';
  let rest = bytes;
  for (let i = 0; rest > 0; i++, rest = Math.floor(rest / 1024)) {
    const part = rest % 1024;
    if (part !== 0) text = `${part}${UNITS[i]}${text}`;
  }
  return text;
}
