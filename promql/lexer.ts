/**
 * The lexer of PromQL, a cursor: `next()` moves to the next token, fields say what it is. Its modes
 * and messages are those of Prometheus 3.14 (promql/parser/lex.go):
 *
 *     ordinary   words are keywords; in brackets, only those that are durations
 *     durations  behind `[` until the first number: nothing but durations and their arithmetic
 *     braces     words are plain names
 */
import type { ParseError } from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';
import { charAt, fromByteText, quoteChar, toByteText } from './byte-text.js';
import { isAlpha, isAlphanumeric, isDigit, isSpace } from './characters.js';
import { NumberScanner } from './number-scanner.js';
import { parseError } from './parse-error.js';
import { scanString } from './string-literal.js';
import { DURATION_WORDS, FILL_WORDS, type TokenType, WORDS } from './tokens.js';

type Mode = 'ordinary' | 'durations' | 'braces';

const COLON = 0x3a;
const HASH = 0x23;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

export class Lexer {
  /** The whole text (promql/byte-text.ts); what follows are offsets in it. */
  readonly bytes: string;
  type: TokenType = 'end';
  /** The token's text; of keywords in lower case. */
  word = '';
  start = 0;
  end = 0;
  /** The end of the last number, duration or closing bracket. */
  lastClosing = 0;

  private readonly numbers: NumberScanner;
  private mode: Mode = 'ordinary';
  private depth = 0;
  private isInBrackets = false;
  private hasColon = false;
  /** Whether brackets ever held a number. */
  private hasDuration = false;

  constructor(text: string) {
    this.bytes = toByteText(text);
    this.numbers = new NumberScanner(this.bytes);
  }

  /** Moves to the next token; throws a `ParseError` where none can be. */
  next(): void {
    if (this.mode === 'braces') this.nextInBraces();
    else if (this.mode === 'durations') this.nextDuration();
    else this.nextOrdinary();
  }

  /** The token's text as it was written. */
  text(): string {
    return fromByteText(this.bytes.slice(this.start, this.end));
  }

  /**
   * The end of the parenthesis that closed before the token that was read ahead. As in Prometheus,
   * `lastClosing` stands for it, unless that token is a parenthesis itself.
   */
  previousParenthesis(): number {
    const { bytes, start } = this;
    if (start >= bytes.length || bytes[start] !== ')') return this.lastClosing;
    let at = start - 1;
    while (at > 0 && isSpace(bytes.charCodeAt(at))) at--;
    return at > 0 && bytes[at] === ')' ? at + 1 : this.lastClosing;
  }

  private nextOrdinary(): void {
    this.skipBlank();
    const { bytes, start } = this;
    const code = bytes.charCodeAt(start);
    if (this.isInBrackets && (isAlpha(code) || code === COLON)) return this.nextInBrackets(code);
    if (isAlpha(code) || code === COLON) return this.nextWord();
    if (isDigit(code)) return this.nextNumber();
    const char = bytes.charAt(start);
    switch (char) {
      case '':
        return this.finish();
      case '"':
      case "'":
      case '`':
        return this.take('string', scanString(bytes, start));
      case '(':
      case ')':
        return this.takeParenthesis(char);
      case '{':
        this.mode = 'braces';
        return this.take('{', start + 1);
      case '[':
        if (this.isInBrackets) throw this.unexpected('left bracket', char);
        this.isInBrackets = true;
        this.hasColon = false;
        this.mode = 'durations';
        return this.take('[', start + 1);
      case ']':
        if (!this.isInBrackets) throw this.unexpected('right bracket', char);
        return this.closeBracket();
      case '.':
        if (isDigit(bytes.charCodeAt(start + 1))) return this.nextNumber();
        throw this.unexpected('character:', char);
      case ',':
        return this.take(',', start + 1);
      case '@':
        return this.take('@', start + 1);
      default:
        return this.nextOperator(char);
    }
  }

  private nextOperator(char: string): void {
    const behind = this.bytes.charAt(this.start + 1);
    switch (char) {
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
      case '^':
        return this.take('operator', this.start + 1);
      case '<':
      case '>':
        return this.take('operator', this.start + (behind === '=' || behind === '/' ? 2 : 1));
      case '=':
        if (behind === '=') return this.take('operator', this.start + 2);
        if (behind === '~') throw this.unexpected("character after '=':", behind);
        return this.take('=', this.start + 1);
      case '!':
        if (behind === '=') return this.take('operator', this.start + 2);
        throw this.unexpected("character after '!':", charAt(this.bytes, this.start + 1));
      default:
        throw this.unexpected('character:', charAt(this.bytes, this.start));
    }
  }

  /** The next token between braces. */
  private nextInBraces(): void {
    this.skipBlank();
    const { bytes, start } = this;
    if (isAlpha(bytes.charCodeAt(start))) {
      let end = start + 1;
      while (isAlphanumeric(bytes.charCodeAt(end))) end++;
      return this.take('identifier', end);
    }
    const char = bytes.charAt(start);
    switch (char) {
      case '"':
      case "'":
      case '`':
        return this.take('string', scanString(bytes, start));
      case ',':
        return this.take(',', start + 1);
      case '=':
        if (bytes.charAt(start + 1) === '~') return this.take('operator', start + 2);
        return this.take('=', start + 1);
      case '!': {
        const behind = charAt(bytes, start + 1);
        if (behind === '=' || behind === '~') return this.take('operator', start + 2);
        throw this.unexpected("character after '!' inside braces:", behind);
      }
      case '}':
        this.mode = 'ordinary';
        this.lastClosing = start + 1;
        return this.take('}', start + 1);
      case '{':
        throw this.unexpected('left brace', char);
      case '':
        throw this.error('unexpected end of input inside braces');
      default:
        throw this.unexpected('character inside braces:', charAt(bytes, start));
    }
  }

