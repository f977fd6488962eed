/**
 * A syntax tree as Prometheus' `/parse_query` answers it (web/api/v1/translate_ast.go), fields in
 * the order that Go's JSON has them.
 */
import { ArgumentError } from '../model/errors.js';
import { formatPlain } from '../model/go-float.js';
import type { Matcher } from '../model/matcher.js';
import { replaceInvalidUtf8 } from '../model/utf8.js';
import {
  type Binary,
  type DurationExpression,
  type DurationOperand,
  type Expression,
  type MatrixSelector,
  millisecondsOf,
  type Subquery,
  type TimeModifiers,
  type VectorSelector,
} from './ast.js';

/** A value that `JSON.stringify` writes. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * The tree as plain objects. Bytes that are no UTF-8 become U+FFFD. Throws an `ArgumentError` for
 * what JSON cannot say: a fill value that is not finite.
 */
export function expressionToJson(expression: Expression): Json {
  switch (expression.kind) {
    case 'number':
      return { type: 'numberLiteral', val: formatPlain(expression.value) };
    case 'string':
      return { type: 'stringLiteral', val: replaceInvalidUtf8(expression.value) };
    case 'vectorSelector':
      return selectorToJson(expression, {}, 'vectorSelector');
    case 'matrixSelector': {
      const range = rangeToJson(expression);
      return selectorToJson(expression.selector, range, 'matrixSelector');
    }
    case 'subquery':
      return {
        expr: expressionToJson(expression.expression),
        ...offsetToJson(expression),
        ...rangeToJson(expression),
        startOrEnd: expression.startOrEnd,
        step: millisecondsOf(expression.stepNs),
        stepExpr: durationToJson(expression.stepExpression),
        timestamp: expression.timestamp,
        type: 'subquery',
      };
    case 'unary':
      return {
        expr: expressionToJson(expression.expression),
        op: expression.operator,
        type: 'unaryExpr',
      };
    case 'parentheses':
      return { expr: expressionToJson(expression.expression), type: 'parenExpr' };
    case 'call': {
      const { name, argTypes, variadic, returnType } = expression.func;
      return {
        args: expression.args.map(expressionToJson),
        func: { argTypes, name, returnType, variadic },
        type: 'call',
      };
    }
    case 'aggregation':
      return {
        expr: expressionToJson(expression.expression),
        grouping: expression.grouping,
        op: expression.operator,
        param: expression.parameter === null ? null : expressionToJson(expression.parameter),
        type: 'aggregation',
        without: expression.isWithout,
      };
    case 'binary':
      return {
        bool: expression.returnsBool,
        lhs: expressionToJson(expression.left),
        matching: matchingToJson(expression),
        op: expression.operator,
        rhs: expressionToJson(expression.right),
        type: 'binaryExpr',
      };
  }
}

function matchingToJson({ matching }: Binary): Json {
  if (matching === null) return null;
  return {
    card: matching.cardinality,
    fillValues: { lhs: fillToJson(matching.fillLeft), rhs: fillToJson(matching.fillRight) },
    include: matching.include,
    labels: matching.labels,
    on: matching.isOn,
  };
}

function fillToJson(value: number | null): Json {
  if (value === null || Number.isFinite(value)) return value;
  throw new ArgumentError(`JSON has no number for the fill value ${formatPlain(value)}`);
}

function selectorToJson(selector: VectorSelector, range: JsonObject, type: string): Json {
  return {
    anchored: selector.isAnchored,
    matchers: selector.matchers.map(matcherToJson),
    name: selector.name,
    ...offsetToJson(selector),
    ...range,
    smoothed: selector.isSmoothed,
    startOrEnd: selector.startOrEnd,
    timestamp: selector.timestamp,
    type,
  };
}

function matcherToJson({ name, type, value }: Matcher): Json {
  return { name: replaceInvalidUtf8(name), type, value: replaceInvalidUtf8(value) };
}

function offsetToJson({ offsetNs, offsetExpression }: TimeModifiers): JsonObject {
  return { offset: millisecondsOf(offsetNs), offsetExpr: durationToJson(offsetExpression) };
}

function rangeToJson({ rangeNs, rangeExpression }: MatrixSelector | Subquery): JsonObject {
  return { range: millisecondsOf(rangeNs), rangeExpr: durationToJson(rangeExpression) };
}

function durationToJson(expression: DurationExpression | null): Json {
  if (expression === null) return null;
  return {
    lhs: operandToJson(expression.left),
    op: expression.operator,
    rhs: operandToJson(expression.right),
    type: 'durationExpr',
    wrapped: expression.isWrapped,
  };
}

function operandToJson(operand: DurationOperand | null): Json {
  if (operand === null) return null;
  if (operand.kind === 'duration') return durationToJson(operand);
  return { duration: operand.isDuration, type: 'numberLiteral', val: formatPlain(operand.value) };
}
