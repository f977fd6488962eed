import { parsed, refusal } from '../support/parsing.js';

describe('the check', () => {
  it.each([
    [
      'sum(1)',
      '1:5: parse error: expected type instant vector in aggregation expression, got scalar',
    ],
    [
      'topk(a, b)',
      '1:6: parse error: expected type scalar in aggregation parameter, got instant vector',
    ],
    [
      'count_values(1, a)',
      '1:14: parse error: expected type string in aggregation parameter, got scalar',
    ],
    [
      'sum(a, b)',
      '1:1: parse error: wrong number of arguments for aggregate expression provided, expected 1, got 2',
    ],
    [
      'rate(a)',
      '1:6: parse error: expected type range vector in call to function "rate", got instant vector',
    ],
    ['rate()', '1:1: parse error: expected 1 argument(s) in call to "rate", got 0'],
    [
      'label_join(a)',
      '1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 1',
    ],
    [
      'round(a, 1, 2)',
      '1:1: parse error: expected at most 2 argument(s) in call to "round", got 3',
    ],
    [
      'label_join(a, "b", "c", "d", 1)',
      '1:30: parse error: expected type string in call to function "label_join", got scalar',
    ],
    [
      'info(a, 1)',
      '1:1: parse error: expected type instant vector in call to function "info", got scalar',
    ],
    ['info(a, b)', '1:9: parse error: expected label selectors only, got vector selector instead'],
    ['info(a, (b))', '1:9: parse error: expected label selectors only'],
    [
      '-"a"',
      '1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "string"',
    ],
    [
      '-a[5m]',
      '1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "range vector"',
    ],
    ['1[5m:]', '1:1: parse error: subquery is only allowed on instant vector, got scalar instead'],
    ['{}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
    ['{a=~".*"}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
    ['foo{"bar"}', '1:1: parse error: metric name must not be set twice: "foo" or "bar"'],
    ['a + bool b', '1:3: parse error: bool modifier can only be used on comparison operators'],
    ['1 == 1', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
    [
      'a + on (x) group_left (x) b',
      '1:3: parse error: label "x" must not occur in ON and GROUP clause at once',
    ],
    [
      'a + "b"',
      '1:5: parse error: binary expression must contain only scalar and instant vector types',
    ],
    ['a + on (x) 1', '1:1: parse error: vector matching only allowed between instant vectors'],
    [
      'a + fill(1) 1',
      '1:1: parse error: filling in missing series only allowed between instant vectors',
    ],
    ['a and on (x) group_left b', '1:1: parse error: no grouping allowed for "and" operation'],
    ['a or fill(1) b', '1:1: parse error: filling in missing series not allowed for set operators'],
    ['a and 1', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
  ])('refuses %s', (text, want) => {
    expect(refusal(text)).toBe(want);
  });

  it('places operators behind the left side, as Prometheus finds its end', () => {
    const reason = 'parse error: bool modifier can only be used on comparison operators';
    expect(refusal('(a offset (5)) + bool b')).toBe(`1:16: ${reason}`);
    expect(refusal('a # c\n + bool b')).toBe(`1:3: ${reason}`);
    expect(refusal('a anchored + bool b')).toBe(`1:3: ${reason}`);
    expect(refusal('(sum(a)) + bool b')).toBe(`1:10: ${reason}`);
  });

  it('takes any labels for those of info()', () => {
    expect(refusal('info(a, {})')).toBe('accepted');
  });

  it('settles how vectors match', () => {
    expect(parsed('a and b')).toMatchObject({ matching: { cardinality: 'many-to-many' } });
    expect(parsed('a + b')).toMatchObject({ matching: { cardinality: 'one-to-one' } });
    expect(parsed('a + 1')).toMatchObject({ matching: null, type: 'vector' });
    expect(parsed('1 + 1')).toMatchObject({ matching: null, type: 'scalar' });
  });
});
