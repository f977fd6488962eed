import { formatExpression, printExpression } from '../../promql/printer.js';
import { parsed } from '../support/parsing.js';

function check(text: string, want: string): void {
  expect(formatExpression(parsed(text))).toBe(want);
}

const LONG = 'a_metric_with_a_rather_long_name_of_its_own';

describe('an expression that fits', () => {
  it.each([
    ['1e-7', '0.0000001'],
    ['1e21', '1000000000000000000000'],
    ['-Inf', '-Inf'],
    ['90m', '1h30m'],
    ["'a\\xff'", '"a\\xff"'],
    ['{"foo"}', '{__name__="foo"}'],
    ['foo{b="c",a="b"}', 'foo{a="b",b="c"}'],
    ['a @ 1 offset 5m anchored', 'a @ 1.000 anchored offset 5m'],
    ['a[5m] offset -1s @ end() smoothed', 'a[5m] smoothed @ end() offset -1s'],
    ['a[1h:] @ 5 offset 1m', 'a[1h:] @ 5.000 offset 1m'],
    ['a offset nan', 'a offset --106751d23h47m16s854ms'],
    ['a[1e-9]', 'a[0s]'],
    ['SUM BY () (a)', 'sum(a)'],
    ['sum(a) without ()', 'sum without () (a)'],
    ['topk by ("a b", c) (1, d)', 'topk by ("a b", c) (1, d)'],
    ['a==bool on()group_left()b', 'a == bool on () group_left () b'],
    ['a + fill(1000000) b', 'a + fill (1e+06) b'],
    ['a + fill_left(1) fill_right(2) b', 'a + fill_left (1) fill_right (2) b'],
    ['-( a )', '-(a)'],
    ['time( )', 'time()'],
  ])('%s is %s', check);
});

describe('an expression over 100 bytes', () => {
  it('is spread over lines', () => {
    check(
      `sum by (job) (rate(${LONG}[5m]) + on (job) rate(${LONG}[5m]))`,
      `sum by (job) (
  rate(${LONG}[5m])
+ on (job)
  rate(${LONG}[5m])
)`
        .replace('  rate', '    rate')
        .replace('+ on (job)\n  rate', '  + on (job)\n    rate'),
    );
  });

  it('leaves a subquery without indent where it fits', () => {
    check(
      `abs(max_over_time(${LONG}[1h:1m])) + (${LONG} + ${LONG})`,
      `  abs(max_over_time(${LONG}[1h:1m]))\n+\n  (${LONG} + ${LONG})`,
    );
    check(
      `max_over_time(${LONG}[1h:1m]) + max_over_time(${LONG}${LONG}{a="b"}[1h:1m] @ 5.000)`,
      [
        `  max_over_time(${LONG}[1h:1m])`,
        '+',
        '  max_over_time(',
        `    ${LONG}${LONG}{a="b"}[1h:1m] @ 5.000`,
        '  )',
      ].join('\n'),
    );
  });

  it('has its sign before it', () => {
    check(`-(${LONG} + ${LONG} + ${LONG})`, `-(\n    ${LONG} + ${LONG}\n  +\n    ${LONG}\n)`);
  });

  it('counts bytes', () => {
    const label = `{a="${'é'.repeat(48)}"}`;
    check(`(${label})`, `(\n  ${label}\n)`);
  });
});

describe('one line', () => {
  it('is all that may be wanted', () => {
    const text = `(${LONG} + ${LONG} + ${LONG})`;
    expect(printExpression(parsed(text))).toBe(text);
  });
});
