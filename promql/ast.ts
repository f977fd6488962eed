/**
 * The syntax tree of a PromQL expression: plain data, one interface a kind of node, told apart by
 * `kind`. Kinds and fields follow Prometheus 3.14's `promql/parser/ast.go`.
 *
 * Every node says where it stands in the text, `[start, end)` in bytes of its UTF-8, and which type
 * of value it evaluates to. Durations are whole nanoseconds, as Go has them: they all come from one
 * double, so a number holds them exactly. `millisecondsOf` gives what evaluation counts in.
 */
import type { Matcher } from '../model/matcher.js';
import type { FunctionSignature } from './function-signatures.js';

/** What an expression evaluates to. */
export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string';

/** Where a node stands in the text: bytes from 0, `[start, end)`. */
export interface Position {
  readonly start: number;
  readonly end: number;
}

export type Expression =
  | Aggregation
  | Binary
  | Call
  | MatrixSelector
  | NumberLiteral
  | Parentheses
  | StringLiteral
  | Subquery
  | Unary
  | VectorSelector;

/** `5`, `1h30m`, `0x1f`, `Inf`. */
export interface NumberLiteral extends Position {
  readonly kind: 'number';
  readonly type: 'scalar';
  /** A duration's is in seconds. */
  readonly value: number;
  /** Whether it was written as a duration, and is to be printed as one. */
  readonly isDuration: boolean;
}

/** `"text"`; bytes that are no UTF-8 are kept as model/utf8.ts says. */
export interface StringLiteral extends Position {
  readonly kind: 'string';
  readonly type: 'string';
  readonly value: string;
}

/** What `offset` and `@` say of a selector or a subquery. */
export interface TimeModifiers {
  /** The literal `offset`, in nanoseconds; 0 where none or an expression was given. */
  readonly offsetNs: number;
  /** The `offset` that was given as an expression. */
  readonly offsetExpression: DurationExpression | null;
  /** `@ 5`, in milliseconds. */
  readonly timestamp: number | null;
  /** `@ start()`, `@ end()`. */
  readonly startOrEnd: 'start' | 'end' | null;
}

/** `name{label="value"} offset 5m @ 0`. */
export interface VectorSelector extends Position, TimeModifiers {
  readonly kind: 'vectorSelector';
  readonly type: 'vector';
  /** The name before the braces; `''` where there is none. Its matcher is the last one. */
  readonly name: string;
  readonly matchers: readonly Matcher[];
  readonly isAnchored: boolean;
  readonly isSmoothed: boolean;
}

/** `selector[5m]`; modifiers that follow the brackets are the selector's. */
export interface MatrixSelector extends Position {
  readonly kind: 'matrixSelector';
  readonly type: 'matrix';
  readonly selector: VectorSelector;
  /** The literal range in nanoseconds; 0 where an expression was given. */
  readonly rangeNs: number;
  readonly rangeExpression: DurationExpression | null;
}

/** `expression[1h:5m] offset 5m @ 0`. */
export interface Subquery extends Position, TimeModifiers {
  readonly kind: 'subquery';
  readonly type: 'matrix';
  readonly expression: Expression;
  /** The literal range in nanoseconds; 0 where an expression was given. */
  readonly rangeNs: number;
  readonly rangeExpression: DurationExpression | null;
  /** The literal step in nanoseconds; 0 where none or an expression was given. */
  readonly stepNs: number;
  readonly stepExpression: DurationExpression | null;
}

/** `rate(…)`. */
export interface Call extends Position {
  readonly kind: 'call';
  readonly type: ValueType;
  readonly func: FunctionSignature;
  readonly args: readonly Expression[];
}

export type AggregationOperator =
  | 'sum'
  | 'avg'
  | 'count'
  | 'min'
  | 'max'
  | 'group'
  | 'stddev'
  | 'stdvar'
  | 'topk'
  | 'bottomk'
  | 'count_values'
  | 'quantile'
  | 'limitk'
  | 'limit_ratio';

/** `sum by (job) (…)`, `topk(5, …)`. */
export interface Aggregation extends Position {
  readonly kind: 'aggregation';
  readonly type: 'vector';
  readonly operator: AggregationOperator;
  readonly expression: Expression;
  /** The first argument of the operators that take one. */
  readonly parameter: Expression | null;
  readonly grouping: readonly string[];
  /** Whether the labels are dropped rather than kept. */
  readonly isWithout: boolean;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
/** Cut a histogram above (`</`) or below (`>/`) a value. */
export type TrimOperator = '</' | '>/';
export type SetOperator = 'and' | 'or' | 'unless';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | TrimOperator | SetOperator;

export type Cardinality = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';

/** How the elements of two vectors find each other. */
export interface VectorMatching {
  readonly cardinality: Cardinality;
  readonly labels: readonly string[];
  /** Whether `labels` are those to match by, rather than those to ignore. */
  readonly isOn: boolean;
  /** Labels that the side of many takes from the side of one. */
  readonly include: readonly string[];
  /** What stands in for an element that the left or right side lacks. */
  readonly fillLeft: number | null;
  readonly fillRight: number | null;
}

/** `left + on (job) group_left () right`. */
export interface Binary extends Position {
  readonly kind: 'binary';
  /** Scalar where both sides are. */
  readonly type: 'scalar' | 'vector';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  /** Whether a comparison gives 0 and 1 rather than a choice. */
  readonly returnsBool: boolean;
  /** `null` unless both sides are vectors. */
  readonly matching: VectorMatching | null;
}

/** `-expression`. */
export interface Unary extends Position {
  readonly kind: 'unary';
  readonly type: ValueType;
  readonly operator: '+' | '-';
  readonly expression: Expression;
}

/** `(expression)`. */
export interface Parentheses extends Position {
  readonly kind: 'parentheses';
  readonly type: ValueType;
  readonly expression: Expression;
}

export type DurationOperator =
  '+' | '-' | '*' | '/' | '%' | '^' | 'step' | 'range' | 'min_of' | 'max_of';

/** A part of an arithmetic of durations; a number is in seconds. */
export type DurationOperand = DurationExpression | NumberLiteral;

/** `5m * 2`, `step()`, `max_of(1m, step())`: what may stand in brackets and behind `offset`. */
export interface DurationExpression extends Position {
  readonly kind: 'duration';
  readonly operator: DurationOperator;
  /** `null` of a sign, `step` and `range`. */
  readonly left: DurationOperand | null;
  /** `null` of `step` and `range`. */
  readonly right: DurationOperand | null;
  /** Whether it stands in parentheses. */
  readonly isWrapped: boolean;
}

/** A node that is being made: the parser sets fields that nobody sets later. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Whole milliseconds of nanoseconds, as evaluation counts them: cut off towards zero. */
export function millisecondsOf(nanoseconds: number): number {
  // What `%` leaves is exact, and so is the division of a multiple.
  return (nanoseconds - (nanoseconds % 1e6)) / 1e6 + 0;
}
