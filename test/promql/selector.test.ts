import { readFileSync } from 'node:fs';
import { SelectorError } from '../../model/errors.js';
import { replaceInvalidUtf8 } from '../../model/utf8.js';
import { parseSelector } from '../../promql/selector.js';
import { describeShared, shared } from '../support/shared.js';

function check(text: string, want: readonly string[]): void {
  expect(parseSelector(text).map(String)).toEqual(want);
}

function refuse(text: string, want: string): void {
  let message = 'accepted';
  try {
    parseSelector(text);
  } catch (error) {
    expect(error).toBeInstanceOf(SelectorError);
    message = (error as SelectorError).message;
  }
  expect(`${text} → ${message}`).toBe(`${text} → ${want}`);
}

describe('a selector', () => {
  it('names a metric, before the braces or between them', () => {
    check('up', ['__name__="up"']);
    check(' up{} ', ['__name__="up"']);
    check('job:up:sum', ['__name__="job:up:sum"']);
    check(':a', ['__name__=":a"']);
    check('{"with.dot"}', ['__name__="with.dot"']);
    check('{"with.dot", a="b"}', ['__name__="with.dot"', 'a="b"']);
    check('foo{"bar"}', ['__name__="bar"', '__name__="foo"']);
  });

  it('matches labels in all four ways, the name last', () => {
    check('up{a="b",c!="d",e=~"f.*",g!~"h|i",}', [
      'a="b"',
      'c!="d"',
      'e=~"f.*"',
      'g!~"h|i"',
      '__name__="up"',
    ]);
    check('{"quoted name"=~"x", on=\'y\', sum=`\\z`}', [
      '"quoted name"=~"x"',
      'on="y"',
      'sum="\\\\z"',
    ]);
  });

  it('may match every series, as the default of dumps does', () => {
    check("{__name__=~'(?s:.*)'}", ['__name__=~"(?s:.*)"']);
    check('{}', []);
    check('{a=""}', ['a=""']);
  });

  it('may be named by most keywords, in any case', () => {
    for (const name of ['sum', 'BY', 'offset', 'and', 'fill', 'start', 'step']) {
      check(name, [`__name__="${name}"`]);
    }
    for (const name of ['on', 'Bool', 'atan2', 'group_left']) {
      expect(() => parseSelector(name)).toThrow('1:1: parse error: unexpected <');
    }
    refuse('inf', '1:1: parse error: unexpected number "inf"');
  });

  it('may hold blanks and comments anywhere', () => {
    check('# first\nup # why\r{ # a\n a = # b\n"b" }#', ['a="b"', '__name__="up"']);
  });

  it('says strings with the escapes of Go', () => {
    const value = (literal: string): string => parseSelector(`{a=${literal}}`)[0].value;
    expect(value('"\\a\\b\\f\\n\\r\\t\\v\\\\\\"\'"')).toBe('\x07\b\f\n\r\t\v\\"\'');
    expect(value("'\\'\"'")).toBe('\'"');
    expect(value('`\\n"\n`')).toBe('\\n"\n');
    expect(value('"\\101\\x41\\u00e9\\U0001F600é😀"')).toBe('AAé😀é😀');
    expect(value('"\\xc3\\xa9"')).toBe('é');
    expect(value('"\\xff\\303"')).toBe('\udcff\udcc3');
  });

  it('is refused in the words of Prometheus, with line and byte column', () => {
    const cases: readonly (readonly [text: string, message: string])[] = [
      ['', 'unknown position: parse error: unexpected end of input'],
      [' ', '1:2: parse error: unexpected end of input'],
      ['{', '1:2: parse error: unexpected end of input inside braces'],
      [
        'foo{a}',
        '1:6: parse error: unexpected "}" in label matching, expected label matching operator',
      ],
      ['foo{a=}', '1:7: parse error: unexpected "}" in label matching, expected string'],
      ['foo{a="b"', '1:10: parse error: unexpected end of input inside braces'],
      [
        'foo{a=b}',
        '1:7: parse error: unexpected identifier "b" in label matching, expected string',
      ],
      [
        'foo{a="b" c="d"}',
        '1:11: parse error: unexpected identifier "c" in label matching, expected "," or "}"',
      ],
      ['foo{a==~"b"}', '1:7: parse error: unexpected <op:=~> in label matching, expected string'],
      ['foo{a~"b"}', "1:6: parse error: unexpected character inside braces: '~'"],
      ['foo{a!"b"}', `1:6: parse error: unexpected character after '!' inside braces: '"'`],
      ['foo{é="x"}', "1:5: parse error: unexpected character inside braces: 'é'"],
      ['foo{{', "1:5: parse error: unexpected left brace '{'"],
      ['foo{,}', '1:5: parse error: unexpected "," in label matching, expected identifier or "}"'],
      [
        '{"a" b}',
        '1:6: parse error: unexpected identifier "b" in label matching, expected "," or "}"',
      ],
      [
        '{a"productions"}',
        '1:3: parse error: unexpected string "\\"productio"... in label matching, expected label matching operator',
      ],
      [
        '{a="é", b}',
        '1:11: parse error: unexpected "}" in label matching, expected label matching operator',
      ],
      [
        '{a="x",\n b="é" c}',
        '2:9: parse error: unexpected identifier "c" in label matching, expected "," or "}"',
      ],
      ['foo{}}', "1:6: parse error: unexpected character: '}'"],
      ['foo)', "1:5: parse error: unexpected right parenthesis ')'"],
      ['foo]', "1:4: parse error: unexpected right bracket ']'"],
      ['foo[5m]', '1:4: parse error: unexpected "["'],
      ['foo + bar', '1:5: parse error: unexpected <op:+>'],
      ['foo == 1', '1:5: parse error: unexpected <op:==>'],
      ['foo =~ 1', "1:5: parse error: unexpected character after '=': '~'"],
      ['foo ! 1', "1:5: parse error: unexpected character after '!': ' '"],
      ['foo sum', '1:5: parse error: unexpected <aggr:sum>'],
      ['foo and', '1:5: parse error: unexpected <op:and>'],
      ['foo fill(1)', '1:5: parse error: unexpected <fill>'],
      ['foo start', '1:5: parse error: unexpected "start"'],
      ['foo bar', '1:5: parse error: unexpected identifier "bar"'],
      ['5m', '1:1: parse error: unexpected duration "5m"'],
      ['foo 0x1f', '1:5: parse error: unexpected number "0x1f"'],
      ['foo 5x', '1:5: parse error: bad number or duration syntax: "5"'],
      ['"foo"', '1:1: parse error: unexpected string "\\"foo\\""'],
      ['{a="b', '1:4: parse error: unterminated quoted string'],
      ['{a="b\n"}', '1:4: parse error: unterminated quoted string'],
      ['{a=`b', '1:4: parse error: unterminated raw string'],
      ['{a="\\', '1:4: parse error: escape sequence not terminated'],
      ['{a="\\q"}', "1:4: parse error: unknown escape sequence U+0071 'q'"],
      ['{a="\\\'"}', "1:4: parse error: unknown escape sequence U+0027 '''"],
      ['{a="\\x4"}', `1:4: parse error: illegal character U+0022 '"' in escape sequence`],
      ['{a="\\400"}', '1:4: parse error: escape sequence is an invalid Unicode code point'],
      ['{a="\\ud800"}', '1:4: parse error: escape sequence is an invalid Unicode code point'],
      ['{a="\ufffd"}', '1:4: parse error: invalid UTF-8 rune'],
      ['{a="\udcff"}', '1:4: parse error: invalid UTF-8 rune'],
      ['{b="", a=~"["}', '1:8: parse error: error parsing regexp: missing closing ]: `[`'],
    ];
    for (const [text, message] of cases) refuse(text, message);
  });
});

interface ParseVector {
  readonly expr: string;
  readonly error?: string;
  readonly ast?: VectorAst;
}
interface VectorAst {
  readonly type: string;
  readonly offset: number;
  readonly startOrEnd: unknown;
  readonly timestamp: unknown;
  readonly matchers: readonly { name: string; type: string; value: string }[];
}

describeShared('the recorded expressions of Prometheus 3.14', () => {
  it('gives those that are plain selectors the matchers of their trees', () => {
    const vectors = readFileSync(shared('vectors/promql-parse.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ParseVector);
    const plain = vectors.filter(
      ({ expr, ast }) =>
        ast?.type === 'vectorSelector' && /^[a-zA-Z_:0-9]*(?:\{[^}]*\})?$/.test(expr.trim()),
    );
    expect(plain.length).toBeGreaterThan(20);
    for (const { expr, ast } of plain) {
      const got = parseSelector(expr).map(({ name, type, value }) => ({
        name: replaceInvalidUtf8(name),
        type,
        value: replaceInvalidUtf8(value),
      }));
      expect({ expr, matchers: got }).toEqual({ expr, matchers: ast?.matchers });
    }
  });
});
