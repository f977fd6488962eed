/** The arithmetic of durations: `[5m * 2]`, `offset -step()`; seconds until the end. */
import { QueryError } from '../model/errors.js';
import { unreachable } from '../model/assert.js';
import type { DurationExpression, DurationOperand, Position } from './ast.js';
import { goMax, goMin } from './go-math.js';

/** What `step()` and `range()` stand for, in seconds. */
export interface DurationScope {
  readonly stepSeconds: number;
  readonly rangeSeconds: number;
}

/** Beyond this a duration does not fit into Go's nanoseconds. */
const SECONDS_MAX = 2 ** 63 / 1e9;

/** Whole milliseconds of an offset, cut off towards zero. */
export function offsetOf(expression: DurationExpression, scope: DurationScope): number {
  const seconds = secondsOf(expression, scope);
  if (!Number.isFinite(seconds)) fail(expression, 'duration is NaN or infinite');
  if (Math.abs(seconds) > SECONDS_MAX) fail(expression, 'duration is out of range');
  return Math.trunc(seconds * 1000) + 0;
}

/** The same of a range or a step, which is greater than 0. */
export function lengthOf(expression: DurationExpression, scope: DurationScope): number {
  const seconds = secondsOf(expression, scope);
  if (seconds <= 0 && Number.isFinite(seconds)) {
    fail(expression, 'duration must be greater than 0');
  }
  return offsetOf(expression, scope);
}

function secondsOf(operand: DurationOperand, scope: DurationScope): number {
  if (operand.kind === 'number') return operand.value;
  const left = operand.left === null ? 0 : secondsOf(operand.left, scope);
  const right = operand.right === null ? 0 : secondsOf(operand.right, scope);
  switch (operand.operator) {
    case 'step':
      return scope.stepSeconds;
    case 'range':
      return scope.rangeSeconds;
    case 'min_of':
      return goMin(left, right);
    case 'max_of':
      return goMax(left, right);
    case '+':
      return operand.left === null ? right : left + right;
    case '-':
      return operand.left === null ? -right : left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? fail(operand, 'division by zero') : left / right;
    case '%':
      return right === 0 ? fail(operand, 'modulo by zero') : left % right;
    case '^':
      return left ** right;
    default:
      return unreachable(operand.operator);
  }
}

function fail(position: Position, what: string): never {
  throw new QueryError('bad_data', `${position.start}:${position.end}: ${what}`);
}
