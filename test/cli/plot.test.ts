import { plot } from '../../cli/plot.js';
import type { Point } from '../../cli/query-result.js';

const SIZE = { width: 24, height: 3 };

function points(values: readonly (number | string)[]): Point[] {
  return values.map((value, i) => [1_700_000_000 + 60 * i, String(value)]);
}

describe('a chart', () => {
  it('is drawn from its least to its greatest value', () => {
    const lines = plot(points([0, 1, 2, 3]), SIZE);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^3 ┤/);
    expect(lines[1]).toMatch(/^ {2}┤/);
    expect(lines[2]).toMatch(/^0 ┤/);
    expect(lines[3]).toBe('  └2023-11-14T22:13:20 2023-11-14T22:16:20');
    // Bottom left and top right have dots.
    expect(lines[2].charCodeAt(3)).toBeGreaterThan(0x2800);
    expect(lines[0].charCodeAt(lines[0].length - 1)).toBeGreaterThan(0x2800);
  });

  it('of one value is a line in the middle', () => {
    const [top, middle, bottom] = plot(points([5, 5, 5]), SIZE).slice(0, 3);
    const dots = (line: string): number => [...line].filter((char) => char > '\u2800').length;
    expect([dots(top), dots(bottom)]).toEqual([0, 0]);
    expect(dots(middle)).toBeGreaterThan(10);
  });

  it('leaves out what is no number, and is none where nothing is left', () => {
    expect(plot(points(['NaN', '+Inf']), SIZE)).toEqual([]);
    expect(plot([], SIZE)).toEqual([]);
    expect(plot(points([1, 'NaN', 1e308, -1e308]), SIZE)).toHaveLength(4);
  });
});
