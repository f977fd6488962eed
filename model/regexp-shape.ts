/**
 * What can be said of a regular expression without an engine: the alternatives it stands for, as
 * globs (glob.ts). It reads the part of RE2's syntax that label patterns are made of: literals,
 * groups, alternation, small character classes, `.*`, `.+`. Anything else with clear borders (a
 * class, a repetition) becomes a gap and makes the shape inexact: then the globs are a necessary
 * condition only. What is unclear (flags, named groups, `{`, unusual escapes) gives no shape.
 *
 * The dot matches a newline, the pattern is anchored at both ends, and only patterns that RE2
 * accepts have an exact shape.
 */
import type { Glob } from './glob.js';

/** More alternatives than this are not enumerated (as in Prometheus' model/labels/regexp.go). */
const ALTERNATIVES_MAX = 256;
/** Longer patterns are left to the engine: alternatives multiply literals. */
const PATTERN_LENGTH_MAX = 16 * 1024;
const DEPTH_MAX = 50;

const META = /[\\.+*?()|[\]{}^$]/;
const CONTROL_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

export interface Shape {
  /** One for each alternative. */
  readonly globs: readonly Glob[];
  /** Whether a text matches the pattern if and only if it matches a glob. */
  readonly exact: boolean;
}

/** A gap of at least so many characters; `exact` if any such text fits. */
interface Gap {
  readonly min: 0 | 1;
  readonly exact: boolean;
}
type Piece = string | Gap;
type Alternatives = readonly (readonly Piece[])[];

const ANY: Gap = { min: 0, exact: true };
const ANY_BUT_EMPTY: Gap = { min: 1, exact: true };
const UNKNOWN: Alternatives = [[{ min: 0, exact: false }]];
const EMPTY: Alternatives = [[]];

/** Thrown and caught here: the pattern needs the engine. */
class Unclear extends Error {}

/** The shape of `pattern`, or null where nothing can be said. */
export function shapeOf(pattern: string): Shape | null {
  // Fast path: alternatives of plain literals, of any number and length.
  const literals = pattern.split('|');
  if (literals.every((literal) => !META.test(literal))) {
    return { globs: literals.map((literal) => ({ literals: [literal], gaps: [] })), exact: true };
  }
  if (pattern.length > PATTERN_LENGTH_MAX) return null;
  try {
    const alternatives = new ShapeParser(pattern).parse();
    const globs = alternatives.map(globOf);
    return { globs: globs.map(({ glob }) => glob), exact: globs.every(({ exact }) => exact) };
  } catch (error) {
    if (error instanceof Unclear) return null;
    throw error;
  }
}

class ShapeParser {
  private readonly pattern: string;
  private at = 0;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  parse(): Alternatives {
    const alternatives = this.alternation(0);
    // A parenthesis too many.
    if (this.at < this.pattern.length) throw new Unclear();
    return alternatives;
  }

  /** `concatenation ('|' concatenation)*` */
  private alternation(depth: number): Alternatives {
    if (depth > DEPTH_MAX) throw new Unclear();
    let alternatives = this.concatenation(depth);
    while (this.take('|')) {
      const more = this.concatenation(depth);
      const all = [...alternatives, ...more];
      alternatives = all.length > ALTERNATIVES_MAX ? UNKNOWN : all;
    }
    return alternatives;
  }

  /** `atom*` */
  private concatenation(depth: number): Alternatives {
    let product = EMPTY;
    for (;;) {
      const next = this.pattern.charAt(this.at);
      if (next === '' || next === '|' || next === ')') return product;
      let atom = this.isEdgeAnchor(depth, product) ? this.anchor() : this.atom(depth);
      if (product.length * atom.length > ALTERNATIVES_MAX) atom = UNKNOWN;
      product = product.flatMap((head) => atom.map((tail) => [...head, ...tail]));
    }
  }

  /** Whether `^` or `$` says here only what anchoring says anyway. */
  private isEdgeAnchor(depth: number, before: Alternatives): boolean {
    const char = this.pattern.charAt(this.at);
    if (depth > 0) return false;
    if (char === '^') return before === EMPTY;
    const next = this.pattern.charAt(this.at + 1);
    return char === '$' && (next === '' || next === '|');
  }

  private anchor(): Alternatives {
    this.at++;
    this.refuseRepetition();
    return EMPTY;
  }

