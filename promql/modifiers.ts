/**
 * The productions that follow an expression and bind tightest: ranges, `offset`, `@`, `anchored`
 * and `smoothed`. All but the range set fields of the selector or subquery before them.
 */
import type { ParseError } from '../model/errors.js';
import type {
  DurationExpression,
  DurationOperand,
  Expression,
  MatrixSelector,
  Mutable,
  Subquery,
  TimeModifiers,
  VectorSelector,
} from './ast.js';
import { DurationParser } from './duration-parser.js';
import { parseNumberLiteral } from './literals.js';
import { INT64_MIN, roundHalfAway, toInt64, toNanoseconds } from './duration-text.js';
import type { ParserOptions } from './parser-options.js';
import type { TokenStream } from './token-stream.js';

const IN_OFFSET = ' in offset, expected number, duration, step(), or range()';
const IN_AT = ' in @, expected timestamp';
const IN_BRACKETS = ' in subquery or range selector, expected number, duration, step(), or range()';
const BEHIND_RANGE = ' in subquery or range, expected ":" or "]"';
const BEHIND_COLON = ' in subquery selector, expected number, duration, step(), range(), or "]"';
const BEHIND_STEP = ' in subquery selector, expected "]"';
const BEHIND_SELECTOR =
  'must be preceded by an instant vector selector or range vector selector or a subquery';

/** What modifiers change. */
interface Target {
  readonly modifiers: Mutable<TimeModifiers>;
  /** Of a range vector selector, the whole. */
  readonly whole: { end: number };
}

export class ModifierParser {
  private readonly stream: TokenStream;
  private readonly options: ParserOptions;
  private readonly durations: DurationParser;

  constructor(stream: TokenStream, options: ParserOptions) {
    this.stream = stream;
    this.options = options;
    this.durations = new DurationParser(stream, options);
  }

  /**     modifiers  (brackets | offset | at | 'anchored' | 'smoothed')* */
  parse(first: Expression): Expression {
    const { stream } = this;
    let expression = first;
    for (;;) {
      const type = stream.peek();
      if (type === '[') expression = this.parseBrackets(expression);
      else if (type === '@') this.parseAt(expression);
      else if (type !== 'keyword' || !this.parseKeyword(expression)) return expression;
    }
  }

  private parseKeyword(expression: Expression): boolean {
    const { word } = this.stream.lexer;
    if (word === 'offset') this.parseOffset(expression);
    else if (word === 'anchored' || word === 'smoothed') this.parseExtension(expression, word);
    else return false;
    return true;
  }

  /**     brackets  '[' duration ']' | '[' duration ':' duration? ']' */
  private parseBrackets(expression: Expression): MatrixSelector | Subquery {
    const { stream } = this;
    const { height } = stream;
    const { start } = stream.lexer;
    stream.advance();
    stream.enter(IN_BRACKETS);
    const range = this.parsePositive();
    stream.change(BEHIND_RANGE);
    let node: MatrixSelector | Subquery;
    if (stream.accept(']')) {
      node = this.matrixSelector(expression, range, start);
    } else {
      stream.expect(':');
      stream.change(BEHIND_COLON);
      const step = stream.peek() === ']' ? null : this.parsePositive();
      stream.change(BEHIND_STEP);
      stream.expect(']');
      node = this.subquery(expression, range, step);
    }
    stream.leave();
    stream.join(height);
    return node;
  }

  private parsePositive(): DurationOperand {
    const duration = this.durations.parse();
    if (duration.kind === 'number' && duration.value <= 0) {
      throw this.stream.error(duration.start, 'duration must be greater than 0');
    }
    return duration;
  }

  private matrixSelector(
    selector: Expression,
    range: DurationOperand,
    bracketStart: number,
  ): MatrixSelector {
    const { stream } = this;
    const fail = (reason: string): ParseError => stream.error(bracketStart, reason);
    if (selector.kind !== 'vectorSelector') throw fail('ranges only allowed for vector selectors');
    if (selector.offsetNs !== 0) throw fail('no offset modifiers allowed before range');
    if (selector.timestamp !== null) throw fail('no @ modifiers allowed before range');
    const rangeExpression = expressionOf(range);
    return {
      kind: 'matrixSelector',
      type: 'matrix',
      selector,
      rangeNs: nanosecondsOf(range),
      rangeExpression,
      start: selector.start,
      end: stream.lexer.lastClosing,
    };
  }

