/**
 * What the parser sees of the lexer: one token of look-ahead, read no earlier than it is asked for.
 * When a token is read matters, because the first error is the one that is told: Prometheus' parser
 * completes a call at its parenthesis, and an aggregation only once it saw what follows.
 *
 * An unexpected token is told with the nearest unfinished construct that has a say in it; those
 * stand in `contexts`.
 */
import { LimitError, type ParseError } from '../model/errors.js';
import { Lexer } from './lexer.js';
import { parseError } from './parse-error.js';
import { describeToken, type TokenType } from './tokens.js';

/** How deep expressions may be nested, and how many operators may follow one another. */
export const EXPRESSION_DEPTH_MAX = 500;

export class TokenStream {
  readonly lexer: Lexer;
  private readonly contexts: string[] = [];
  private isRead = false;
  private depth = 0;
  /** Of the tree of what was read last: how many nodes stand over its lowest. */
  height = 0;

  constructor(text: string) {
    this.lexer = new Lexer(text);
  }

  /** The type of the next token. */
  peek(): TokenType {
    if (!this.isRead) {
      this.lexer.next();
      this.isRead = true;
    }
    return this.lexer.type;
  }

  /** Passes over the token that was peeked at; the lexer still shows it. */
  advance(): void {
    this.isRead = false;
  }

  /** Whether the next token is of a type; then passes over it. */
  accept(type: TokenType): boolean {
    if (this.peek() !== type) return false;
    this.isRead = false;
    return true;
  }

  /** Whether the next token is a keyword; then passes over it. */
  acceptKeyword(word: string): boolean {
    if (this.peek() !== 'keyword' || this.lexer.word !== word) return false;
    this.isRead = false;
    return true;
  }

  /** The sign that is next, which it passes over, or `''`. */
  acceptSign(): '' | '+' | '-' {
    if (this.peek() !== 'operator') return '';
    const { word } = this.lexer;
    if (word !== '+' && word !== '-') return '';
    this.isRead = false;
    return word;
  }

  /** Passes over a token of a type, or throws. */
  expect(type: TokenType): void {
    if (!this.accept(type)) throw this.unexpected();
  }

  /** From here on, unexpected tokens are told with ` in …`. */
  enter(context: string): void {
    this.contexts.push(context);
  }

  /** The construct goes on in another state. */
  change(context: string): void {
    this.contexts[this.contexts.length - 1] = context;
  }

  /** The construct is complete. */
  leave(): void {
    this.contexts.pop();
  }

  /** The next token is none that may stand here. */
  unexpected(context = this.contexts.at(-1) ?? ''): ParseError {
    this.peek();
    const { lexer } = this;
    const text = lexer.bytes.slice(lexer.start, lexer.end);
    return this.error(lexer.start, `unexpected ${describeToken(lexer.type, text)}${context}`);
  }

  error(offset: number, reason: string): ParseError {
    return parseError(this.lexer.bytes, offset, reason);
  }

  /** Goes one level down in the text. */
  descend(): void {
    if (++this.depth > EXPRESSION_DEPTH_MAX) throw tooDeep();
  }

  ascend(): void {
    this.depth--;
  }

  /** What was read last is a leaf of the tree. */
  leaf(): void {
    this.height = 0;
  }

  /** A node stands over what was read last and over another part of the given height. */
  join(height: number): void {
    this.height = Math.max(this.height, height) + 1;
    if (this.height > EXPRESSION_DEPTH_MAX) throw tooDeep();
  }
}

function tooDeep(): LimitError {
  return new LimitError(
    'EXPRESSION_DEPTH_MAX',
    `expressions may be nested ${EXPRESSION_DEPTH_MAX} deep, chains of operators included`,
  );
}
