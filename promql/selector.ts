/**
 * Series selectors as PromQL writes them: `up`, `up{job="a",instance=~"b.*"}`, `{"with.dot"}`,
 * `{__name__=~".+", "quoted name"!='x'}`. Rules, wording and positions are those of Prometheus
 * 3.14's `ParseMetricSelector`, which, unlike a query, also accepts selectors that match every
 * series.
 *
 *     selector  name | name? '{' (member (',' member)* ','?)? '}'
 *     member    label ('=' | '!=' | '=~' | '!~') string | string
 */
import { ArgumentError, SelectorError } from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';
import { METRIC_NAME } from '../model/labels.js';
import { type Matcher, matcher, type MatchType } from '../model/matcher.js';
import { encodeUtf8 } from '../model/utf8.js';
import { SelectorLexer, type Token } from './selector-lexer.js';

export type { Expression } from './ast.js';
export { FUNCTION_SIGNATURES } from './function-signatures.js';

/** Words of the language that may name a metric nevertheless. */
const NO_METRIC_NAMES = /^(?:atan2|bool|on|ignoring|group_left|group_right|inf|nan)$/i;
const IN_MATCHING = ' in label matching, expected ';
/** Longer token texts are cut in messages. */
const TOKEN_LENGTH_MAX = 10;

/**
 * The matchers of a selector, in its order, that of a name before the braces last. Throws a
 * `SelectorError` whose message says where: `1:5: parse error: …`, line and byte column from 1.
 */
export function parseSelector(text: string): Matcher[] {
  try {
    return parse(new SelectorLexer(text));
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    const message = `${positionOf(text, error.offset)}: parse error: ${error.message}`;
    throw new SelectorError(message, error.offset);
  }
}

function parse(lexer: SelectorLexer): Matcher[] {
  const first = lexer.next();
  const name = isMetricName(first) ? first : null;
  let token = name === null ? first : lexer.next();
  const matchers: Matcher[] = [];
  if (token.text === '{') {
    parseMembers(lexer, matchers);
    token = lexer.next();
  } else if (name === null) {
    throw unexpected(token);
  }
  if (token.type !== 'end') throw unexpected(token);
  if (name !== null) matchers.push(matcher(METRIC_NAME, '=', name.value));
  return matchers;
}

/** What stands between braces, the closing one included. */
function parseMembers(lexer: SelectorLexer, matchers: Matcher[]): void {
  for (;;) {
    const first = lexer.nextInBraces();
    if (isPunctuation(first, '}')) return;
    if (first.type !== 'identifier' && first.type !== 'string') {
      throw unexpected(first, `${IN_MATCHING}identifier or "}"`);
    }
    const behind = parseMember(lexer, first, matchers);
    if (isPunctuation(behind, '}')) return;
    if (!isPunctuation(behind, ',')) throw unexpected(behind, `${IN_MATCHING}"," or "}"`);
  }
}

/** Adds the matcher that begins with `first` and returns the token behind it. */
function parseMember(lexer: SelectorLexer, first: Token, matchers: Matcher[]): Token {
  const operator = lexer.nextInBraces();
  const type = matchTypeOf(operator);
  if (type === null) {
    if (first.type === 'identifier') {
      throw unexpected(operator, `${IN_MATCHING}label matching operator`);
    }
    matchers.push(matcher(METRIC_NAME, '=', first.value));
    return operator;
  }
  const value = lexer.nextInBraces();
  if (value.type !== 'string') throw unexpected(value, `${IN_MATCHING}string`);
  try {
    matchers.push(matcher(first.value, type, value.value));
  } catch (error) {
    // RE2 refused the pattern.
    throw error instanceof ArgumentError ? new SelectorError(error.message, first.offset) : error;
  }
  return lexer.nextInBraces();
}

function isMetricName({ type, text }: Token): boolean {
  if (type === 'identifier' || type === 'metric identifier') return true;
  return type !== 'end' && /^[a-z]/i.test(text) && !NO_METRIC_NAMES.test(text);
}

function isPunctuation(token: Token, text: string): boolean {
  return token.type === 'punctuation' && token.text === text;
}

function matchTypeOf({ type, text }: Token): MatchType | null {
  if (type !== 'operator' && type !== 'punctuation') return null;
  return text === '=' || text === '!=' || text === '=~' || text === '!~' ? text : null;
}

function unexpected(token: Token, context = ''): SelectorError {
  return new SelectorError(`unexpected ${describe(token)}${context}`, token.offset);
}

function describe({ type, text }: Token): string {
  switch (type) {
    case 'end':
      return 'end of input';
    case 'identifier':
    case 'metric identifier':
      return `${type} ${goQuote(text)}`;
    case 'keyword':
      return `<${text}>`;
    case 'aggregator':
      return `<aggr:${text}>`;
    case 'operator':
      return `<op:${text}>`;
    case 'string':
    case 'number':
    case 'duration':
      return `${type} ${quoteCut(text)}`;
    case 'punctuation':
      return quoteCut(text);
  }
}

/** Quoted, and cut where its bytes are too many. */
function quoteCut(text: string): string {
  if (encodeUtf8(text).length <= TOKEN_LENGTH_MAX) return goQuote(text);
  return `${goQuote([...text].slice(0, TOKEN_LENGTH_MAX).join(''))}...`;
}

/** `line:column` from 1, the column in bytes. */
function positionOf(text: string, offset: number): string {
  if (text === '') return 'unknown position';
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = encodeUtf8(before.slice(before.lastIndexOf('\n') + 1)).length + 1;
  return `${line}:${column}`;
}
