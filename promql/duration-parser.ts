/**
 * The productions for durations in brackets and behind `offset`, which may be an arithmetic of
 * their own, without vectors.
 */
import type { ParseError } from '../model/errors.js';
import type { DurationExpression, DurationOperand, DurationOperator } from './ast.js';
import { parseNumberLiteral } from './literals.js';
import { isDurationOutOfRange } from './duration-text.js';
import type { ParserOptions } from './parser-options.js';
import type { TokenStream } from './token-stream.js';
import { DURATION_WORDS } from './tokens.js';

const PRECEDENCES: ReadonlyMap<string, number> = new Map([
  ['+', 1],
  ['-', 1],
  ['*', 2],
  ['/', 2],
  ['%', 2],
  ['^', 3],
]);
const LOWEST = 1;
const POWER = 3;

interface Sign {
  readonly isMinus: boolean;
  readonly start: number;
}

export class DurationParser {
  private readonly stream: TokenStream;
  private readonly options: ParserOptions;

  constructor(stream: TokenStream, options: ParserOptions) {
    this.stream = stream;
    this.options = options;
  }

  /**
   *     duration  duration ('+' | '-' | '*' | '/' | '%' | '^') duration
   *             | ('+' | '-') duration
   *             | '(' duration ')'
   *             | number | call
   */
  parse(): DurationOperand {
    return this.parseBinary(LOWEST);
  }

  /**
   * What follows `offset` ends as early as it can, so that `a offset 5m + b` is a sum of vectors,
   * but goes on behind a parenthesis and behind two signs.
   *
   *     offset  sign? (number | call) | sign '(' duration ')' | duration
   */
  parseOffset(): DurationOperand {
    const { stream } = this;
    if (stream.peek() === '(') return this.parse();
    const sign = this.acceptSign();
    if (sign === null) return this.parseSimple();
    const second = this.acceptSign();
    if (second !== null) {
      const inner = this.signed(second, this.parseBinary(POWER));
      return this.parseRest(this.signed(sign, inner), LOWEST);
    }
    if (stream.peek() === 'time word') {
      const call = this.parseCall();
      this.checkEnabled(sign.start);
      return durationNode(sign.isMinus ? '-' : '+', null, call, sign.start, call.end);
    }
    if (!stream.accept('(')) return this.signed(sign, parseNumberLiteral(stream));
    const inner = this.parse();
    stream.expect(')');
    return this.signed(sign, wrapped(inner));
  }

  private parseBinary(precedenceMin: number): DurationOperand {
    this.stream.descend();
    const operand = this.parseRest(this.parseOperand(), precedenceMin);
    this.stream.ascend();
    return operand;
  }

  /** The operators that follow a left side. */
  private parseRest(first: DurationOperand, precedenceMin: number): DurationOperand {
    const { stream } = this;
    let left = first;
    for (;;) {
      const precedence = stream.peek() === 'operator' ? PRECEDENCES.get(stream.lexer.word) : 0;
      if (precedence === undefined || precedence < precedenceMin) return left;
      stream.advance();
      const operator = stream.lexer.word as DurationOperator;
      const { start } = stream.lexer;
      const { height } = stream;
      const right = this.parseBinary(operator === '^' ? precedence : precedence + 1);
      this.checkEnabled(left.start);
      if (right.kind === 'number' && right.value === 0) {
        if (operator === '/') throw stream.error(start, 'division by zero');
        if (operator === '%') throw stream.error(start, 'modulo by zero');
      }
      stream.join(height);
      left = durationNode(operator, left, right, left.start, right.end);
    }
  }

  private parseOperand(): DurationOperand {
    const { stream } = this;
    const sign = this.acceptSign();
    if (sign !== null) return this.signed(sign, this.parseBinary(POWER));
    if (!stream.accept('(')) return this.parseSimple();
    const inner = this.parse();
    stream.expect(')');
    this.checkEnabled(inner.start);
    return wrapped(inner);
  }

  /**     simple  number | call */
  private parseSimple(): DurationOperand {
    if (this.stream.peek() === 'time word') {
      const call = this.parseCall();
      // Prometheus has these at their arguments.
      this.checkEnabled(call.left?.start ?? call.start);
      return call;
    }
    const number = parseNumberLiteral(this.stream);
    this.stream.leaf();
    if (isDurationOutOfRange(number.value)) throw this.outOfRange(number.start);
    return number;
  }

  /**     call  ('step' | 'range') '(' ')' | ('min_of' | 'max_of') '(' duration ',' duration ')' */
  private parseCall(): DurationExpression {
    const { stream } = this;
    const { word, start } = stream.lexer;
    if (!DURATION_WORDS.has(word)) throw stream.unexpected();
    stream.advance();
    stream.expect('(');
    stream.leaf();
    if (word === 'step' || word === 'range') {
      stream.expect(')');
      return durationNode(word, null, null, start, stream.lexer.end);
    }
    const left = this.parse();
    const { height } = stream;
    stream.expect(',');
    const right = this.parse();
    stream.join(height);
    stream.expect(')');
    return durationNode(word as DurationOperator, left, right, left.start, right.end);
  }

  private acceptSign(): Sign | null {
    const sign = this.stream.acceptSign();
    return sign === '' ? null : { isMinus: sign === '-', start: this.stream.lexer.start };
  }

  /** A sign changes a number itself, and is kept before anything else unless it is `+`. */
  private signed({ isMinus, start }: Sign, operand: DurationOperand): DurationOperand {
    this.stream.join(0);
    if (operand.kind === 'duration') {
      return isMinus ? durationNode('-', null, operand, start, operand.end) : operand;
    }
    const value = isMinus ? -operand.value : operand.value;
    if (isDurationOutOfRange(value)) throw this.outOfRange(start);
    return { ...operand, value, start };
  }

  private checkEnabled(offset: number): void {
    if (this.options.durationExpressions !== false) return;
    throw this.stream.error(offset, 'experimental duration expression is not enabled');
  }

  private outOfRange(offset: number): ParseError {
    return this.stream.error(offset, 'duration out of range');
  }
}

function durationNode(
  operator: DurationOperator,
  left: DurationOperand | null,
  right: DurationOperand | null,
  start: number,
  end: number,
): DurationExpression {
  return { kind: 'duration', operator, left, right, isWrapped: false, start, end };
}

/** What stands in parentheses; a number needs none. */
function wrapped(operand: DurationOperand): DurationOperand {
  return operand.kind === 'duration' ? { ...operand, isWrapped: true } : operand;
}
