import fc from 'fast-check';
import {
  formatDuration,
  isDurationOutOfRange,
  parseDuration,
  roundHalfAway,
  toInt64,
  toNanoseconds,
} from '../../promql/duration-text.js';

describe('a duration', () => {
  it.each([
    ['5m', 300],
    ['1h30m', 5400],
    ['1y2w3d4h5m6s7ms', 31_536_000 + 17 * 86_400 + 4 * 3600 + 306.007],
    ['0s', 0],
    ['15ms', 0.015],
  ])('%s is %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each([
    ['5m5m', 'not a valid duration string: "5m5m"'],
    ['5s5m', 'not a valid duration string: "5s5m"'],
    ['99999999999999999999m', 'not a valid duration string: "99999999999999999999m"'],
    ['5ys', 'unknown unit "ys" in duration "5ys"'],
    ['1.5m', 'unknown unit "." in duration "1.5m"'],
    ['300y', 'duration out of range'],
    ['292y200d', 'duration out of range'],
  ])('%s is refused: %s', (text, reason) => {
    expect(() => parseDuration(text)).toThrow(reason);
  });

  it.each([
    [0, '0s'],
    [300_000, '5m'],
    [5_400_000, '1h30m'],
    [90 * 86_400_000, '90d'],
    [14 * 86_400_000, '2w'],
    [365 * 86_400_000, '1y'],
    [-1500, '-1s500ms'],
    [-9_223_372_036_854, '-106751d23h47m16s854ms'],
  ])('of %d ms is printed as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('is printed so that it is read again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 43 }), (milliseconds) => {
        const seconds = parseDuration(formatDuration(milliseconds));
        expect(Math.round(seconds * 1000)).toBe(milliseconds);
      }),
    );
  });
});

describe("Go's numbers of durations", () => {
  it('are cut off, and the least one beyond the range', () => {
    expect([1.9, -1.9, 2 ** 63, -(2 ** 63), NaN, Infinity, -0].map(toInt64)).toEqual([
      1,
      -1,
      -(2 ** 63),
      -(2 ** 63),
      -(2 ** 63),
      -(2 ** 63),
      0,
    ]);
  });

  it('are rounded half away from zero', () => {
    expect([0.5, -0.5, 1.4, -2.5, 0.49999999999999994].map(roundHalfAway)).toEqual([
      1, -1, 1, -3, 0,
    ]);
  });

  it('are nanoseconds', () => {
    expect(toNanoseconds(1e-9)).toBe(1);
    expect(toNanoseconds(0.4e-9)).toBe(0);
    expect(isDurationOutOfRange(9_223_372_037)).toBe(true);
    expect(isDurationOutOfRange(-9_223_372_036)).toBe(false);
  });
});
