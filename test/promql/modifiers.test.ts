import { NOTHING, parsed, refusal } from '../support/parsing.js';

const IN_OFFSET = ' in offset, expected number, duration, step(), or range()';

describe('modifiers', () => {
  it('set fields of what they follow, and its end', () => {
    expect(parsed('a offset 5m @ 1.5')).toMatchObject({
      offsetNs: 300e9,
      timestamp: 1500,
      start: 0,
      end: 17,
    });
    expect(parsed('a[5m] @ start() anchored offset -1s')).toMatchObject({
      kind: 'matrixSelector',
      selector: { startOrEnd: 'start', isAnchored: true, offsetNs: -1e9, end: 1 },
      rangeNs: 300e9,
      end: 35,
    });
    expect(parsed('a[1h:5m] offset 1d @ end()')).toMatchObject({
      kind: 'subquery',
      stepNs: 300e9,
      offsetNs: 86_400e9,
      startOrEnd: 'end',
    });
    expect(parsed('a smoothed')).toMatchObject({ isSmoothed: true, end: 1 });
  });

  it('take seconds, rounded to nanoseconds and milliseconds', () => {
    expect(parsed('a[1e-9]')).toMatchObject({ rangeNs: 1 });
    expect(parsed('a @ -0.0005')).toMatchObject({ timestamp: -1 });
    // As Go: beyond its range lies the least integer.
    expect(parsed('a @ 1e17')).toMatchObject({ timestamp: -(2 ** 63) });
    expect(parsed('a offset nan')).toMatchObject({ offsetNs: -(2 ** 63) });
  });

  it('count as given only when they say something', () => {
    expect(parsed('a offset 0s offset 5m')).toMatchObject({ offsetNs: 300e9 });
    expect(parsed('a @ start()[5m]')).toMatchObject({ kind: 'matrixSelector' });
  });

  it.each([
    ['a offset 5m offset 1m', '1:1: parse error: offset may not be set multiple times'],
    ['a @ 1 @ 2', '1:1: parse error: @ <timestamp> may not be set multiple times'],
    ['a @ inf', '1:1: parse error: timestamp out of bounds for @ modifier: +Inf'],
    [
      'a @ 1e19',
      '1:1: parse error: timestamp out of bounds for @ modifier: 10000000000000000000.000000',
    ],
    ['a @ foo', '1:5: parse error: unexpected identifier "foo" in @, expected timestamp'],
    ['a offset foo', `1:10: parse error: unexpected identifier "foo"${IN_OFFSET}`],
    ['a offset start()', `1:10: parse error: unexpected "start"${IN_OFFSET}`],
    ['(a)[5m]', '1:4: parse error: ranges only allowed for vector selectors'],
    ['a offset 1m [5m]', '1:13: parse error: no offset modifiers allowed before range'],
    ['a @ 1 [5m]', '1:7: parse error: no @ modifiers allowed before range'],
    ['a[0]', '1:3: parse error: duration must be greater than 0'],
    ['a[', '1:3: parse error: unexpected end of input in duration expression'],
    [
      'a[]',
      '1:3: parse error: unexpected "]" in subquery or range selector, ' +
        'expected number, duration, step(), or range()',
    ],
    [
      'a[5m 5m]',
      '1:6: parse error: unexpected duration "5m" in subquery or range, expected ":" or "]"',
    ],
    [
      'a[5m:"x"]',
      '1:6: parse error: unexpected string "\\"x\\"" in subquery selector, ' +
        'expected number, duration, step(), range(), or "]"',
    ],
    [
      'a[5m:5m 5m]',
      '1:9: parse error: unexpected duration "5m" in subquery selector, expected "]"',
    ],
    [
      '5 offset 5m',
      '1:1: parse error: offset modifier must be preceded by an instant vector selector or ' +
        'range vector selector or a subquery',
    ],
    ['f(a) @ 5', '1:1: parse error: unknown function with name "f"'],
    [
      'abs(a) @ 5',
      '1:1: parse error: @ modifier must be preceded by an instant vector selector or ' +
        'range vector selector or a subquery',
    ],
    [
      'a anchored smoothed',
      '1:1: parse error: anchored and smoothed modifiers cannot be used together',
    ],
    ['a[1m:] anchored', '1:1: parse error: anchored modifier is not supported for subqueries'],
    ['1 smoothed', '1:1: parse error: smoothed modifier not implemented'],
  ])('%s is refused', (text, want) => {
    expect(refusal(text)).toBe(want);
  });

  it('that are experiments are refused before what they follow', () => {
    const reason = 'anchored modifier is experimental and not enabled';
    expect(refusal('1 anchored', NOTHING)).toBe(`1:1: parse error: ${reason}`);
  });
});
