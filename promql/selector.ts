/**
 * Series selectors as PromQL writes them: `up`, `up{job="a",instance=~"b.*"}`, `{"with.dot"}`,
 * `{__name__=~".+", "quoted name"!='x'}`. Rules, wording and positions are those of Prometheus
 * 3.14's `ParseMetricSelector`, which, unlike a query, also accepts selectors that match every
 * series.
 */
import { ParseError, SelectorError } from '../model/errors.js';
import type { Matcher } from '../model/matcher.js';
import { fromByteText } from './byte-text.js';
import { parseSelectorAfter } from './selector-parser.js';
import { TokenStream } from './token-stream.js';
import { isMetricName } from './tokens.js';

/**
 * The matchers of a selector, in its order, that of a name before the braces last. Throws a
 * `SelectorError` whose message says where: `1:5: parse error: …`, line and byte column from 1.
 */
export function parseSelector(text: string): Matcher[] {
  const stream = new TokenStream(text);
  try {
    return parse(stream);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const before = fromByteText(stream.lexer.bytes.slice(0, error.offset));
    throw new SelectorError(error.message, before.length);
  }
}

function parse(stream: TokenStream): Matcher[] {
  const { lexer } = stream;
  const type = stream.peek();
  let name = null;
  if (type !== '{') {
    if (!isMetricName(type, lexer.word)) throw stream.unexpected();
    stream.advance();
    const { start, end } = lexer;
    name = { text: lexer.bytes.slice(start, end), start, end };
  }
  const { matchers } = parseSelectorAfter(stream, name);
  stream.expect('end');
  return [...matchers];
}
