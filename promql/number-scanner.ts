/**
 * Finds where a number or a duration ends. The rules are looser than those of a valid one, which
 * the parser checks (promql/number-literal.ts), and stop where Prometheus' do, for its messages.
 */
import { charLength } from './byte-text.js';
import { isAlphanumeric, isDigit } from './characters.js';

const DIGITS = '0123456789';
const HEX_DIGITS = '0123456789abcdefABCDEF';
const UNITS = 'smhdwy';
/** Years come first, so no further unit is one. */
const LATER_UNITS = 'smhdw';

export type Scanned = 'number' | 'duration' | null;

/** A cursor over one literal. */
export class NumberScanner {
  private readonly bytes: string;
  /** The end of what was found; of nothing valid, how far the search came. */
  end = 0;

  constructor(bytes: string) {
    this.bytes = bytes;
  }

  /** What begins at `start`; a number wins. */
  scan(start: number): Scanned {
    this.end = start;
    // Fast path: digits alone.
    while (isDigit(this.bytes.charCodeAt(this.end))) this.end++;
    const code = this.bytes.charCodeAt(this.end);
    if (this.end > start && code !== 0x2e && !isAlphanumeric(code)) return 'number';
    this.end = start;
    if (this.scanNumber()) return 'number';
    return this.scanUnits() ? 'duration' : null;
  }

  private scanNumber(): boolean {
    const start = this.end;
    const isHex = this.accept('0') && this.accept('xX');
    if (isHex) this.accept('_');
    const digits = isHex ? HEX_DIGITS : DIGITS;
    this.accept('.');
    this.accept(digits);
    let hasDot = false;
    let hasExponent = false;
    while (this.is(digits) || this.is('._eE')) {
      if ((hasDot && this.accept('.')) || (hasExponent && this.accept('eE'))) return false;
      if (this.accept('.')) {
        hasDot = true;
        if (this.accept('_.') || isHex) return false;
      } else if (this.accept('eE')) {
        hasExponent = true;
        this.accept('+-');
        if (this.accept('._eE') || this.isAtEnd()) return false;
      } else if (this.accept('_')) {
        if (this.accept('._eE') || this.isAtEnd()) return false;
      } else {
        while (this.accept(digits));
      }
    }
    return this.end > start && !isAlphanumeric(this.bytes.charCodeAt(this.end));
  }

  /** What makes a duration of a number before: a unit, and further numbers with theirs. */
  private scanUnits(): boolean {
    let units = UNITS;
    do {
      if (!this.accept(units)) return false;
      this.accept('s');
      units = LATER_UNITS;
    } while (this.acceptDigits());
    if (!isAlphanumeric(this.bytes.charCodeAt(this.end))) return true;
    this.end += charLength(this.bytes, this.end);
    return false;
  }

  private acceptDigits(): boolean {
    const start = this.end;
    while (isDigit(this.bytes.charCodeAt(this.end))) this.end++;
    return this.end > start;
  }

  private isAtEnd(): boolean {
    return this.end >= this.bytes.length;
  }

  private is(chars: string): boolean {
    return !this.isAtEnd() && chars.includes(this.bytes[this.end]);
  }

  private accept(chars: string): boolean {
    const isOne = this.is(chars);
    if (isOne) this.end++;
    return isOne;
  }
}
