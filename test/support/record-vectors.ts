/** Prometheus' golden log records (vectors/records.txt): one payload for each type. */
import { readFileSync } from 'node:fs';
import { bytesOfHex } from './bits.js';
import { shared } from './shared.js';

/** The golden record of a type, the type byte included. */
export function goldenRecord(type: number): Uint8Array {
  const lines = readFileSync(shared('vectors/records.txt'), 'utf8').trim().split('\n');
  for (const line of lines) {
    const [number, , hex] = line.split(/\s+/);
    if (Number(number) === type) return bytesOfHex(hex);
  }
  throw new Error(`no golden record of type ${type}`);
}
