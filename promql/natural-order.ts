/** The order of texts in which `a2` comes before `a10` (github.com/facette/natsort). */
import { compareUtf8 } from '../model/utf8.js';

const PARTS = /\d+|\D+/g;
const INT64_MAX = 2n ** 63n - 1n;

/** Whether `a` comes before `b`: parts of digits are compared as numbers. */
export function comesBefore(a: string, b: string): boolean {
  const ofA = a.match(PARTS) ?? [];
  const ofB = b.match(PARTS) ?? [];
  for (const [i, part] of ofA.entries()) {
    if (i >= ofB.length) return false;
    const other = ofB[i];
    const number = numberOf(part);
    const otherNumber = numberOf(other);
    const areNumbers = number !== null && otherNumber !== null;
    if (areNumbers ? number === otherNumber : part === other) {
      if (i === ofA.length - 1) return true;
      if (i === ofB.length - 1) return false;
      continue;
    }
    return areNumbers ? number < otherNumber : compareUtf8(part, other) < 0;
  }
  return false;
}

/** The number that a part is; null for other parts, and for numbers beyond int64. */
function numberOf(part: string): bigint | null {
  if (!/^[0-9]+$/.test(part)) return null;
  const number = BigInt(part);
  return number <= INT64_MAX ? number : null;
}