  private subquery(
    expression: Expression,
    range: DurationOperand,
    step: DurationOperand | null,
  ): Subquery {
    return {
      kind: 'subquery',
      type: 'matrix',
      expression,
      rangeNs: nanosecondsOf(range),
      rangeExpression: expressionOf(range),
      stepNs: step === null ? 0 : nanosecondsOf(step),
      stepExpression: step === null ? null : expressionOf(step),
      offsetNs: 0,
      offsetExpression: null,
      timestamp: null,
      startOrEnd: null,
      start: expression.start,
      end: this.stream.lexer.end,
    };
  }

  /**     offset  'offset' duration */
  private parseOffset(expression: Expression): void {
    const { stream } = this;
    stream.advance();
    stream.enter(IN_OFFSET);
    const { height } = stream;
    const offset = this.durations.parseOffset();
    stream.join(height);
    stream.leave();
    const target = targetOf(expression);
    if (target === null) throw this.misplaced(expression, 'offset modifier');
    const { modifiers, whole } = target;
    if (modifiers.offsetNs !== 0 || modifiers.offsetExpression !== null) {
      throw stream.error(expression.start, 'offset may not be set multiple times');
    }
    modifiers.offsetNs = nanosecondsOf(offset);
    modifiers.offsetExpression = expressionOf(offset);
    whole.end = stream.lexer.lastClosing;
  }

  /**     at  '@' ('start' | 'end') '(' ')' | '@' ('+' | '-')? number */
  private parseAt(expression: Expression): void {
    const { stream } = this;
    stream.advance();
    stream.enter(IN_AT);
    let startOrEnd: 'start' | 'end' | null = null;
    let timestamp: number | null = null;
    const { word } = stream.peek() === 'time word' ? stream.lexer : { word: '' };
    if (word === 'start' || word === 'end') {
      stream.advance();
      stream.expect('(');
      stream.expect(')');
      startOrEnd = word;
    } else {
      const sign = stream.acceptSign();
      const { value } = parseNumberLiteral(stream);
      timestamp = this.timestamp(expression, sign === '-' ? -value : value);
    }
    stream.leave();
    const target = targetOf(expression);
    if (target === null) throw this.misplaced(expression, '@ modifier');
    const { modifiers, whole } = target;
    if (modifiers.timestamp !== null || modifiers.startOrEnd !== null) {
      throw stream.error(expression.start, '@ <timestamp> may not be set multiple times');
    }
    modifiers.timestamp = timestamp;
    modifiers.startOrEnd = startOrEnd;
    whole.end = stream.lexer.lastClosing;
  }

  /** Milliseconds of the seconds behind `@`. */
  private timestamp(expression: Expression, seconds: number): number {
    if (Math.abs(seconds) < -INT64_MIN) return toInt64(roundHalfAway(seconds * 1000));
    const reason = `timestamp out of bounds for @ modifier: ${formatLarge(seconds)}`;
    throw this.stream.error(expression.start, reason);
  }

  /** `anchored` and `smoothed`, which are one or the other. */
  private parseExtension(expression: Expression, word: 'anchored' | 'smoothed'): void {
    const { stream } = this;
    stream.advance();
    const fail = (reason: string): ParseError => stream.error(expression.start, reason);
    if (this.options.extendedRangeSelectors !== true) {
      throw fail(`${word} modifier is experimental and not enabled`);
    }
    if (expression.kind === 'subquery') {
      throw fail(`${word} modifier is not supported for subqueries`);
    }
    const selector: Mutable<VectorSelector> | null = selectorOf(expression);
    if (selector === null) throw fail(`${word} modifier not implemented`);
    if (word === 'anchored') selector.isAnchored = true;
    else selector.isSmoothed = true;
    if (selector.isAnchored && selector.isSmoothed) {
      throw fail('anchored and smoothed modifiers cannot be used together');
    }
  }

  private misplaced(expression: Expression, modifier: string): ParseError {
    return this.stream.error(expression.start, `${modifier} ${BEHIND_SELECTOR}`);
  }
}

function targetOf(expression: Expression): Target | null {
  if (expression.kind === 'subquery') return { modifiers: expression, whole: expression };
  const selector = selectorOf(expression);
  return selector === null ? null : { modifiers: selector, whole: expression };
}

function selectorOf(expression: Expression): VectorSelector | null {
  if (expression.kind === 'vectorSelector') return expression;
  return expression.kind === 'matrixSelector' ? expression.selector : null;
}

function nanosecondsOf(duration: DurationOperand): number {
  return duration.kind === 'number' ? toNanoseconds(duration.value) : 0;
}

function expressionOf(duration: DurationOperand): DurationExpression | null {
  return duration.kind === 'number' ? null : duration;
}

/** A double beyond int64 as Go's `%f` prints it. */
function formatLarge(value: number): string {
  if (Number.isFinite(value)) return `${BigInt(value)}.000000`;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}
