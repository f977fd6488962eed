/** `/format_query`, `/parse_query` and `/query_exemplars`: what needs the parser and no samples. */
import { ArgumentError, messageOf } from '../model/errors.js';
import type { Expression } from '../promql/ast.js';
import { expressionToJson } from '../promql/ast-json.js';
import { parseExpression } from '../promql/parser.js';
import { formatExpression } from '../promql/printer.js';
import { ApiError, invalidParameter } from './api-error.js';
import { type Api, type Call, json, READ_OR_FORM } from './endpoint.js';
import type { Answer } from './envelope.js';
import type { Form } from './form.js';
import { timeRange } from './parameters.js';

export const QUERY_TEXT_ENDPOINTS = [
  json('/format_query', READ_OR_FORM, formatQuery),
  json('/parse_query', READ_OR_FORM, parseQuery),
  json('/query_exemplars', READ_OR_FORM, queryExemplars),
];

async function formatQuery(call: Call, api: Api): Promise<Answer> {
  return { data: formatExpression(expressionOf(await call.form(), api)) };
}

async function parseQuery(call: Call, api: Api): Promise<Answer> {
  const expression = expressionOf(await call.form(), api);
  try {
    return { data: expressionToJson(expression) };
  } catch (error) {
    // What JSON has no number for.
    if (!(error instanceof ArgumentError)) throw error;
    throw new ApiError('internal', error.message, { cause: error });
  }
}

/** There are no exemplars yet: nothing is found, and parameters are checked all the same. */
async function queryExemplars(call: Call, { options }: Api): Promise<Answer> {
  const form = await call.form();
  const { minTime, maxTime } = timeRange(form);
  if (maxTime < minTime) {
    throw new ApiError('bad_data', 'end timestamp must not be before start timestamp');
  }
  try {
    parseExpression(form.get('query'), options.promql);
  } catch (error) {
    throw new ApiError('bad_data', messageOf(error), { cause: error });
  }
  return { data: [] };
}

function expressionOf(form: Form, { options }: Api): Expression {
  try {
    return parseExpression(form.get('query'), options.promql);
  } catch (error) {
    throw invalidParameter('query', messageOf(error));
  }
}
