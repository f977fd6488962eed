/**
 * Charts in the terminal: a series as a line of Braille dots, two by four to a character, with the
 * values at the side and the times below.
 */
import { formatG } from '../model/go-float.js';
import type { Point } from './query-result.js';

export interface PlotSize {
  /** Of the whole chart, in characters. */
  readonly width: number;
  /** Of the drawing alone, in lines. */
  readonly height: number;
}

const BRAILLE = 0x2800;
/** The bit of each dot, by column and row within a character. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const COLUMNS = 2;
const ROWS = 4;
/** Below this a chart says nothing. */
const DRAWING_WIDTH_MIN = 10;
const AXIS = ' ┤';
const CORNER = ' └';

/** The lines of the chart of one series, from its first to its last time; none for an empty one. */
export function plot(points: readonly Point[], size: PlotSize): string[] {
  const drawn = points
    .map(([seconds, value]) => ({ seconds, value: Number(value) }))
    .filter(({ value }) => Number.isFinite(value));
  if (drawn.length === 0) return [];
  const values = drawn.map(({ value }) => value);
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const sides = [formatG(high), formatG(low)];
  const sideWidth = Math.max(...sides.map((text) => text.length));
  const width = Math.max(DRAWING_WIDTH_MIN, size.width - sideWidth - AXIS.length);
  const canvas = new Canvas(width, size.height);
  const first = drawn[0].seconds;
  const span = drawn[drawn.length - 1].seconds - first;
  let before: { x: number; y: number } | null = null;
  for (const { seconds, value } of drawn) {
    const x = Math.round((span === 0 ? 0 : (seconds - first) / span) * (canvas.columns - 1));
    // Halved, since the distance of two doubles may exceed the largest one.
    const share = high === low ? 0.5 : (value / 2 - low / 2) / (high / 2 - low / 2);
    const y = Math.round((1 - share) * (canvas.rows - 1));
    if (before === null) canvas.dot(x, y);
    else canvas.line(before, { x, y });
    before = { x, y };
  }
  const lines = canvas.lines().map((line, i, all) => {
    const side = i === 0 ? sides[0] : i === all.length - 1 ? sides[1] : '';
    return `${side.padStart(sideWidth)}${AXIS}${line}`;
  });
  return [...lines, timeAxis(first, first + span, sideWidth, width)];
}

/** `└ 18:00:00   18:05:00`. */
function timeAxis(first: number, last: number, indent: number, width: number): string {
  const [from, to] = [timeText(first), timeText(last)];
  const gap = Math.max(1, width - from.length - to.length);
  return `${' '.repeat(indent)}${CORNER}${from}${' '.repeat(gap)}${to}`;
}

function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, 19);
}

class Canvas {
  /** In dots. */
  readonly columns: number;
  readonly rows: number;
  private readonly width: number;
  private readonly cells: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.columns = width * COLUMNS;
    this.rows = height * ROWS;
    this.cells = new Uint8Array(width * height);
  }

  dot(x: number, y: number): void {
    const cell = Math.floor(y / ROWS) * this.width + Math.floor(x / COLUMNS);
    this.cells[cell] |= DOTS[x % COLUMNS][y % ROWS];
  }

  line(from: { x: number; y: number }, to: { x: number; y: number }): void {
    const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
    for (let i = 0; i <= steps; i++) {
      const share = i / steps;
      this.dot(
        Math.round(from.x + (to.x - from.x) * share),
        Math.round(from.y + (to.y - from.y) * share),
      );
    }
  }

  lines(): string[] {
    const lines: string[] = [];
    for (let at = 0; at < this.cells.length; at += this.width) {
      const cells = this.cells.subarray(at, at + this.width);
      lines.push(Array.from(cells, (dots) => String.fromCharCode(BRAILLE + dots)).join(''));
    }
    return lines;
  }
}
