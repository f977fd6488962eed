/**
 * What a syntax tree must satisfy beyond the grammar: types, numbers of arguments, what may be
 * matched. Order and words are those of Prometheus 3.14 (`checkAST` in promql/parser/parse.go).
 *
 * The check also settles how vectors are matched: set operators match many to many, and sides that
 * are no vectors match nothing.
 */
import type { ParseError } from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';
import { METRIC_NAME } from '../model/labels.js';
import type {
  Aggregation,
  Binary,
  Call,
  Expression,
  Mutable,
  Subquery,
  Unary,
  ValueType,
  VectorSelector,
} from './ast.js';
import { isSpace } from './characters.js';
import { parseError } from './parse-error.js';
import { isSetOperator } from './tokens.js';

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** Throws a `ParseError` for the first thing that is wrong; `bytes` is the expression's text. */
export function checkExpression(expression: Expression, bytes: string): void {
  new Checker(bytes).check(expression);
}

class Checker {
  private readonly bytes: string;

  constructor(bytes: string) {
    this.bytes = bytes;
  }

  check(expression: Expression): void {
    switch (expression.kind) {
      case 'number':
      case 'string':
        return;
      case 'vectorSelector':
        return this.checkSelector(expression);
      case 'matrixSelector':
        return this.checkSelector(expression.selector);
      case 'parentheses':
        return this.check(expression.expression);
      case 'subquery':
        return this.checkSubquery(expression);
      case 'unary':
        return this.checkUnary(expression);
      case 'call':
        return this.checkCall(expression);
      case 'aggregation':
        return this.checkAggregation(expression);
      case 'binary':
        return this.checkBinary(expression);
    }
  }

  private checkSubquery({ expression, start }: Subquery): void {
    this.check(expression);
    if (expression.type === 'vector') return;
    const reason = `subquery is only allowed on instant vector, got ${expression.type} instead`;
    throw this.error(start, reason);
  }

  private checkUnary({ expression, start }: Unary): void {
    this.check(expression);
    if (isOperand(expression)) return;
    throw this.error(
      start,
      'unary expression only allowed on expressions of type scalar or instant vector, ' +
        `got "${documented(expression.type)}"`,
    );
  }

  private checkSelector({ name, matchers, start }: VectorSelector): void {
    if (name === '') {
      if (matchers.some((matcher) => !matcher.matchesEmpty)) return;
      throw this.error(start, 'vector selector must contain at least one non-empty matcher');
    }
    // The last matcher is that of the name before the braces.
    const second = matchers.findIndex((matcher) => matcher.name === METRIC_NAME);
    if (second === matchers.length - 1) return;
    const names = `${goQuote(name)} or ${goQuote(matchers[second].value)}`;
    throw this.error(start, `metric name must not be set twice: ${names}`);
  }

  private checkAggregation({ operator, expression, parameter }: Aggregation): void {
    this.checkType(expression, 'vector', 'aggregation expression');
    if (parameter === null) return;
    const type = operator === 'count_values' ? 'string' : 'scalar';
    this.checkType(parameter, type, 'aggregation parameter');
  }

  private checkType(expression: Expression, wanted: ValueType, where: string): void {
    this.check(expression);
    if (expression.type === wanted) return;
    throw this.error(expression.start, mismatch(wanted, where, expression.type));
  }

  private checkCall(call: Call): void {
    const { func, args, start } = call;
    this.checkArity(call);
    const where = `call to function ${goQuote(func.name)}`;
    const isInfo = func.name === 'info' && args.length > 1;
    if (isInfo) {
      const { type, kind } = args[1];
      if (type !== 'vector') throw this.error(start, mismatch('vector', where, type));
      const isNamed = kind === 'vectorSelector' && args[1].name !== '';
      if (isNamed) {
        const reason = 'expected label selectors only, got vector selector instead';
        throw this.error(args[1].start, reason);
      }
      if (kind !== 'vectorSelector') {
        throw this.error(args[1].start, 'expected label selectors only');
      }
    }
    const lastType = func.argTypes.length - 1;
    for (const [index, arg] of args.entries()) {
      // The labels that info() takes may match anything.
      if (isInfo && index === 1) continue;
      this.checkType(arg, func.argTypes[Math.min(index, lastType)], where);
    }
  }

