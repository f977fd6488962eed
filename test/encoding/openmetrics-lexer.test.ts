/** Tokens of OpenMetrics text: the state decides what may come, the longest match wins. */
import { OpenMetricsLexer } from '../../encoding/openmetrics-lexer.js';

/** Tokens with their texts, up to the first invalid one or the end. */
function lex(text: string | Uint8Array): string[] {
  const bytes = typeof text === 'string' ? Buffer.from(text) : Buffer.from(text);
  const lexer = new OpenMetricsLexer();
  lexer.reset(bytes, 0, bytes.length);
  const tokens: string[] = [];
  for (;;) {
    const token = lexer.next();
    if (token === 'end of input') return tokens;
    tokens.push(`${token}: ${bytes.toString('latin1', lexer.start, lexer.at)}`);
    if (token === 'invalid') return tokens;
  }
}

describe('a line', () => {
  it('of a series', () => {
    expect(lex('up:x{a="b\\"}",c2="",} 1 2.5\n')).toEqual([
      'metric name: up:x',
      '{: {',
      'label name: a',
      '=: =',
      'label value: "b\\"}"',
      ',: ,',
      'label name: c2',
      '=: =',
      'label value: ""',
      ',: ,',
      '}: }',
      'value:  1',
      'timestamp:  2.5',
      'end of line: \n',
    ]);
  });

  it('of a series with a quoted name, which may hold the end of a line', () => {
    expect(lex('{"a\nb","c d"="e"} 1\n')).toEqual([
      '{: {',
      'quoted string: "a\nb"',
      ',: ,',
      'quoted string: "c d"',
      '=: =',
      'label value: "e"',
      '}: }',
      'value:  1',
      'end of line: \n',
    ]);
  });

  it('with an exemplar', () => {
    expect(lex('a 1 2 # {b="c"} 3 4\na 1 # {} 5\n')).toEqual([
      'metric name: a',
      'value:  1',
      'timestamp:  2',
      'exemplar:  # {',
      'label name: b',
      '=: =',
      'label value: "c"',
      '}: }',
      'value:  3',
      'timestamp:  4',
      'end of line: \n',
      'metric name: a',
      'value:  1',
      'exemplar:  # {',
      '}: }',
      'value:  5',
      'end of line: \n',
    ]);
  });

  it('about a metric', () => {
    expect(lex('# HELP a x y\n# TYPE "b c" gauge\n# UNIT d_e e\n# EOF\n')).toEqual([
      'HELP: # HELP ',
      'metric name: a',
      'text:  x y\n',
      'TYPE: # TYPE ',
      'metric name: "b c"',
      'text:  gauge\n',
      'UNIT: # UNIT ',
      'metric name: d_e',
      'text:  e\n',
      'EOF: # EOF\n',
    ]);
    expect(lex('# EOF')).toEqual(['EOF: # EOF']);
  });
});

describe('an invalid token', () => {
  it.each([
    '#HELP a b\n',
    '# help a b\n',
    '# EO',
    '# x',
    '\n',
    '1a',
    '# HELP 1\n',
    '# HELP a\n',
    '# HELP "a\\\nb" c\n',
    'a\t1',
    'a  1',
    'a{b:c="1"}',
    'a{b="x\ny"}',
    'a{b=x}',
    'a{"b\\\nc"}',
    'a 1  2',
    'a 1 # x',
    'a 1 2 # {"b\nc"="d"} 1\n',
    'a 1 2 # {b=c} 1\n',
    'a 1 2 # {b="c"}1\n',
  ])('ends %j', (text) => {
    expect(lex(text).at(-1)).toMatch(/^invalid: /);
  });

  it.each(['a\0', 'a 1\0 2', '\0', '# HELP a\0 b\n', 'a{\0', '# \0EOF\n'])(
    'is a zero byte in %j',
    (text) => expect(lex(text).at(-1)).toMatch(/^invalid: /),
  );
});

describe('a zero byte', () => {
  it('is passed over in texts, behind them, in values and in keywords', () => {
    expect(lex('# HE\0LP a b\0c\n\0d 1 2\n')[2]).toBe('text:  b\0c\n\0');
    expect(lex('a{b="x\0"\0} 1 2\n')[4]).toBe('label value: "x\0"\0');
    expect(lex('# E\0OF\n')).toEqual(['EOF: # E\0OF\n']);
  });
});

describe('the end of the bytes', () => {
  it.each(['', 'a', 'a{', 'a{b', 'a{b="c', 'a 1', 'a 1 2', '# EO', '# HELP a b', '# EOF\n'])(
    'is noticed behind %j',
    (text) => {
      const lexer = new OpenMetricsLexer();
      lexer.reset(Buffer.from(text), 0, text.length);
      while (!['end of input', 'invalid'].includes(lexer.next()));
      expect(lexer.touchedEnd).toBe(true);
    },
  );

  it('is not noticed before', () => {
    const lexer = new OpenMetricsLexer();
    lexer.reset(Buffer.from('a 1 2\nb'), 0, 7);
    for (let i = 0; i < 4; i++) lexer.next();
    expect(lexer.touchedEnd).toBe(false);
  });
});