  /** A character, class or group with its repetition, if any. */
  private atom(depth: number): Alternatives {
    const char = String.fromCodePoint(this.pattern.codePointAt(this.at) ?? 0);
    this.at += char.length;
    switch (char) {
      case '.':
        return this.dot();
      case '(':
        return this.repeated(this.group(depth));
      case '[':
        return this.repeated(this.characterClass());
      case '\\':
        return this.repeated(this.escape());
      case '^':
      case '$':
        return this.repeated(UNKNOWN);
      case '*':
      case '+':
      case '?':
      case '{':
        throw new Unclear();
      default:
        return this.repeated([[char]]);
    }
  }

  private dot(): Alternatives {
    const gap = this.take('*') ? ANY : this.take('+') ? ANY_BUT_EMPTY : null;
    if (gap === null) return this.repeated(UNKNOWN);
    this.take('?');
    this.refuseRepetition();
    return [[gap]];
  }

  /** `atom` itself, or something unknown where a repetition follows. */
  private repeated(atom: Alternatives): Alternatives {
    if (!this.take('*') && !this.take('+') && !this.take('?')) {
      if (this.pattern.charAt(this.at) === '{') throw new Unclear();
      return atom;
    }
    this.take('?');
    this.refuseRepetition();
    return UNKNOWN;
  }

  private group(depth: number): Alternatives {
    // The `s` flag says what is so anyway; other flags, and names, are left to the engine.
    if (this.take('?') && !this.take(':') && !(this.take('s') && this.take(':'))) {
      throw new Unclear();
    }
    const alternatives = this.alternation(depth + 1);
    if (!this.take(')')) throw new Unclear();
    return alternatives;
  }

  private escape(): Alternatives {
    const char = this.pattern.charAt(this.at++);
    if (/[dDsSwW]/.test(char)) return UNKNOWN;
    if (/[!-/:-@[-`{-~]/.test(char)) return [[char]];
    const control = CONTROL_ESCAPES[char];
    if (control === undefined) throw new Unclear();
    return [[control]];
  }

  /** The characters of a class of plain ones, `[abc]`, `[0-9]`; another class is unknown. */
  private characterClass(): Alternatives {
    const simple = /[a-zA-Z0-9_:./ -]+\]/y;
    simple.lastIndex = this.at;
    const body = simple.exec(this.pattern)?.[0].slice(0, -1);
    if (body === undefined) {
      this.skipClass();
      return UNKNOWN;
    }
    this.at += body.length + 1;
    return charactersOf(body).map((char) => [char]);
  }

  /** Moves behind a class of any kind, as RE2 finds its end. */
  private skipClass(): void {
    this.take('^');
    for (let first = true; ; first = false) {
      const char = this.pattern.charAt(this.at);
      if (char === '') throw new Unclear();
      if (char === ']' && !first) break;
      const named = this.pattern.startsWith('[:', this.at)
        ? this.pattern.indexOf(':]', this.at + 2)
        : -1;
      if (named >= 0) this.at = named + 2;
      else this.at += char === '\\' ? 2 : 1;
    }
    this.at++;
  }

  private refuseRepetition(): void {
    if (/[*+?{]/.test(this.pattern.charAt(this.at))) throw new Unclear();
  }

  private take(char: string): boolean {
    if (this.pattern.charAt(this.at) !== char) return false;
    this.at++;
    return true;
  }
}

/** What a class body such as `a-c_` stands for; unclear where RE2 may read it otherwise. */
function charactersOf(body: string): string[] {
  const characters = new Set<string>();
  for (let i = 0; i < body.length; i++) {
    const isRange = body[i + 1] === '-' && i + 2 < body.length;
    if (!isRange) {
      // A dash is itself only at an edge.
      if (body[i] === '-' && i > 0 && i < body.length - 1) throw new Unclear();
      characters.add(body[i]);
      continue;
    }
    const low = body.charCodeAt(i);
    const high = body.charCodeAt(i + 2);
    if (body[i] === '-' || body[i + 2] === '-' || low > high) throw new Unclear();
    for (let code = low; code <= high; code++) characters.add(String.fromCharCode(code));
    i += 2;
  }
  return [...characters];
}

/** Joins neighbouring literals and neighbouring gaps. */
function globOf(pieces: readonly Piece[]): { glob: Glob; exact: boolean } {
  const literals = [''];
  const gaps: number[] = [];
  let exact = true;
  let behindGap = false;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      literals[literals.length - 1] += piece;
      behindGap &&= piece === '';
      continue;
    }
    exact &&= piece.exact;
    if (!behindGap) {
      literals.push('');
      gaps.push(piece.min);
    } else if (piece.min > 0) {
      // Two characters or more are not counted here.
      if (gaps[gaps.length - 1] > 0) exact = false;
      gaps[gaps.length - 1] = 1;
    }
    behindGap = true;
  }
  return { glob: { literals, gaps }, exact };
}
