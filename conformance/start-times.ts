/**
 * Sequences of start times, in ms from the samples' own times.
 *
 *     item  '_' | '_x' N | DURATION | DURATION 'x' N | DURATION ('+' | '-') DURATION 'x' N
 */
import { parseTime } from './duration.js';
import type { Lines } from './script.js';

const ITEM = /^([+-]?[0-9]+[a-w]*)(?:([+-][0-9]+[a-w]*))?(?:x([0-9]+))?$/;

export function parseStartTimes(lines: Lines, text: string): (number | null)[] {
  return text
    .trim()
    .split(/\s+/)
    .flatMap((item) => parseItem(lines, item));
}

function parseItem(lines: Lines, item: string): (number | null)[] {
  const gap = /^_(?:x([0-9]+))?$/.exec(item);
  if (gap !== null) return Array<null>(Number(gap[1] ?? 1)).fill(null);
  const match = ITEM.exec(item);
  if (match === null) throw lines.error(`invalid start time ${JSON.stringify(item)}`);
  const [, base, step = '0', repeat = '0'] = match;
  const first = parseTime(lines, base);
  const change = parseTime(lines, step);
  return Array.from({ length: Number(repeat) + 1 }, (_, i) => first + i * change);
}