  /** The next token behind `[`, before a number was met. */
  private nextDuration(): void {
    while (isSpace(this.bytes.charCodeAt(this.end))) this.end++;
    this.start = this.end;
    const { bytes, start } = this;
    const char = bytes.charAt(start);
    switch (char) {
      case '':
        throw this.error('unexpected end of input in duration expression');
      case ']':
        this.hasColon = false;
        return this.closeBracket();
      case ':':
        return this.takeColonOfDurations();
      case '(':
      case ')':
        return this.takeParenthesis(char);
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
      case '^':
        return this.take('operator', start + 1);
      case ',':
        return this.take(',', start + 1);
    }
    const code = bytes.charCodeAt(start);
    if (isDigit(code) || (char === '.' && isDigit(bytes.charCodeAt(start + 1)))) {
      this.hasDuration = true;
      this.mode = 'ordinary';
      return this.nextNumber();
    }
    if (!this.takeDurationWord()) {
      throw this.unexpected('character in duration expression:', charAt(bytes, start));
    }
  }

  /** A colon, or a word that stands for a duration. */
  private nextInBrackets(code: number): void {
    const char = this.bytes.charAt(this.start);
    if (code === COLON) {
      if (this.hasColon) throw this.unexpected('colon', char);
      this.hasColon = true;
      return this.take(':', this.start + 1);
    }
    if (!this.takeDurationWord()) {
      throw this.error(`unexpected character: ${quoteChar(char)}, expected ':'`);
    }
  }

  private takeColonOfDurations(): void {
    this.take(':', this.start + 1);
    // Prometheus reports what is wrong with a colon behind it.
    this.start = this.end;
    if (!this.hasDuration) {
      throw this.error('unexpected colon before duration in duration expression');
    }
    if (this.hasColon) throw this.error('unexpected repeated colon in duration expression');
    this.start--;
    this.hasColon = true;
  }

  private takeDurationWord(): boolean {
    let end = this.start;
    while (isAlpha(this.bytes.charCodeAt(end))) end++;
    const word = this.bytes.slice(this.start, end).toLowerCase();
    if (!DURATION_WORDS.has(word)) return false;
    this.take('time word', end);
    this.word = word;
    return true;
  }

  private nextWord(): void {
    const { bytes, start } = this;
    let end = start;
    let hasColon = false;
    let hasUpper = false;
    for (;;) {
      const code = bytes.charCodeAt(end);
      if (code === COLON) hasColon = true;
      else if (!isAlphanumeric(code)) break;
      else if (code < 0x5b && code > 0x40) hasUpper = true;
      end++;
    }
    this.take(hasColon ? 'metric identifier' : 'identifier', end);
    const known = WORDS.get(hasUpper ? this.word.toLowerCase() : this.word);
    if (known === undefined) return;
    if (FILL_WORDS.has(known.word) && !this.isBeforeParenthesis()) return;
    this.type = known.type;
    this.word = known.word;
    if (known.type === 'number') this.lastClosing = end;
  }

  private isBeforeParenthesis(): boolean {
    let at = this.end;
    while (isSpace(this.bytes.charCodeAt(at))) at++;
    return this.bytes.charAt(at) === '(';
  }

  private nextNumber(): void {
    const type = this.numbers.scan(this.start);
    const { end } = this.numbers;
    if (type === null) {
      const text = fromByteText(this.bytes.slice(this.start, end));
      throw this.error(`bad number or duration syntax: ${goQuote(text)}`);
    }
    this.lastClosing = end;
    this.take(type, end);
  }

  private takeParenthesis(char: '(' | ')'): void {
    this.take(char, this.start + 1);
    if (char === '(') {
      this.depth++;
      return;
    }
    this.lastClosing = this.end;
    if (--this.depth >= 0) return;
    // Prometheus reports this one behind it.
    this.start = this.end;
    throw this.unexpected('right parenthesis', char);
  }

  private closeBracket(): void {
    this.isInBrackets = false;
    this.mode = 'ordinary';
    this.lastClosing = this.start + 1;
    this.take(']', this.start + 1);
  }

  private finish(): void {
    if (this.depth !== 0) throw this.error('unclosed left parenthesis');
    if (this.isInBrackets) throw this.error('unclosed left bracket');
    this.take('end', this.start);
  }

  /** Goes behind white space and comments, where the next token starts. */
  private skipBlank(): void {
    const { bytes } = this;
    let at = this.end;
    for (;;) {
      const code = bytes.charCodeAt(at);
      if (isSpace(code)) {
        at++;
      } else if (code === HASH) {
        at = endOfLine(bytes, at);
      } else {
        break;
      }
    }
    this.start = at;
  }

  private take(type: TokenType, end: number): void {
    this.type = type;
    this.end = end;
    this.word = this.bytes.slice(this.start, end);
  }

  private unexpected(what: string, char: string): ParseError {
    return this.error(`unexpected ${what} ${quoteChar(char)}`);
  }

  private error(reason: string): ParseError {
    return parseError(this.bytes, this.start, reason);
  }
}

function endOfLine(bytes: string, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const code = bytes.charCodeAt(at);
    if (code === NEWLINE || code === RETURN) break;
    at += 1;
  }
  return at;
}
