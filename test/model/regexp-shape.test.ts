import { shapeOf } from '../../model/regexp-shape.js';

/** A shape in one line: gaps as `*` (any) and `+` (at least one), `~` in front where inexact. */
function shown(pattern: string): string | null {
  const shape = shapeOf(pattern);
  if (shape === null) return null;
  const globs = shape.globs.map(({ literals, gaps }) =>
    literals.map((literal, i) => literal + (i < gaps.length ? '*+'.charAt(gaps[i]) : '')).join(''),
  );
  return `${shape.exact ? '' : '~'}${globs.join('|')}`;
}

describe('the shape of a pattern', () => {
  it('is exact for literals, alternatives, groups, small classes and plain gaps', () => {
    expect(shown('abc')).toBe('abc');
    expect(shown('a|b|')).toBe('a|b|');
    expect(shown('a(b|c)d')).toBe('abd|acd');
    expect(shown('(?:(a))[0-2x]')).toBe('a0|a1|a2|ax');
    expect(shown('a.*b.+')).toBe('a*b+');
    expect(shown('.*.*.+')).toBe('+');
    expect(shown('a\\.b\\-\\t')).toBe('a.b-\t');
    expect(shown('^a|b$')).toBe('a|b');
    expect(shown('a]}')).toBe('a]}');
  });

  it('is a necessary condition where parts are unknown', () => {
    expect(shown('a\\d+b')).toBe('~a*b');
    expect(shown('ab*')).toBe('~a*');
    expect(shown('a[^b]c')).toBe('~a*c');
    expect(shown('a[]b]c')).toBe('~a*c');
    expect(shown('a[[:alpha:]]c')).toBe('~a*c');
    expect(shown('x(a|b)+y')).toBe('~x*y');
    expect(shown('a.b')).toBe('~a*b');
    expect(shown('.+.+')).toBe('~+');
    expect(shown('a$b')).toBe('~a*b');
  });

  it('is unknown where borders are unclear, or where RE2 would refuse', () => {
    for (const pattern of [
      '(?i)a',
      'a{2}',
      '(?P<n>a)',
      '\\Qa\\E.',
      '\\bx',
      'a**',
      '(a',
      'a)',
      '[a.',
    ]) {
      expect([pattern, shown(pattern)]).toEqual([pattern, null]);
    }
  });

  it('does not multiply without bound', () => {
    expect(shown('(a|b|c|d)'.repeat(4))?.split('|').length).toBe(256);
    expect(shown('(a|b|c|d)'.repeat(5))?.startsWith('~')).toBe(true);
    expect(shown(`.${'a'.repeat(20_000)}`)).toBeNull();
  });
});
