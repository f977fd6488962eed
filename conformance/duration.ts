/** Times and durations of scripts, in ms: PromQL's, or bare numbers of seconds; signs may lead. */
import { parseDuration } from '../promql/duration-text.js';
import { messageOf } from '../model/errors.js';
import type { Lines } from './script.js';

export function parseTime(lines: Lines, text: string): number {
  const unsigned = text.replace(/^[+-]/, '');
  const sign = text.startsWith('-') ? -1 : 1;
  if (/^[0-9]*\.?[0-9]+$/.test(unsigned)) return Math.round(sign * 1000 * Number(unsigned));
  try {
    return Math.round(sign * 1000 * parseDuration(unsigned));
  } catch (error) {
    throw lines.error(messageOf(error));
  }
}
