/** Floats in label values, as Go's `strconv.ParseFloat` takes them. */

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const SPECIAL = /^([+-]?)(inf|infinity|nan)$/i;

/** The number that `text` writes; null where it writes none, or one too large for a double. */
export function parseFloatText(text: string): number | null {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : null;
  }
  const special = SPECIAL.exec(text);
  if (special === null) return null;
  const [, sign, word] = special;
  if (word.toLowerCase() === 'nan') return sign === '' ? NaN : null;
  return sign === '-' ? -Infinity : Infinity;
}
