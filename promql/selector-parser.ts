/** The productions of a vector selector without its modifiers. */
import { ArgumentError } from '../model/errors.js';
import { METRIC_NAME } from '../model/labels.js';
import { type Matcher, matcher, type MatchType } from '../model/matcher.js';
import type { VectorSelector } from './ast.js';
import { unquote } from './string-literal.js';
import type { TokenStream } from './token-stream.js';

const IN_MATCHING = ' in label matching, expected ';

/** A name before braces. */
export interface Name {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * What follows the name, which was read, or no name.
 *
 *     selector  name | name? matchers
 */
export function parseSelectorAfter(stream: TokenStream, name: Name | null): VectorSelector {
  const hasBraces = name === null || stream.peek() === '{';
  const start = name?.start ?? stream.lexer.start;
  const matchers = hasBraces ? parseLabelMatchers(stream) : [];
  const end = hasBraces ? stream.lexer.end : name.end;
  if (name !== null) matchers.push(matcher(METRIC_NAME, '=', name.text));
  return {
    kind: 'vectorSelector',
    type: 'vector',
    name: name?.text ?? '',
    matchers,
    offsetNs: 0,
    offsetExpression: null,
    timestamp: null,
    startOrEnd: null,
    isAnchored: false,
    isSmoothed: false,
    start,
    end,
  };
}

/**
 *     matchers  '{' (member (',' member)* ','?)? '}'
 *     member    label ('=' | '!=' | '=~' | '!~') STRING | STRING
 *     label     a word | STRING
 */
function parseLabelMatchers(stream: TokenStream): Matcher[] {
  stream.expect('{');
  const matchers: Matcher[] = [];
  while (!stream.accept('}')) {
    matchers.push(parseMember(stream));
    if (stream.accept(',')) continue;
    if (stream.peek() !== '}') throw stream.unexpected(`${IN_MATCHING}"," or "}"`);
  }
  return matchers;
}

function parseMember(stream: TokenStream): Matcher {
  const { lexer } = stream;
  const labelType = stream.peek();
  if (labelType !== 'identifier' && labelType !== 'string') {
    throw stream.unexpected(`${IN_MATCHING}identifier or "}"`);
  }
  stream.advance();
  const label = labelType === 'string' ? unquote(lexer.word) : lexer.word;
  const { start } = lexer;
  const operatorType = stream.peek();
  if (operatorType !== '=' && operatorType !== 'operator') {
    if (labelType === 'string') return matcher(METRIC_NAME, '=', label);
    throw stream.unexpected(`${IN_MATCHING}label matching operator`);
  }
  stream.advance();
  const type = lexer.word as MatchType;
  if (stream.peek() !== 'string') throw stream.unexpected(`${IN_MATCHING}string`);
  stream.advance();
  try {
    return matcher(label, type, unquote(lexer.word));
  } catch (error) {
    // RE2 refused the pattern.
    throw error instanceof ArgumentError ? stream.error(start, error.message) : error;
  }
}
