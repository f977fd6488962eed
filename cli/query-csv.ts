/** A query's answer as comma-separated values (RFC 4180): a row a sample, a column a label. */
import { METRIC_NAME } from '../model/labels.js';
import { compareUtf8 } from '../model/utf8.js';
import type { HistogramJson, LabelSet, QueryAnswer } from './query-result.js';

interface Row {
  readonly labels: LabelSet;
  readonly seconds: number;
  readonly value: string;
}

/** The header and a line a sample; of a histogram the value is its JSON. */
export function csvLines(answer: QueryAnswer): string[] {
  const rows = rowsOf(answer);
  const names = new Set(rows.flatMap(({ labels }) => Object.keys(labels)));
  const hasMetric = names.delete(METRIC_NAME);
  const columns = [...(hasMetric ? [METRIC_NAME] : []), ...[...names].sort(compareUtf8)];
  return [
    csvLine([...columns, 'time', 'value']),
    ...rows.map(({ labels, seconds, value }) =>
      csvLine([...columns.map((name) => labels[name] ?? ''), String(seconds), value]),
    ),
  ];
}

function rowsOf(answer: QueryAnswer): Row[] {
  switch (answer.resultType) {
    case 'vector':
      return answer.result.map(({ metric, value, histogram }) =>
        rowOf(metric, value ?? histogram ?? [NaN, '']),
      );
    case 'matrix':
      return answer.result.flatMap(({ metric, values = [], histograms = [] }) =>
        [...values, ...histograms].map((point) => rowOf(metric, point)),
      );
    case 'scalar':
    case 'string':
      return [rowOf({}, answer.result)];
  }
}

function rowOf(labels: LabelSet, [seconds, value]: readonly [number, string | HistogramJson]): Row {
  return { labels, seconds, value: typeof value === 'string' ? value : JSON.stringify(value) };
}

/** Quotes stand around what would be read as something else without them. */
export function csvLine(values: readonly string[]): string {
  return values
    .map((value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value))
    .join(',');
}
