/** Parsing as tests want it: all experiments on, and failures as values. */
import { ParseError } from '../../model/errors.js';
import type { Expression } from '../../promql/ast.js';
import { parseExpression } from '../../promql/parser.js';
import type { ParserOptions } from '../../promql/parser-options.js';

export const EVERYTHING: ParserOptions = {
  experimentalFunctions: true,
  durationExpressions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};
export const NOTHING: ParserOptions = { durationExpressions: false };

export function parsed(text: string, options = EVERYTHING): Expression {
  return parseExpression(text, options);
}

/** Why a text is refused: Prometheus' message, place and all. */
export function refusal(text: string, options = EVERYTHING): string {
  try {
    parseExpression(text, options);
  } catch (error) {
    if (error instanceof ParseError) return error.message;
    throw error;
  }
  return 'accepted';
}
