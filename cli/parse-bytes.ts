/** Sizes as Prometheus' flags take them: `512MB`, `10GiB`, `1.5TB`; each unit is of 1024. */
import { InvalidArgumentError } from 'commander';

const SIZE = /^(\d+(?:\.\d+)?)(B|[KMGTPE]i?B)?$/;
const PREFIXES = 'KMGTPE';
const UNIT_BYTES = 1024;

/** In whole bytes, at least one. */
export function parseBytes(text: string): number {
  const [, number, unit = 'B'] = SIZE.exec(text) ?? [];
  const power = unit === 'B' ? 0 : PREFIXES.indexOf(unit[0]) + 1;
  const bytes = Math.trunc(Number(number) * UNIT_BYTES ** power);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new InvalidArgumentError(
    'It is a number of bytes with a unit (B, KB, MB, GB…), like 10GB.',
  );
}
