import fc from 'fast-check';
import { RE2JS } from 're2js';
import { ArgumentError } from '../../model/errors.js';
import { compilePattern } from '../../model/regexp.js';

/** What RE2 says, without any short cut. */
function engineSays(pattern: string, text: string): boolean {
  return RE2JS.compile(`^(?s:${pattern})$`).matcher(text).find();
}

const literal = fc.stringMatching(/^[ab]{0,3}$/);
const atom: fc.Arbitrary<string> = fc.letrec((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    literal,
    fc.constantFrom('.*', '.+', '.', '.?', '.*?', '.+?', '\\.', '\\d', '\\n', '^', '$', '😀', '-'),
    fc.constantFrom('[ab]', '[^a]', '[a-c]', '[]a]', '[[:alpha:]]', '[a\\]b]', '[a-]', '[😀b]'),
    fc.constantFrom(
      '(?i)',
      '(?i:a)',
      '\\Qa.\\E',
      '\\pL',
      'a{2}',
      '{',
      ']',
      '}',
      '(?P<n>a)',
      '\\x61',
    ),
    tie('pattern').map((inner) => `(${inner as string})`),
    tie('pattern').map((inner) => `(?:${inner as string})`),
    tie('pattern').map((inner) => `(?s:${inner as string})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '*?'))
      .map(([a, b]) => `${a as string}${b}`),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `${a as string}${b as string}`),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `${a as string}|${b as string}`),
  ),
})).pattern;
const value = fc.oneof(
  fc.stringMatching(/^[ab]{0,6}$/),
  fc
    .array(fc.constantFrom('a', 'b', 'A', '.', '1', '\n', '😀', '-', 'é', ']'), { maxLength: 6 })
    .map((parts) => parts.join('')),
);

describe('a label pattern', () => {
  it('answers as RE2 does, for every pattern and text', () => {
    fc.assert(
      fc.property(atom, fc.array(value, { minLength: 1, maxLength: 12 }), (pattern, texts) => {
        let isValid = true;
        try {
          RE2JS.compile(pattern);
        } catch {
          isValid = false;
        }
        if (!isValid) {
          expect(() => compilePattern(pattern)).toThrow(ArgumentError);
          return;
        }
        const compiled = compilePattern(pattern);
        for (const text of [...texts, '', 'a', 'ab']) {
          const wanted = engineSays(pattern, text);
          expect({ pattern, text, matches: compiled.matches(text) }).toEqual({
            pattern,
            text,
            matches: wanted,
          });
          // What planning relies on.
          if (compiled.set !== null) expect(compiled.set.includes(text)).toBe(wanted);
          if (wanted) expect(text.startsWith(compiled.prefix)).toBe(true);
          if (compiled.covers === 'all') expect(wanted).toBe(true);
          if (compiled.covers === 'non-empty') expect(wanted).toBe(text !== '');
        }
      }),
      { numRuns: 400 },
    );
  });

  it('enumerates what it can', () => {
    const set = (pattern: string) => compilePattern(pattern).set;
    expect(set('')).toEqual(['']);
    expect(set('a.b')).toBeNull();
    expect(set('a\\.b')).toEqual(['a.b']);
    expect(set('a|b|a')).toEqual(['a', 'b']);
    expect(set('a|')).toEqual(['a', '']);
    expect(set('prod-(a|b)-[0-2]')).toEqual([
      'prod-a-0',
      'prod-a-1',
      'prod-a-2',
      'prod-b-0',
      'prod-b-1',
      'prod-b-2',
    ]);
    expect(set('^foo$')).toEqual(['foo']);
    expect(set('^foo|bar$')).toEqual(['foo', 'bar']);
    const many = Array.from({ length: 1000 }, (_, i) => `value${i}`);
    expect(set(many.join('|'))).toEqual(many);
    expect(set('(a|b|c|d)(a|b|c|d)(a|b|c|d)(a|b|c|d)(a|b|c|d)')).toBeNull();
  });

  it('knows what all its matches begin with', () => {
    const prefix = (pattern: string) => compilePattern(pattern).prefix;
    expect(prefix('foo.*')).toBe('foo');
    expect(prefix('^foo\\.bar[0-9]+')).toBe('foo.bar');
    expect(prefix('(foo|fob).*')).toBe('fo');
    expect(prefix('foo|.*')).toBe('');
    expect(prefix('foo?')).toBe('fo');
    expect(prefix('(?i)foo')).toBe('');
    // The two share the first half of a surrogate pair, which is no prefix in bytes.
    expect(prefix('a(😀|😁)')).toBe('a');
  });

  it('knows when it matches everything, or everything but nothing', () => {
    const covers = (pattern: string) => compilePattern(pattern).covers;
    expect(['.*', '(.*)', '^.*$', '.*?', '.+|', 'a|.*', '.*.*', '(?s:.*)'].map(covers)).toEqual(
      Array.from({ length: 8 }, () => 'all'),
    );
    expect(['.+', '(?:.+)', '.*.+', 'a|.+'].map(covers)).toEqual(
      Array.from({ length: 4 }, () => 'non-empty'),
    );
    expect(['.', '..+', '.+.+', 'a.*', '(?-s:.*)'].map(covers)).toEqual(
      Array.from({ length: 5 }, () => null),
    );
  });

  it('is refused where RE2 refuses it', () => {
    const bad = [
      '[',
      '(',
      ')',
      'a)',
      '*',
      'a**',
      '(?=a)',
      '\\1',
      '(?<=a)b',
      'a{1001}',
      '\\8',
      '[b-a]',
    ];
    for (const pattern of bad) {
      expect(() => compilePattern(pattern)).toThrow(ArgumentError);
      expect(() => compilePattern(pattern)).toThrow(/^error parsing regexp: /);
    }
    expect(() => compilePattern('a(.')).toThrow(
      /^error parsing regexp: missing closing \): `a\(\.`$/,
    );
    expect(() => compilePattern('a.\udcff')).toThrow('invalid UTF-8: `a.\udcff`');
    expect(() => compilePattern('\udcff.*')).toThrow('invalid UTF-8: `\udcff.*`');
    expect(compilePattern('a|\udcff').matches('\udcff')).toBe(true);
  });

  it('sees a stray byte as one character, and itself in a literal', () => {
    expect(compilePattern('a.b').matches('a\udcffb')).toBe(true);
    expect(compilePattern('a[^b]b').matches('a\udcffb')).toBe(true);
    expect(compilePattern('a..b').matches('a\udcffb')).toBe(false);
    expect(compilePattern('\udcff|x').matches('\udcff')).toBe(true);
  });

  it('needs no more time for nested repetitions', () => {
    const pattern = compilePattern('(a+)+b');
    expect(pattern.matches(`${'a'.repeat(50_000)}c`)).toBe(false);
    expect(compilePattern('.*a.*a.*a.*a.*a.*a.*b').matches('a'.repeat(50_000))).toBe(false);
  });

  it('of great depth or size is left to the engine', () => {
    expect(compilePattern(`${'('.repeat(60)}a${')'.repeat(60)}`).matches('a')).toBe(true);
    expect(compilePattern(`.${'a'.repeat(9000)}`).matches(`b${'a'.repeat(9000)}`)).toBe(true);
    expect(() => compilePattern('('.repeat(2000))).toThrow(ArgumentError);
  });
});
