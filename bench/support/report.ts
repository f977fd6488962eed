/** Prints measurements for people and for programs. */

/** A column of a table: its head, and a row's cell; null prints as `-`. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string | null;
}

/** A table for a terminal: the first column to the left, numbers to the right. */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map((column) => column.cell(row) ?? '-'));
  const lines = [columns.map((column) => column.head), ...cells];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Three significant digits, and whole numbers from 100 on. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const magnitude = Math.abs(value);
  return value.toFixed(magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2);
}

export function formatMegabytes(bytes: number): string {
  return formatNumber(bytes / 1e6);
}
