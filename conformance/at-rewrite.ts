/**
 * The same query, bound to its moment: with `@` on each selector it must give the same at any other
 * moment, unless it asks for the moment itself.
 */
import type { Expression, Mutable, TimeModifiers } from '../promql/ast.js';
import { parseExpression } from '../promql/parser.js';
import type { ParserOptions } from '../promql/parser-options.js';
import { printExpression } from '../promql/printer.js';

/** Functions whose value depends on the moment, or that see the times of samples. */
const UNBOUND: ReadonlySet<string> = new Set([
  'days_in_month',
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'end',
  'hour',
  'minute',
  'month',
  'year',
  'predict_linear',
  'range',
  'start',
  'step',
  'time',
  'timestamp',
]);

/** A query and the moment of its evaluation. */
export interface Moment {
  readonly query: string;
  readonly time: number;
}

/** The query as it is, and bound to its moment at five others. */
export function momentsOf(query: string, time: number, options: ParserOptions): Moment[] {
  const expression = parseExpression(query, options);
  if (!bind(expression, time)) return [{ query, time }];
  const bound = printExpression(expression);
  const times = [-10 * time, 0, Math.trunc(time / 5), time, 10 * time];
  const others = time === 0 ? [-1000, 0, 1000] : times;
  return [{ query, time }, ...others.map((other) => ({ query: bound, time: other + 0 }))];
}

/** Sets `@`; false if the query asks for the moment. What a bound subquery holds is left alone. */
function bind(expression: Expression, time: number): boolean {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return true;
    case 'vectorSelector':
      bindModifiers(expression, time);
      return true;
    case 'matrixSelector':
      bindModifiers(expression.selector, time);
      return true;
    case 'subquery':
      bindModifiers(expression, time);
      return true;
    case 'call': {
      const isBound = expression.args.map((arg) => bind(arg, time)).every(Boolean);
      return isBound && !UNBOUND.has(expression.func.name);
    }
    case 'aggregation': {
      const isBound = bind(expression.expression, time);
      return (expression.parameter === null || bind(expression.parameter, time)) && isBound;
    }
    case 'binary': {
      const isBound = bind(expression.left, time);
      return bind(expression.right, time) && isBound;
    }
    case 'unary':
    case 'parentheses':
      return bind(expression.expression, time);
  }
}

function bindModifiers(modifiers: Mutable<TimeModifiers>, time: number): void {
  modifiers.timestamp ??= time;
}
