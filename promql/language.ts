/**
 * The package's door `mmtsdb/promql`: the query language over any `Queryable`. A database answers
 * queries by itself (`query`, `queryRange`); an `Engine` is for other options and other storage.
 */
export type * from './ast.js';
export { expressionToJson } from './ast-json.js';
export { Engine, type InstantOptions, type QueryOptions, type RangeOptions } from './engine.js';
export type { EngineOptions } from './engine-options.js';
export type { FunctionSignature } from './function-signatures.js';
export { parseExpression } from './parser.js';
export type { ParserOptions } from './parser-options.js';
export { formatExpression, printExpression } from './printer.js';
export type { QueryFeatures, QueryLimits } from './query-context.js';
export { parseSelector } from './selector.js';
export {
  type HistogramPoint,
  type JsonData,
  type MatrixSeries,
  MatrixValue,
  QueryResult,
  type QueryValue,
  ScalarValue,
  StringValue,
  type VectorElement,
  VectorValue,
} from './value.js';
