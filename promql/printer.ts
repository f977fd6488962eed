/**
 * A syntax tree as text that parses to it again, laid out as Prometheus' `/format_query` does
 * (promql/parser/printer.go and prettier.go): an expression whose text in one line exceeds 100
 * bytes is spread over lines, its parts two blanks deeper.
 */
import { formatG, formatPlain, formatSeconds } from '../model/go-float.js';
import { goQuote } from '../model/go-quote.js';
import { METRIC_NAME } from '../model/labels.js';
import { compareUtf8, encodeUtf8 } from '../model/utf8.js';
import {
  type Aggregation,
  type Binary,
  type Call,
  type DurationExpression,
  type DurationOperand,
  type Expression,
  type MatrixSelector,
  millisecondsOf,
  type NumberLiteral,
  type Parentheses,
  type Subquery,
  type TimeModifiers,
  type VectorMatching,
  type VectorSelector,
} from './ast.js';
import { formatDuration, INT64_MIN, toInt64 } from './duration-text.js';

const LINE_BYTES_MAX = 100;
const INDENT = '  ';
const PLAIN_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The text of an expression, spread over lines where it is long. */
export function formatExpression(expression: Expression): string {
  return new Layout().lines(expression, 0);
}

/** The text of an expression in one line. */
export function printExpression(expression: Expression): string {
  return new Layout().line(expression);
}

/** What is spread over lines where it does not fit. */
type Spreading = Parentheses | Call | Aggregation | Binary;

/** Knows the one-line texts of the nodes of one tree, so that each is made once. */
class Layout {
  private readonly texts = new Map<Expression, string>();

  line(expression: Expression): string {
    const known = this.texts.get(expression);
    if (known !== undefined) return known;
    const text = this.print(expression);
    this.texts.set(expression, text);
    return text;
  }

  lines(expression: Expression, level: number): string {
    const indent = INDENT.repeat(level);
    switch (expression.kind) {
      case 'number':
      case 'string':
      case 'vectorSelector':
      case 'matrixSelector':
        return indent + this.line(expression);
      case 'unary': {
        // The sign takes the indent of what it stands before.
        const operand = this.lines(expression.expression, level).trim();
        return indent + expression.operator + operand;
      }
      case 'subquery':
        // Prometheus does not indent one that fits.
        if (this.fits(expression)) return this.line(expression);
        return this.lines(expression.expression, level) + bracketsOf(expression);
      case 'parentheses':
      case 'call':
      case 'aggregation':
      case 'binary':
        if (this.fits(expression)) return indent + this.line(expression);
        return this.spread(expression, level, indent);
    }
  }

  /** The parts of an expression that does not fit, a level deeper. */
  private spread(expression: Spreading, level: number, indent: string): string {
    const parts = (...expressions: readonly Expression[]): string =>
      expressions.map((part) => this.lines(part, level + 1)).join(',\n');
    switch (expression.kind) {
      case 'parentheses':
        return `${indent}(\n${parts(expression.expression)}\n${indent})`;
      case 'call':
        return `${indent}${expression.func.name}(\n${parts(...expression.args)}\n${indent})`;
      case 'aggregation': {
        const args = parts(...argumentsOf(expression));
        return `${indent}${headOf(expression)}(\n${args}\n${indent})`;
      }
      case 'binary': {
        const { left, right } = expression;
        return `${parts(left)}\n${indent}${operatorOf(expression)}\n${parts(right)}`;
      }
    }
  }

  private fits(expression: Expression): boolean {
    const text = this.line(expression);
    // UTF-16 units are never more than bytes.
    return text.length <= LINE_BYTES_MAX && encodeUtf8(text).length <= LINE_BYTES_MAX;
  }

  private print(expression: Expression): string {
    switch (expression.kind) {
      case 'number':
        return numberText(expression);
      case 'string':
        return goQuote(expression.value);
      case 'vectorSelector':
        return selectorText(expression);
      case 'matrixSelector':
        return matrixText(expression);
      case 'subquery':
        return this.line(expression.expression) + bracketsOf(expression);
      case 'unary':
        return expression.operator + this.line(expression.expression);
      case 'parentheses':
        return `(${this.line(expression.expression)})`;
      case 'call':
        return `${expression.func.name}(${this.list(expression.args)})`;
      case 'aggregation':
        return `${headOf(expression)}(${this.list(argumentsOf(expression))})`;
      case 'binary': {
        const { left, right } = expression;
        return `${this.line(left)} ${operatorOf(expression)} ${this.line(right)}`;
      }
    }
  }

  private list(expressions: readonly Expression[]): string {
    return expressions.map((expression) => this.line(expression)).join(', ');
  }
}

function argumentsOf({ parameter, expression }: Aggregation): Expression[] {
  return parameter === null ? [expression] : [parameter, expression];
}

/** `sum by (job) `; a `by ()` says nothing. */
function headOf({ operator, grouping, isWithout }: Aggregation): string {
  if (!isWithout && grouping.length === 0) return operator;
  return `${operator} ${isWithout ? 'without' : 'by'} (${labelList(grouping)}) `;
}

