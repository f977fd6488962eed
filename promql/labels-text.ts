/** Label sets as Prometheus' messages show them: `{a="b", c="d"}`. */
import { goQuote } from '../model/go-quote.js';
import type { Labels } from '../model/labels.js';

const PLAIN_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export function labelsText(labels: Labels): string {
  const pairs: string[] = [];
  for (const [name, value] of labels) {
    pairs.push(`${PLAIN_NAME.test(name) ? name : goQuote(name)}=${goQuote(value)}`);
  }
  return `{${pairs.join(', ')}}`;
}
