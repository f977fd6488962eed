/**
 * Label patterns: RE2's syntax, anchored at both ends, the dot matches a newline.
 *
 * Most need no engine: literals, alternatives of literals, prefixes, suffixes, `.*`, `.+` are
 * answered from their shape (regexp-shape.ts). For the rest the shape is a cheap test before
 * re2js, whose time is linear in the text whatever the pattern. V8's own RegExp never sees a
 * user's pattern: it backtracks without bound.
 */
import { createRequire } from 'node:module';
import type * as Re2 from 're2js';
import { ArgumentError, messageOf } from './errors.js';
import { matchesGlob } from './glob.js';
import { shapeOf, type Shape } from './regexp-shape.js';
import { regexpSize } from './regexp-size.js';
import { isValidUtf8, replaceInvalidUtf8 } from './utf8.js';

/** A test of whole texts. */
export interface Pattern {
  matches(text: string): boolean;
  /** All texts that match, each once, where the pattern can enumerate them; else null. */
  readonly set: readonly string[] | null;
  /** What every match begins with. */
  readonly prefix: string;
  /** Whether every text matches, or every one but the empty one; else null. */
  readonly covers: 'all' | 'non-empty' | null;
  /** What asking costs for each character of a text, in the pacer's units. */
  readonly unitsPerChar: number;
}

/** Of a pattern that is answered from its shape, and of an engine for each 5 instructions. */
const SHAPE_UNITS = 3;
const INSTRUCTIONS_PER_UNIT = 5;
/**
 * Larger programs are refused. Prometheus takes ones of millions of instructions, and a second for
 * each of them; what people and Grafana write has some hundred, or is no program at all.
 */
export const REGEXP_SIZE_MAX = 10_000;

const META = /[\\.+*?()[\]{}^$]/;

/** A pattern that only `text` matches. */
export function literalPattern(text: string): Pattern {
  return {
    matches: (other) => other === text,
    set: [text],
    prefix: text,
    covers: null,
    unitsPerChar: SHAPE_UNITS,
  };
}

/** Compiles a regular expression; throws an `ArgumentError` for one that RE2 refuses. */
export function compilePattern(text: string): Pattern {
  // Alternatives of plain texts are none to Prometheus either, whatever their bytes.
  if (META.test(text) && !isValidUtf8(text)) {
    throw new ArgumentError(`error parsing regexp: invalid UTF-8: \`${text}\``);
  }
  const shape = shapeOf(text);
  if (shape === null) return enginePattern(text, () => true, '');
  const prefix = commonPrefix(shape);
  if (!shape.exact) return enginePattern(text, matcherOf(shape), prefix);
  return {
    matches: matcherOf(shape),
    set: setOf(shape),
    prefix,
    covers: coverageOf(shape),
    unitsPerChar: SHAPE_UNITS,
  };
}

/** A pattern that the engine decides, once `mayMatch` let a text through. */
function enginePattern(text: string, mayMatch: (text: string) => boolean, prefix: string): Pattern {
  const size = regexpSize(text);
  if (size > REGEXP_SIZE_MAX) {
    throw new ArgumentError(
      `regexpSizeMax: the expression has about ${size} instructions; at most ${REGEXP_SIZE_MAX}`,
    );
  }
  const engine = compileEngine(text);
  const matches = (value: string): boolean =>
    mayMatch(value) && engine.testExact(replaceInvalidUtf8(value));
  const unitsPerChar = SHAPE_UNITS + size / INSTRUCTIONS_PER_UNIT;
  return { matches, set: null, prefix, covers: null, unitsPerChar };
}

function compileEngine(text: string): Re2.RE2JS {
  // Loading takes longer than all else that the library imports, and most processes never need it.
  const { RE2JS } = createRequire(import.meta.url)('re2js') as typeof Re2;
  try {
    return RE2JS.compile(text, RE2JS.DOTALL);
  } catch (error) {
    // The flag stands in front of the pattern that a message quotes.
    throw new ArgumentError(messageOf(error).replace('`(?s)', '`'), { cause: error });
  }
}

function matcherOf({ globs }: Shape): (text: string) => boolean {
  if (globs.length === 1) return (text) => matchesGlob(globs[0], text);
  const literals = new Set<string>();
  const others = globs.filter(({ literals: [literal], gaps }) => {
    if (gaps.length === 0) literals.add(literal);
    return gaps.length > 0;
  });
  return (text) => literals.has(text) || others.some((glob) => matchesGlob(glob, text));
}

function setOf({ globs }: Shape): readonly string[] | null {
  if (globs.some(({ gaps }) => gaps.length > 0)) return null;
  return [...new Set(globs.map(({ literals: [literal] }) => literal))];
}

function coverageOf({ globs }: Shape): 'all' | 'non-empty' | null {
  const gaps = globs
    .filter(({ literals }) => literals.length === 2 && literals[0] + literals[1] === '')
    .map((glob) => glob.gaps[0]);
  if (gaps.length === 0) return null;
  const hasEmpty = globs.some((glob) => matchesGlob(glob, ''));
  return hasEmpty ? 'all' : 'non-empty';
}

function commonPrefix({ globs }: Shape): string {
  let prefix = globs[0].literals[0];
  for (const { literals } of globs) {
    let length = 0;
    while (length < prefix.length && prefix[length] === literals[0][length]) length++;
    prefix = prefix.slice(0, length);
  }
  // Half a surrogate pair is no prefix in bytes.
  return /[\ud800-\udbff]$/.test(prefix) ? prefix.slice(0, -1) : prefix;
}
