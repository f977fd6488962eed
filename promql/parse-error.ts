/** Errors of parsing in Prometheus' words, with the place in front: `1:5: parse error: …`. */
import { ParseError } from '../model/errors.js';

/** The error for what is wrong at a byte of a text (promql/byte-text.ts). */
export function parseError(bytes: string, offset: number, reason: string): ParseError {
  return new ParseError(`${positionOf(bytes, offset)}: parse error: ${reason}`, offset);
}

/** `line:column` of a byte, both from 1; only a line feed ends a line. */
export function positionOf(bytes: string, offset: number): string {
  if (bytes === '') return 'unknown position';
  const before = bytes.slice(0, offset);
  const line = before.split('\n').length;
  return `${line}:${offset - before.lastIndexOf('\n')}`;
}
