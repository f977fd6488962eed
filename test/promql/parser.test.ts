import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { LimitError, ParseError } from '../../model/errors.js';
import { formatExpression } from '../../promql/printer.js';
import type { Expression } from '../../promql/ast.js';
import { expressionToJson } from '../../promql/ast-json.js';
import { parseExpression } from '../../promql/parser.js';
import { EXPRESSION_DEPTH_MAX } from '../../promql/token-stream.js';
import { EVERYTHING, NOTHING, parsed, refusal } from '../support/parsing.js';
import { RandomPromql } from '../support/random-promql.js';
import { describeShared, shared } from '../support/shared.js';

/** Both are read alike: the first without parentheses, the second with all of them. */
function checkPrecedence(text: string, want: string): void {
  const bare = (expression: unknown): string =>
    JSON.stringify(expression, (key, value: { kind?: string; expression?: unknown }) => {
      if (key === 'start' || key === 'end') return undefined;
      return value?.kind === 'parentheses' ? value.expression : value;
    });
  expect(bare(parsed(text))).toBe(bare(parsed(want)));
}

describe('precedence', () => {
  it.each([
    ['a or b and c', 'a or (b and c)'],
    ['a and b unless c', '(a and b) unless c'],
    ['a == b and c', '(a == b) and c'],
    ['a + b == c', '(a + b) == c'],
    ['a </ b + c', 'a </ (b + c)'],
    ['a - b - c', '(a - b) - c'],
    ['a + b * c', 'a + (b * c)'],
    ['a * b atan2 c % d', '((a * b) atan2 c) % d'],
    ['a ^ b ^ c', 'a ^ (b ^ c)'],
    ['-a ^ b', '-(a ^ b)'],
    ['-a * b', '(-a) * b'],
    ['a ^ -b * c', '(a ^ (-b)) * c'],
    ['-1 ^ 2', '-(1 ^ 2)'],
    ['foo offset -5 ^ 2', '(foo offset -5) ^ 2'],
    ['foo offset 5m + bar', '(foo offset 5m) + bar'],
  ])('%s is %s', checkPrecedence);
});

describe('a sign', () => {
  it('becomes part of a number', () => {
    expect(parsed('--1')).toMatchObject({ kind: 'number', value: 1, start: 0, end: 3 });
    expect(parsed('-5m')).toMatchObject({ kind: 'number', value: -300, isDuration: true });
  });

  it('stands before anything else', () => {
    expect(parsed('-(1)')).toMatchObject({ kind: 'unary', operator: '-', type: 'scalar' });
  });
});

describe('words', () => {
  it('are functions, aggregations or metrics by what follows', () => {
    expect(parsed('sum')).toMatchObject({ kind: 'vectorSelector', name: 'sum' });
    expect(parsed('sum(sum)')).toMatchObject({ kind: 'aggregation', operator: 'sum' });
    expect(parsed('start + step')).toMatchObject({ left: { name: 'start' } });
    expect(parsed('start()')).toMatchObject({ kind: 'call', func: { name: 'start' } });
    expect(refusal('Rate(a[5m])')).toBe('1:1: parse error: unknown function with name "Rate"');
  });

  it('group before or behind the arguments', () => {
    const first = parsed('sum by (a, "b c") (x)');
    expect(first).toMatchObject({ grouping: ['a', 'b c'], isWithout: false });
    expect(parsed('SUM(x) WITHOUT (a,)')).toMatchObject({ grouping: ['a'], isWithout: true });
  });
});

describe('the first error', () => {
  it.each([
    // A call is complete at its parenthesis, an aggregation is not.
    ['foo(1) $', '1:1: parse error: unknown function with name "foo"'],
    ['sum(foo) $', "1:10: parse error: unexpected character: '$'"],
    ['sum() $', "1:7: parse error: unexpected character: '$'"],
    ['sum() a', '1:1: parse error: no arguments for aggregate expression provided'],
    ['f(a, )', '1:4: parse error: trailing commas not allowed in function call args'],
    ['f(a, $', "1:6: parse error: unexpected character: '$'"],
    ['f(,1)', '1:3: parse error: unexpected ","'],
    // The nearest construct that has a say.
    ['sum(rate(foo bar))', '1:14: parse error: unexpected identifier "bar" in aggregation'],
    ['sum foo', '1:5: parse error: unexpected identifier "foo"'],
    ['sum by foo', '1:8: parse error: unexpected identifier "foo" in grouping opts, expected "("'],
    ['sum by (1)', '1:9: parse error: unexpected number "1" in grouping opts, expected label'],
    [
      'sum by (a b)',
      '1:11: parse error: unexpected identifier "b" in grouping opts, expected "," or ")"',
    ],
    ['sum by ("") (a)', '1:9: parse error: invalid label name for grouping: ""'],
    ['', 'unknown position: parse error: no expression found in input'],
    [' # c', '1:1: parse error: no expression found in input'],
    ['1 1', '1:3: parse error: unexpected number "1"'],
    ['(1', '1:3: parse error: unclosed left parenthesis'],
    ['1 +', '1:4: parse error: unexpected end of input'],
    ['5ys', '1:1: parse error: unknown unit "ys" in duration "5ys"'],
  ])('of %s', (text, want) => {
    expect(refusal(text)).toBe(want);
  });
});

