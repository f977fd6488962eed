import { decodeXor2, Xor2Appender } from '../../chunks/xor2.js';
import { Columns } from '../../model/columns.js';
import { DecodeError } from '../../model/errors.js';
import { bytesOfHex, columnBits, hexOfBytes } from '../support/bits.js';

function decoded(hex: string): Columns {
  const columns = new Columns(1);
  decodeXor2(bytesOfHex(hex), columns);
  return columns;
}

function rows(columns: Columns): [time: number, value: string, start: number][] {
  const values = columnBits(columns.values, columns.count);
  return values.map((bits, row) => [columns.times[row], bits, columns.startTimes?.[row] ?? 0]);
}

const STALE = '7ff0000000000002';
const ONE = '3ff0000000000000';
const TWO = '4000000000000000';
const THREE = '4008000000000000';

describe('an XOR2 chunk', () => {
  it('with stale markers and every kind of step decodes', () => {
    const hex = '0007008080f4f6905d00000000000000009875c22bffa12fffb000feffde603c0020';
    const start = 1.6e12;
    expect(rows(decoded(hex))).toEqual([
      [start, '0000000000000000', 0],
      [start + 15000, ONE, 0],
      [start + 30000, TWO, 0],
      [start + 45000, TWO, 0],
      [start + 60003, STALE, 0],
      [start + 75001, THREE, 0],
      [start + 90001, THREE, 0],
    ]);
  });

  it('without start times makes no column for them', () => {
    expect(decoded('000400003ff00000000000009875cc06c1f4c133ffc0').startTimes).toBeNull();
  });

  it('with a start time that was known and changes has one a sample', () => {
    const hex = '000683a01f3ff0000000000000d00fe807c12fffd603a133fffdc18f1f44ffef1f40';
    expect(rows(decoded(hex))).toEqual([
      [2000, ONE, 1000],
      [3000, TWO, 1000],
      [4000, THREE, 1000],
      [5000, ONE, 4500],
      [6000, ONE, 4500],
      [7000, TWO, 4500],
    ]);
  });

  it('with a start time that becomes known later has none before', () => {
    const hex = '000402a01f3ff0000000000000e807c12fffd603f7065585f8fa00';
    expect(rows(decoded(hex)).map(([, , start]) => start)).toEqual([0, 0, 3500, 3500]);
  });

  it('that begins with a stale marker takes +0 for the last value', () => {
    // Two samples at 0 and 1: the marker's bits, then a value that has not changed.
    const hex = `0002 00 00 ${STALE} 01 00`.replaceAll(' ', '');
    expect(rows(decoded(hex))).toEqual([
      [0, STALE, 0],
      [1, '0000000000000000', 0],
    ]);
  });

  it('keeps the rows that were there, with their start times', () => {
    const columns = decoded('000402a01f3ff0000000000000e807c12fffd603f7065585f8fa00');
    decodeXor2(bytesOfHex('000400003ff00000000000009875cc06c1f4c133ffc0'), columns);
    expect([...(columns.startTimes ?? []).slice(0, columns.count)]).toEqual([
      0, 0, 3500, 3500, 0, 0, 0, 0,
    ]);
  });

  it('refuses a count that its bits cannot hold', () => {
    expect(() => decoded('ffff0000')).toThrow(DecodeError);
    expect(() => decoded('0001')).toThrow('no whole header');
  });
});

describe('an XOR2 appender', () => {
  function encoded(columns: Columns): string {
    const appender = new Xor2Appender();
    for (let row = 0; row < columns.count; row++) {
      appender.append(columns.times, columns.values, row, columns.startTimes?.[row] ?? 0);
    }
    expect(appender.sampleCount).toBe(columns.count);
    return hexOfBytes(appender.bytes());
  }

  it('writes golden chunks', () => {
    for (const hex of [
      '000400003ff00000000000009875cc06c1f4c133ffc0',
      '0007008080f4f6905d00000000000000009875c22bffa12fffb000feffde603c0020',
      '000683a01f3ff0000000000000d00fe807c12fffd603a133fffdc18f1f44ffef1f40',
      '000402a01f3ff0000000000000e807c12fffd603f7065585f8fa00',
      `0002 00 00 ${STALE} 01 00`.replaceAll(' ', ''),
    ]) {
      expect(encoded(decoded(hex))).toBe(hex);
    }
  });

  it('writes leaps in time that take 20 and 64 bits', () => {
    const columns = new Columns();
    columns.reserve(6);
    columns.times.set([0, 1, 5000, 5001, 2 ** 40, 2 ** 52]);
    columns.values.fill(1, 0, 6);
    columns.commitFloats(6);
    expect(rows(decoded(encoded(columns)))).toEqual(rows(columns));
  });
});
