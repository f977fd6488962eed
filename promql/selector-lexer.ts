/**
 * The tokens of a series selector, and of what may stand wrongly around one. As in Prometheus'
 * lexer (promql/parser/lex.go), words are keywords outside braces and plain names inside.
 */
import { SelectorError } from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';
import { readStringLiteral } from './string-literal.js';

export interface Token {
  readonly type:
    | 'end'
    | 'identifier'
    | 'metric identifier'
    | 'keyword'
    | 'aggregator'
    | 'operator'
    | 'string'
    | 'number'
    | 'duration'
    | 'punctuation';
  /** As it stands in the text. */
  readonly text: string;
  /** What a string says; of other tokens, the text. */
  readonly value: string;
  /** In UTF-16 units. */
  readonly offset: number;
}

/** Words that are operators, modifiers and aggregators, in any case. */
const WORDS: ReadonlyMap<string, Token['type']> = new Map(
  (
    [
      ['operator', 'and or unless atan2'],
      [
        'aggregator',
        'sum avg count min max group stddev stdvar topk bottomk count_values quantile limitk ' +
          'limit_ratio',
      ],
      [
        'keyword',
        'offset smoothed anchored by without on ignoring group_left group_right fill fill_left ' +
          'fill_right bool',
      ],
      ['punctuation', 'start end step range max_of min_of'],
      ['number', 'inf nan'],
    ] as const
  ).flatMap(([type, words]) => words.split(' ').map((word) => [word, type] as const)),
);
/** Keywords that are names unless a parenthesis follows. */
const FILLS: ReadonlySet<string> = new Set(['fill', 'fill_left', 'fill_right']);

const BLANK = /(?:[ \t\r\n]|#[^\r\n]*)*/y;
const WORD = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const NUMBER = /(?:0[xX][0-9a-fA-F_]+|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)/y;
const DURATION = /(?:[0-9]+(?:ms|[smhdwy]))+(?![a-zA-Z0-9_])/y;
const OPERATOR = /==|!=|<=|>=|<\/|>\/|[-+*/%^<>@]/y;
const MATCH_OPERATOR = /=~|!~|!=|=/y;

export class SelectorLexer {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The next token outside braces. */
  next(): Token {
    this.scan(BLANK);
    const offset = this.at;
    const char = this.charAt(offset);
    if (char === '') return this.token('end', '');
    const word = this.scan(WORD);
    if (word !== '') return this.token(this.typeOfWord(word), word);
    if (/["'`]/.test(char)) return this.string();
    if (/[0-9]/.test(char) || /^\.[0-9]/.test(this.text.slice(offset, offset + 2))) {
      return this.number();
    }
    if (char === '=' || char === '!') this.refuseLoneOperator(char);
    const operator = this.scan(OPERATOR);
    if (operator !== '') return this.token('operator', operator);
    this.at += char.length;
    if (char === ')') throw new SelectorError("unexpected right parenthesis ')'", this.at);
    if (char === ']') throw new SelectorError("unexpected right bracket ']'", offset);
    if (/[=,{([]/.test(char)) return this.token('punctuation', char);
    throw new SelectorError(`unexpected character: ${quoteChar(char)}`, offset);
  }

  /** The next token between braces. */
  nextInBraces(): Token {
    this.scan(BLANK);
    const offset = this.at;
    const char = this.charAt(offset);
    if (char === '') throw new SelectorError('unexpected end of input inside braces', offset);
    const label = this.scan(LABEL);
    if (label !== '') return this.token('identifier', label);
    if (/["'`]/.test(char)) return this.string();
    const operator = this.scan(MATCH_OPERATOR);
    if (operator !== '') return this.token(operator === '=' ? 'punctuation' : 'operator', operator);
    this.at += char.length;
    if (char === ',' || char === '}') return this.token('punctuation', char);
    if (char === '{') throw new SelectorError("unexpected left brace '{'", offset);
    if (char !== '!') {
      throw new SelectorError(`unexpected character inside braces: ${quoteChar(char)}`, offset);
    }
    const behind = quoteChar(this.charAt(this.at));
    throw new SelectorError(`unexpected character after '!' inside braces: ${behind}`, offset);
  }

  private typeOfWord(word: string): Token['type'] {
    const lower = word.toLowerCase();
    const type = WORDS.get(lower);
    const isFill = FILLS.has(lower) && !/^[ \t\r\n]*\(/.test(this.text.slice(this.at));
    if (type !== undefined && !isFill) return type;
    return word.includes(':') ? 'metric identifier' : 'identifier';
  }

  private string(): Token {
    const offset = this.at;
    const { value, end } = readStringLiteral(this.text, offset);
    this.at = end;
    return { type: 'string', text: this.text.slice(offset, end), value, offset };
  }

  private number(): Token {
    const offset = this.at;
    const duration = this.scan(DURATION);
    if (duration !== '') return this.token('duration', duration);
    const number = this.scan(NUMBER);
    if (!/[a-zA-Z0-9_]/.test(this.charAt(this.at))) return this.token('number', number);
    throw new SelectorError(`bad number or duration syntax: ${goQuote(number)}`, offset);
  }

  /** Outside braces `=~` and a `!` without `=` are nothing. */
  private refuseLoneOperator(char: string): void {
    const behind = this.charAt(this.at + 1);
    if (char === '=' ? behind === '~' : behind !== '=') {
      const message = `unexpected character after '${char}': ${quoteChar(behind)}`;
      throw new SelectorError(message, this.at);
    }
  }

  /** Moves behind what `pattern` (sticky) matches here, and returns it. */
  private scan(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  private token(type: Token['type'], text: string): Token {
    return { type, text, value: text, offset: this.at - text.length };
  }

  /** The whole character at an offset; `''` behind the end. */
  private charAt(offset: number): string {
    const code = this.text.codePointAt(offset);
    return code === undefined ? '' : String.fromCodePoint(code);
  }
}

/** A character as Go's `%q` writes it; the end of the text is the rune -1. */
function quoteChar(char: string): string {
  if (char === '') return "'\ufffd'";
  if (char === "'") return "'\\''";
  if (char === '"') return `'"'`;
  return `'${goQuote(char).slice(1, -1)}'`;
}
