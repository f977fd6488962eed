/** The productions for numbers, strings and lists of labels. */
import { messageOf } from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';
import { isValidUtf8 } from '../model/utf8.js';
import type { Mutable, NumberLiteral, StringLiteral } from './ast.js';
import { parseDuration } from './duration-text.js';
import { parseNumber } from './number-literal.js';
import { unquote } from './string-literal.js';
import type { TokenStream } from './token-stream.js';
import { isLabelName } from './tokens.js';

const IN_GROUPING = ' in grouping opts, expected ';

/**     number  NUMBER | DURATION */
export function parseNumberLiteral(stream: TokenStream): Mutable<NumberLiteral> {
  const type = stream.peek();
  if (type !== 'number' && type !== 'duration') throw stream.unexpected();
  stream.advance();
  const { word, start, end } = stream.lexer;
  const isDuration = type === 'duration';
  try {
    const value = isDuration ? parseDuration(word) : parseNumber(word);
    return { kind: 'number', type: 'scalar', value, isDuration, start, end };
  } catch (error) {
    throw stream.error(start, messageOf(error));
  }
}

/**     string  STRING */
export function parseStringLiteral(stream: TokenStream): StringLiteral {
  stream.advance();
  const { word, start, end } = stream.lexer;
  return { kind: 'string', type: 'string', value: unquote(word), start, end };
}

/**     labels  '(' (label (',' label)* ','?)? ')' */
export function parseLabels(stream: TokenStream): string[] {
  if (!stream.accept('(')) throw stream.unexpected(`${IN_GROUPING}"("`);
  const labels: string[] = [];
  while (!stream.accept(')')) {
    labels.push(parseLabel(stream));
    if (stream.accept(',')) continue;
    if (stream.peek() !== ')') throw stream.unexpected(`${IN_GROUPING}"," or ")"`);
  }
  return labels;
}

/**     label  a word | STRING */
function parseLabel(stream: TokenStream): string {
  const { lexer } = stream;
  const type = stream.peek();
  const isString = type === 'string';
  if (!isString && !isLabelName(type, lexer.word)) {
    throw stream.unexpected(`${IN_GROUPING}label`);
  }
  stream.advance();
  const label = isString ? unquote(lexer.word) : lexer.text();
  if (label === '' || !isValidUtf8(label)) {
    throw stream.error(lexer.start, `invalid label name for grouping: ${goQuote(label)}`);
  }
  return label;
}