  private checkArity({ func, args, start }: Call): void {
    const { argTypes, variadic } = func;
    const fail = (wanted: string): ParseError => {
      const where = `argument(s) in call to ${goQuote(func.name)}, got ${args.length}`;
      return this.error(start, `expected ${wanted} ${where}`);
    };
    if (variadic === 0) {
      if (args.length !== argTypes.length) throw fail(String(argTypes.length));
      return;
    }
    const least = argTypes.length - 1;
    if (args.length < least) throw fail(`at least ${least}`);
    if (variadic > 0 && args.length > least + variadic) {
      throw fail(`at most ${least + variadic}`);
    }
  }

  private checkBinary(binary: Binary): void {
    const { left, operator, right, start, returnsBool } = binary;
    this.check(left);
    this.check(right);
    const isComparison = COMPARISONS.has(operator);
    if (returnsBool && !isComparison) {
      const reason = 'bool modifier can only be used on comparison operators';
      throw this.error(this.operatorOf(left), reason);
    }
    if (isComparison && !returnsBool && binary.type === 'scalar') {
      const reason = 'comparisons between scalars must use BOOL modifier';
      throw this.error(this.operatorOf(left), reason);
    }
    this.checkLabels(binary);
    for (const side of [left, right]) {
      if (isOperand(side)) continue;
      const reason = 'binary expression must contain only scalar and instant vector types';
      throw this.error(side.start, reason);
    }
    this.settleMatching(binary);
    const hasScalar = left.type === 'scalar' || right.type === 'scalar';
    if (hasScalar && isSetOperator(operator)) {
      const reason = `set operator ${goQuote(operator)} not allowed in binary scalar expression`;
      throw this.error(start, reason);
    }
  }

  private checkLabels({ left, matching }: Binary): void {
    if (matching === null || !matching.isOn) return;
    for (const label of matching.labels) {
      if (!matching.include.includes(label)) continue;
      const reason = `label ${goQuote(label)} must not occur in ON and GROUP clause at once`;
      throw this.error(this.operatorOf(left), reason);
    }
  }

  private settleMatching(binary: Mutable<Binary>): void {
    const { left, operator, right, matching, start } = binary;
    if (matching === null) return;
    const hasFill = matching.fillLeft !== null || matching.fillRight !== null;
    if (left.type !== 'vector' || right.type !== 'vector') {
      if (matching.labels.length > 0) {
        throw this.error(start, 'vector matching only allowed between instant vectors');
      }
      if (hasFill) {
        const reason = 'filling in missing series only allowed between instant vectors';
        throw this.error(start, reason);
      }
      binary.matching = null;
    } else if (isSetOperator(operator)) {
      if (matching.cardinality !== 'one-to-one') {
        throw this.error(start, `no grouping allowed for ${goQuote(operator)} operation`);
      }
      if (hasFill) {
        throw this.error(start, 'filling in missing series not allowed for set operators');
      }
      binary.matching = { ...matching, cardinality: 'many-to-many' };
    }
  }

  /** Where an operator is told to stand: behind its left side and white space. */
  private operatorOf(left: Expression): number {
    let at = left.end;
    while (isSpace(this.bytes.charCodeAt(at))) at++;
    return at;
  }

  private error(offset: number, reason: string): ParseError {
    return parseError(this.bytes, offset, reason);
  }
}

function isOperand({ type }: Expression): boolean {
  return type === 'scalar' || type === 'vector';
}

function mismatch(wanted: ValueType, where: string, got: ValueType): string {
  return `expected type ${documented(wanted)} in ${where}, got ${documented(got)}`;
}

/** A type as users know it. */
function documented(type: ValueType): string {
  if (type === 'vector') return 'instant vector';
  return type === 'matrix' ? 'range vector' : type;
}