function labelList(labels: readonly string[]): string {
  return labels.map((label) => (PLAIN_LABEL.test(label) ? label : goQuote(label))).join(', ');
}

/** `== bool on (job) group_left () fill (0)`. */
function operatorOf({ operator, returnsBool, matching }: Binary): string {
  return operator + (returnsBool ? ' bool' : '') + (matching === null ? '' : clauseOf(matching));
}

function clauseOf(matching: VectorMatching): string {
  const { cardinality, labels, isOn, include, fillLeft, fillRight } = matching;
  const isGrouped = cardinality === 'many-to-one' || cardinality === 'one-to-many';
  let text = '';
  if (labels.length > 0 || isOn || isGrouped) {
    text += ` ${isOn ? 'on' : 'ignoring'} (${labelList(labels)})`;
  }
  if (isGrouped) {
    const side = cardinality === 'many-to-one' ? 'left' : 'right';
    text += ` group_${side} (${labelList(include)})`;
  }
  if (fillLeft !== null && fillLeft === fillRight) return `${text} fill (${formatG(fillLeft)})`;
  if (fillLeft !== null) text += ` fill_left (${formatG(fillLeft)})`;
  if (fillRight !== null) text += ` fill_right (${formatG(fillRight)})`;
  return text;
}

function numberText({ value, isDuration }: NumberLiteral): string {
  if (!isDuration) return formatPlain(value);
  const text = formatDuration(millisecondsOf(toInt64(Math.abs(value) * 1e9)));
  return value < 0 ? `-${text}` : text;
}

/** The modifiers of a range vector selector follow its brackets. */
function matrixText({ selector, rangeNs, rangeExpression }: MatrixSelector): string {
  const range = durationText(rangeNs, rangeExpression);
  const extension = extensionOf(selector);
  return `${nameAndMatchers(selector)}[${range}]${extension}${atOf(selector)}${offsetOf(selector)}`;
}

function selectorText(selector: VectorSelector): string {
  const text = nameAndMatchers(selector) + atOf(selector);
  return text + extensionOf(selector) + offsetOf(selector);
}

function nameAndMatchers({ name, matchers }: VectorSelector): string {
  const texts: string[] = [];
  for (const matcher of matchers) {
    const isName =
      name !== '' && matcher.name === METRIC_NAME && matcher.type === '=' && matcher.value === name;
    if (!isName) texts.push(matcher.toString());
  }
  if (texts.length === 0) return name;
  return `${name}{${texts.sort(compareUtf8).join(',')}}`;
}

function extensionOf({ isAnchored, isSmoothed }: VectorSelector): string {
  return isAnchored ? ' anchored' : isSmoothed ? ' smoothed' : '';
}

/** `[1h:5m] @ 0.000 offset 5m`. */
function bracketsOf(subquery: Subquery): string {
  const { rangeNs, rangeExpression, stepNs, stepExpression } = subquery;
  const hasStep = stepNs !== 0 || stepExpression !== null;
  const step = hasStep ? durationText(stepNs, stepExpression) : '';
  const range = durationText(rangeNs, rangeExpression);
  return `[${range}:${step}]${atOf(subquery)}${offsetOf(subquery)}`;
}

function atOf({ timestamp, startOrEnd }: TimeModifiers): string {
  if (timestamp !== null) return ` @ ${formatSeconds(timestamp)}`;
  return startOrEnd === null ? '' : ` @ ${startOrEnd}()`;
}

function offsetOf({ offsetNs, offsetExpression }: TimeModifiers): string {
  if (offsetExpression !== null) return ` offset ${durationExpressionText(offsetExpression)}`;
  if (offsetNs === 0) return '';
  if (offsetNs > 0) return ` offset ${formatDuration(millisecondsOf(offsetNs))}`;
  // Go's least int64 is its own negative.
  const negated = offsetNs === INT64_MIN ? INT64_MIN : -offsetNs;
  return ` offset -${formatDuration(millisecondsOf(negated))}`;
}

function durationText(nanoseconds: number, expression: DurationExpression | null): string {
  if (expression !== null) return durationExpressionText(expression);
  return formatDuration(millisecondsOf(nanoseconds));
}

function durationExpressionText(expression: DurationExpression): string {
  const text = durationOperationText(expression);
  return expression.isWrapped ? `(${text})` : text;
}

function durationOperationText({ operator, left, right }: DurationExpression): string {
  if (right === null) return `${operator}()`;
  const rightText = operandText(right);
  if (left === null) return operator === '-' ? `-${rightText}` : rightText;
  if (operator === 'min_of' || operator === 'max_of') {
    return `${operator}(${operandText(left)}, ${rightText})`;
  }
  return `${operandText(left)} ${operator} ${rightText}`;
}

function operandText(operand: DurationOperand): string {
  return operand.kind === 'number' ? numberText(operand) : durationExpressionText(operand);
}
