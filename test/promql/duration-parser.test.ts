import { printExpression } from '../../promql/printer.js';
import { NOTHING, parsed, refusal } from '../support/parsing.js';

describe('durations', () => {
  it.each([
    ['a[5m*2+1]', 'a[5m * 2 + 1]'],
    ['a[-(5m)+10m]', 'a[-5m + 10m]'],
    ['a[(step()+1)]', 'a[(step() + 1)]'],
    ['a[2^3^step()]', 'a[2 ^ 3 ^ step()]'],
    ['a[max_of(5m, STEP())]', 'a[max_of(5m, step())]'],
    ['a offset step() + b', 'a offset step() + b'],
    ['a offset -step()', 'a offset -step()'],
    ['a offset +range()', 'a offset range()'],
    ['a offset (5m+1m)', 'a offset (5m + 1m)'],
    ['a offset -(5m+1m) + b', 'a offset -(5m + 1m) + b'],
    ['a offset - -5', 'a offset 5s'],
    ['a offset - -step() * 2', 'a offset --step() * 2'],
    ['a[300]', 'a[5m]'],
  ])('%s is read as %s', (text, want) => {
    expect(printExpression(parsed(text))).toBe(want);
  });

  it('go on behind a parenthesis', () => {
    expect(refusal('a offset (5) + b')).toBe(
      '1:16: parse error: unexpected identifier "b" in offset, ' +
        'expected number, duration, step(), or range()',
    );
  });

  it.each([
    ['a[5m / 0]', '1:6: parse error: division by zero'],
    ['a[5m % 0]', '1:6: parse error: modulo by zero'],
    ['a[9223372037]', '1:3: parse error: duration out of range'],
    ['a offset -9223372037', '1:10: parse error: duration out of range'],
    ['a[-5m]', '1:3: parse error: duration must be greater than 0'],
  ])('%s is refused', (text, want) => {
    expect(refusal(text)).toBe(want);
  });

  it.each([
    ['a[5m+5m]', '1:3'],
    ['a[step()]', '1:3'],
    ['a[(5m)]', '1:4'],
    ['a[max_of(1, 2)]', '1:10'],
    ['a offset -step()', '1:10'],
  ])('%s is an experiment', (text, place) => {
    expect(refusal(text, NOTHING)).toBe(
      `${place}: parse error: experimental duration expression is not enabled`,
    );
    expect(refusal(text, {})).toBe('accepted');
  });

  it('in parentheses behind a sign are none', () => {
    expect(refusal('a offset -(5m)', NOTHING)).toBe('accepted');
  });
});
