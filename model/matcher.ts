/**
 * Matchers select series by one label, with Prometheus' semantics: an absent label equals an empty
 * one, regular expressions are RE2 and anchored.
 */
import { ArgumentError } from './errors.js';
import { goQuote } from './go-quote.js';
import { compilePattern, literalPattern, type Pattern } from './regexp.js';

export type MatchType = '=' | '!=' | '=~' | '!~';

const MATCH_TYPES: readonly string[] = ['=', '!=', '=~', '!~'];
const PLAIN_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** One condition on a label. Immutable; made by `matcher`. */
export class Matcher {
  readonly name: string;
  readonly type: MatchType;
  /** The text or the regular expression, as given. */
  readonly value: string;
  /** What `value` stands for, before `!` negates it. */
  readonly pattern: Pattern;
  /** Whether the type is `!=` or `!~`. */
  readonly isNegative: boolean;
  /** Whether series without the label match. */
  readonly matchesEmpty: boolean;

  constructor(name: string, type: MatchType, value: string) {
    if (!MATCH_TYPES.includes(type)) {
      throw new ArgumentError(`a matcher's type is ${MATCH_TYPES.join(', ')}; got ${String(type)}`);
    }
    if (typeof name !== 'string' || typeof value !== 'string') {
      throw new ArgumentError("a matcher's name and value are strings");
    }
    this.name = name;
    this.type = type;
    this.value = value;
    this.pattern = type.endsWith('~') ? compilePattern(value) : literalPattern(value);
    this.isNegative = type.startsWith('!');
    this.matchesEmpty = this.matches('');
  }

  /** Whether a label's value matches; `''` stands for an absent label. */
  matches(value: string): boolean {
    return this.pattern.matches(value) !== this.isNegative;
  }

  /** As PromQL writes it. */
  toString(): string {
    const name = PLAIN_NAME.test(this.name) ? this.name : goQuote(this.name);
    return `${name}${this.type}${goQuote(this.value)}`;
  }
}

/** Makes a matcher; throws an `ArgumentError` for a regular expression that RE2 refuses. */
export function matcher(name: string, type: MatchType, value: string): Matcher {
  return new Matcher(name, type, value);
}
