/** What binary operators do to two floats. */
import type {
  ArithmeticOperator,
  BinaryOperator,
  ComparisonOperator,
  SetOperator,
  TrimOperator,
} from './ast.js';
import { goPow } from './go-math.js';
import { goAtan2 } from './go-trigonometry.js';

export type Arithmetic = (left: number, right: number) => number;
export type Comparison = (left: number, right: number) => boolean;

const ARITHMETIC: Readonly<Record<ArithmeticOperator, Arithmetic>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': goPow,
  atan2: goAtan2,
};

const COMPARISONS: Readonly<Record<ComparisonOperator, Comparison>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** An operator as a function of two floats; null for those that floats do not know. */
export type FloatOperator =
  | { readonly kind: 'arithmetic'; readonly apply: Arithmetic }
  | { readonly kind: 'comparison'; readonly test: Comparison };

export function floatOperator(operator: BinaryOperator): FloatOperator | null {
  if (isArithmetic(operator)) return { kind: 'arithmetic', apply: ARITHMETIC[operator] };
  if (isComparison(operator)) return { kind: 'comparison', test: COMPARISONS[operator] };
  return null;
}

function isArithmetic(operator: BinaryOperator): operator is ArithmeticOperator {
  return Object.hasOwn(ARITHMETIC, operator);
}

function isComparison(operator: BinaryOperator): operator is ComparisonOperator {
  return Object.hasOwn(COMPARISONS, operator);
}

export function isSetOperator(operator: BinaryOperator): operator is SetOperator {
  return operator === 'and' || operator === 'or' || operator === 'unless';
}

export function isTrim(operator: BinaryOperator): operator is TrimOperator {
  return operator === '</' || operator === '>/';
}
