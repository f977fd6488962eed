/**
 * The labels of an imported sample: those in the text, with some set for all samples of the import,
 * by the rules of Prometheus' label builder (model/labels) and head.
 */
import { DecodeError } from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';
import { Labels } from '../model/labels.js';
import { compareUtf8 } from '../model/utf8.js';

/** Prometheus keeps the length of a name or value in 24 bits. */
const LABEL_UNITS_MAX = 2 ** 24;

/**
 * `pairs` are name, value, name, value… in any order; `added` replace what has their name, and with
 * an empty value remove it. An empty value in the text removes all labels of its name. A
 * `DecodeError` says what no series can have: a name twice, an empty one, no label at all.
 */
export function importedLabels(
  pairs: readonly string[],
  added: ReadonlyMap<string, string>,
): Labels {
  const removed = new Set<string>();
  for (const [name, value] of added) if (value === '') removed.add(name);
  for (let i = 0; i < pairs.length; i += 2) if (pairs[i + 1] === '') removed.add(pairs[i]);
  const entries: [name: string, value: string][] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    if (!removed.has(pairs[i])) entries.push([pairs[i], pairs[i + 1]]);
  }
  for (const [name, value] of added) {
    if (value === '') continue;
    const replaced = entries.find((entry) => entry[0] === name);
    if (replaced === undefined) entries.push([name, value]);
    else replaced[1] = value;
  }
  entries.sort((a, b) => compareUtf8(a[0], b[0]));
  check(entries);
  return Labels.fromSortedPairs(entries.flat());
}

function check(sorted: readonly (readonly [name: string, value: string])[]): void {
  if (sorted.length === 0) throw new DecodeError('the series has no labels', 0);
  let previous: string | null = null;
  for (const [name, value] of sorted) {
    if (name === '') throw new DecodeError('a label has no name', 0);
    if (name === previous) throw new DecodeError(`the label ${goQuote(name)} is there twice`, 0);
    if (Math.max(name.length, value.length) > LABEL_UNITS_MAX) {
      throw new DecodeError(`a label has more than ${LABEL_UNITS_MAX} characters`, 0);
    }
    previous = name;
  }
}
