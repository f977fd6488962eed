/** Label sets as promtool's dumps and PromQL write them. */
import { type Labels, METRIC_NAME } from '../model/labels.js';
import { goQuote } from '../model/go-quote.js';

/** A name that needs no quotes. */
const LEGACY_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** A metric's may also hold colons. */
const LEGACY_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** `{__name__="up", "with.dot"="v"}`, as `tsdb dump` prints a series. */
export function dumpLabels(labels: Labels): string {
  const members: string[] = [];
  for (const [name, value] of labels) members.push(`${quoteName(name)}=${goQuote(value)}`);
  return `{${members.join(', ')}}`;
}

/** `up{a="b",c="d"}`, as `tsdb dump-openmetrics` prints it: names never quoted, braces always. */
export function openMetricsLabels(labels: Labels): string {
  const members: string[] = [];
  for (const [name, value] of labels) {
    if (name !== METRIC_NAME) members.push(`${name}=${goQuote(value)}`);
  }
  return `${labels.get(METRIC_NAME)}{${members.join(',')}}`;
}

/** `up{job="x"}`, `{"with.dot", job="x"}`: what one would type to select the series. */
export function seriesName(labels: Labels): string {
  const metric = labels.get(METRIC_NAME);
  const plain = LEGACY_METRIC.test(metric);
  const members = plain || metric === '' ? [] : [goQuote(metric)];
  for (const [name, value] of labels) {
    if (name !== METRIC_NAME) members.push(`${quoteName(name)}=${goQuote(value)}`);
  }
  const braces = members.length === 0 && plain ? '' : `{${members.join(', ')}}`;
  return `${plain ? metric : ''}${braces}`;
}

function quoteName(name: string): string {
  return LEGACY_NAME.test(name) ? name : goQuote(name);
}
