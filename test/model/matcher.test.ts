import { ArgumentError } from '../../model/errors.js';
import { Matcher, matcher, type MatchType } from '../../model/matcher.js';

describe('a matcher', () => {
  it('takes an absent label for an empty one', () => {
    const matching: readonly (readonly [MatchType, string, boolean])[] = [
      ['=', '', true],
      ['=', 'x', false],
      ['!=', '', false],
      ['!=', 'x', true],
      ['=~', '.*', true],
      ['=~', '.+', false],
      ['=~', 'a|', true],
      ['=~', 'a|b', false],
      ['!~', '.*', false],
      ['!~', '.+', true],
      ['!~', 'a|', false],
      ['!~', 'a', true],
    ];
    for (const [type, value, isMatch] of matching) {
      const made = matcher('l', type, value);
      expect(`${String(made)} ${made.matchesEmpty}`).toBe(`l${type}"${value}" ${isMatch}`);
      expect(made.matches('')).toBe(isMatch);
    }
  });

  it('anchors regular expressions at both ends and lets the dot match a newline', () => {
    expect(matcher('l', '=~', 'b').matches('abc')).toBe(false);
    expect(matcher('l', '=~', 'a.c').matches('a\nc')).toBe(true);
    expect(matcher('l', '!~', 'a.*').matches('ba')).toBe(true);
    expect(matcher('l', '=~', 'a|ab').matches('ab')).toBe(true);
  });

  it('reads plain values literally', () => {
    expect(matcher('l', '=', 'a.c').matches('abc')).toBe(false);
    expect(matcher('l', '!=', '[').matches('[')).toBe(false);
  });

  it('prints as PromQL writes it', () => {
    expect(String(matcher('__name__', '=~', 'a\\.b'))).toBe('__name__=~"a\\\\.b"');
    expect(String(matcher('with.dot', '!=', 'a"\n\udcff'))).toBe('"with.dot"!="a\\"\\n\\xff"');
    expect(String(matcher('', '=', ''))).toBe('""=""');
  });

  it('refuses what is none', () => {
    expect(() => matcher('l', '=~', '(')).toThrow(ArgumentError);
    expect(() => matcher('l', '==' as MatchType, 'x')).toThrow("a matcher's type is =, !=, =~, !~");
    expect(() => new Matcher('l', '=', 5 as unknown as string)).toThrow(ArgumentError);
  });
});
