import fc from 'fast-check';
import { formatDuration, formatTime } from '../../cli/go-duration.js';

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [-1, '-1ms'],
    [999, '999ms'],
    [1000, '1s'],
    [1500, '1.5s'],
    [61000, '1m1s'],
    [120001, '2m0.001s'],
    [3600000, '1h0m0s'],
    [172800001, '48h0m0.001s'],
    [-90000, '-1m30s'],
    // Beyond 292 years int64 nanoseconds wrap.
    [9007199254740991, '1441151h52m50.729811392s'],
  ])('prints %d ms as Go does: %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatTime', () => {
  it.each([
    [0, '1970-01-01 00:00:00 +0000 UTC'],
    [1795392720000, '2026-11-23 00:12:00 +0000 UTC'],
    // Milliseconds are cut off toward zero.
    [-999, '1970-01-01 00:00:00 +0000 UTC'],
    [-1000, '1969-12-31 23:59:59 +0000 UTC'],
    [951782400000, '2000-02-29 00:00:00 +0000 UTC'],
    [-99999999999000, '-1199-02-15 14:13:21 +0000 UTC'],
    [9007199254740000, '287396-10-12 08:59:00 +0000 UTC'],
    [-9007199254740000, '-283457-03-21 15:01:00 +0000 UTC'],
  ])('prints %d ms as Go does: %s', (ms, text) => {
    expect(formatTime(ms)).toBe(text);
  });

  it('agrees with Date where Date has four-digit years', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253402300799 }), (seconds) => {
        const iso = new Date(seconds * 1000).toISOString();
        expect(formatTime(seconds * 1000)).toBe(
          `${iso.slice(0, 10)} ${iso.slice(11, 19)} +0000 UTC`,
        );
      }),
    );
  });
});