describe('without experiments', () => {
  it.each([
    ['start()', '1:1: parse error: function "start" is not enabled'],
    ['foo()', '1:1: parse error: unknown function with name "foo"'],
    [
      'limitk(1, 2, 3)',
      '1:1: parse error: limitk() is experimental and must be enabled with ' +
        '--enable-feature=promql-experimental-functions',
    ],
    ['limitk()', '1:1: parse error: no arguments for aggregate expression provided'],
    ['a + fill(1) b', '1:1: parse error: binop fill modifiers are experimental and not enabled'],
  ])('%s is refused', (text, want) => {
    expect(refusal(text, NOTHING)).toBe(want);
  });
});

describe('nesting', () => {
  const open = { parentheses: '(', signs: '-', calls: 'abs(', aggregations: 'sum(' };

  it.each(Object.entries(open))('of %s has a limit, far from the stack', (_kind, text) => {
    const nested = (depth: number): string =>
      `${text.repeat(depth)}a${text.endsWith('(') ? ')'.repeat(depth) : ''}`;
    expect(() => parsed(nested(EXPRESSION_DEPTH_MAX - 1))).not.toThrow();
    expect(() => parsed(nested(100_000))).toThrow(LimitError);
    expect(() => parsed(nested(EXPRESSION_DEPTH_MAX))).toThrow('EXPRESSION_DEPTH_MAX: ');
  });

  it.each(['+', '^', 'or'])('of %s in chains has the same', (operator) => {
    const chain = (length: number): string => Array(length).fill('a').join(` ${operator} `);
    const tree = parsed(chain(EXPRESSION_DEPTH_MAX - 1));
    expect(formatExpression(tree)).toContain('a');
    expect(() => parsed(chain(100_000))).toThrow(LimitError);
  });

  it.each([
    ['brackets', `a${'[1m:1m]'.repeat(100_000)}`],
    ['durations', `a[${'('.repeat(100_000)}5m`],
    ['signs of durations', `a offset ${'-'.repeat(100_000)}5m`],
    ['chains of durations', `a[5m${'+ 5m'.repeat(100_000)}]`],
    ['max_of', `a offset ${'max_of(1,'.repeat(100_000)}`],
  ])('of %s is limited, too', (_kind, text) => {
    expect(() => parsed(text)).toThrow(LimitError);
  });
});

describe('any text', () => {
  it('is read, or refused with a place', () => {
    const words = fc.constantFrom(
      ...'a sum by ( ) [ ] { } 5m : , = "x" @ offset - + * start ( ) # \n bool on fill rate'.split(
        ' ',
      ),
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.array(words, { maxLength: 30 }).map((list) => list.join(' ')),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          parseExpression(input, EVERYTHING);
        } catch (error) {
          expect(error).toBeInstanceOf(ParseError);
          expect((error as ParseError).message).toMatch(
            /^(\d+:\d+|unknown position): parse error: /,
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('that was printed is read as the same tree', () => {
    const random = new RandomPromql(7);
    let count = 0;
    for (let i = 0; i < 3000; i++) {
      const query = random.query();
      if (refusal(query) !== 'accepted') continue;
      const tree = parsed(query);
      const printed = formatExpression(tree);
      // What Prometheus prints of these is not what it read: an arithmetic behind two signs, and
      // numbers that no literal gives.
      if (/"offsetExpr":{"lhs":{/.test(json(tree))) continue;
      if (/\[0s|@ -9223372036854775|--|NaN|Inf/.test(printed)) continue;
      count++;
      expect(`${printed} → ${json(parsed(printed))}`).toBe(`${printed} → ${json(tree)}`);
    }
    expect(count).toBeGreaterThan(300);
  });
});

/** The tree as text, matchers in the order that printing gives them. */
function json(tree: Expression): string {
  return JSON.stringify(expressionToJson(tree), (key, value: unknown) =>
    key === 'matchers' ? (value as object[]).map((one) => JSON.stringify(one)).sort() : value,
  );
}

interface Vector {
  readonly expr: string;
  readonly ast?: unknown;
  readonly format?: string;
  readonly error?: string;
}

describeShared("Prometheus' own parser", () => {
  const vectors = readFileSync(shared('vectors/promql-parse.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Vector);

  it('gives the same trees, texts and messages', () => {
    expect(vectors.length).toBeGreaterThan(1500);
    for (const { expr, ast, format, error } of vectors) {
      const got = error === undefined ? answer(expr) : { expr, error: refusal(expr) };
      expect(got).toEqual(error === undefined ? { expr, ast, format } : { expr, error });
    }
  });

  function answer(expr: string): Vector {
    const tree = parsed(expr);
    const ast = JSON.parse(JSON.stringify(expressionToJson(tree))) as unknown;
    return { expr, ast, format: formatExpression(tree) };
  }
});
