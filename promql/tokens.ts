/**
 * The tokens of PromQL, and how messages name them. Words are keywords in any case
 * (promql/parser/lex.go).
 */
import { goQuote } from '../model/go-quote.js';
import { fromByteText } from './byte-text.js';

export type TokenType =
  | 'end'
  | 'identifier'
  | 'metric identifier'
  | 'string'
  | 'number'
  | 'duration'
  /** Of sums, comparisons, sets and matchers, but for `=`. */
  | 'operator'
  | 'aggregator'
  | 'keyword'
  /** Words that are functions, or stand for times and durations. */
  | 'time word'
  | '@'
  | '='
  | '('
  | ')'
  | '{'
  | '}'
  | '['
  | ']'
  | ','
  | ':';

/** A token's type and text; that of a keyword in lower case. */
export interface Word {
  readonly type: TokenType;
  readonly word: string;
}

const WORDS_BY_TYPE = {
  operator: 'and or unless atan2',
  aggregator:
    'sum avg count min max group stddev stdvar topk bottomk count_values quantile limitk ' +
    'limit_ratio',
  keyword:
    'offset smoothed anchored by without on ignoring group_left group_right fill fill_left ' +
    'fill_right bool',
  'time word': 'start end step range max_of min_of',
  number: 'inf nan',
} as const;

/** All keywords, by their lower case. */
export const WORDS: ReadonlyMap<string, Word> = new Map(
  Object.entries(WORDS_BY_TYPE).flatMap(([type, words]) =>
    words.split(' ').map((word) => [word, { type: type as TokenType, word }] as const),
  ),
);

/** The words that a lexer knows where only durations may stand. */
export const DURATION_WORDS: ReadonlySet<string> = new Set(['step', 'range', 'max_of', 'min_of']);

/** Words that are keywords only before a parenthesis. */
export const FILL_WORDS: ReadonlySet<string> = new Set(['fill', 'fill_left', 'fill_right']);

/** Keywords that no metric has as its name; numbers are none either. */
const NO_METRIC_NAMES = new Set(['atan2', 'bool', 'on', 'ignoring', 'group_left', 'group_right']);

/** Tokens that are names whatever they say. */
const NAMES: ReadonlySet<TokenType> = new Set([
  'identifier',
  'metric identifier',
  'aggregator',
  'time word',
] as const);
const STARTS: ReadonlySet<TokenType> = new Set(['number', 'duration', 'string', '(', '{'] as const);

/** Whether a metric may be named so outside braces. */
export function isMetricName(type: TokenType, word: string): boolean {
  if (type === 'operator') return isSetOperator(word);
  return type === 'keyword' ? !NO_METRIC_NAMES.has(word) : NAMES.has(type);
}

/** Whether a label may be named so, unquoted, in a list of labels. */
export function isLabelName(type: TokenType, word: string): boolean {
  if (type === 'operator') return isSetOperator(word) || word === 'atan2';
  return type === 'keyword' ? word !== 'without' : NAMES.has(type);
}

/** Whether an expression may begin so. */
export function startsExpression({ type, word }: Word): boolean {
  if (type === 'operator' && (word === '+' || word === '-')) return true;
  return STARTS.has(type) || isMetricName(type, word);
}

export function isSetOperator(word: string): boolean {
  return word === 'and' || word === 'or' || word === 'unless';
}

/** Longer texts are cut in messages: so many bytes need no cut, so many characters are left. */
const QUOTED_MAX = 10;

/** A token as messages name it; `bytes` is its text. */
export function describeToken(type: TokenType, bytes: string): string {
  if (type === 'end') return 'end of input';
  if (type === 'keyword') return `<${bytes}>`;
  if (type === 'aggregator') return `<aggr:${bytes}>`;
  if (type === 'operator' || type === '@') return `<op:${bytes}>`;
  if (type === 'identifier' || type === 'metric identifier') return `${type} ${goQuote(bytes)}`;
  const isLiteral = type === 'string' || type === 'number' || type === 'duration';
  return isLiteral ? `${type} ${quoteCut(bytes)}` : quoteCut(bytes);
}

function quoteCut(bytes: string): string {
  const text = fromByteText(bytes);
  if (bytes.length <= QUOTED_MAX) return goQuote(text);
  return `${goQuote([...text].slice(0, QUOTED_MAX).join(''))}...`;
}
