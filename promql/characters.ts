/** Classes of characters by their code; the end of a text, NaN, is in none. All are ASCII. */

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Letters and the underscore. */
export function isAlpha(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a && code < 0x80) || code === 0x5f;
}

export function isAlphanumeric(code: number): boolean {
  return isAlpha(code) || isDigit(code);
}

export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}
