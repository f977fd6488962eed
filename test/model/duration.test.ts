import { formatDuration, parseDuration } from '../../model/duration.js';

describe('durations of Prometheus', () => {
  function check(text: string, ms: number, printed = text): void {
    expect(parseDuration(text)).toBe(ms);
    expect(formatDuration(ms)).toBe(printed);
  }

  it('are read and printed', () => {
    check('0', 0, '0s');
    check('1ms', 1);
    check('1h30m', 5_400_000);
    check('15d', 15 * 86_400_000);
    check('2w', 14 * 86_400_000);
    check('90d', 90 * 86_400_000);
    check('1y2w', (365 + 14) * 86_400_000, '379d');
    check('120s', 120_000, '2m');
    expect(formatDuration(-1500)).toBe('-1s500ms');
  });

  it('have their units once each, from the largest down', () => {
    expect(() => parseDuration('1m1h')).toThrow('not a valid duration string: "1m1h"');
    expect(() => parseDuration('5m5m')).toThrow('not a valid duration string');
    expect(() => parseDuration('1.5h')).toThrow('not a valid duration string');
    expect(() => parseDuration('')).toThrow('empty duration string');
    expect(() => parseDuration('999y')).toThrow('duration out of range');
  });
});
