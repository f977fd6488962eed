/**
 * Byte counts as promtool's `-r` prints them, every power of 1024 with its own number, and as
 * Prometheus' flags and configuration take them.
 */

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

const SIZE = /^(\d+(?:\.\d+)?)\s*([KMGTPE]?)(i?B)?$/i;
const POWERS = ['', 'K', 'M', 'G', 'T', 'P', 'E'] as const;

/** `512MB`, `1GiB`, `0`: units are powers of 1024, with or without an `i`, as in Prometheus. */
export function parseBytes(text: string): number {
  const match = SIZE.exec(text);
  const unit = (match?.[2] ?? '').toUpperCase();
  const isBare = match !== null && match[3] === undefined;
  if (match === null || (isBare && (unit !== '' || Number(match[1]) !== 0))) {
    throw new Error('it is a number with a unit (B, KB, MB, GB, TB, PB, EB), like 512MB');
  }
  return Math.floor(Number(match[1]) * 1024 ** POWERS.findIndex((power) => power === unit));
}
