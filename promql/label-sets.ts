/** Label sets made of others: by keeping, dropping and setting labels, and keys to compare them. */
import { Labels, METRIC_NAME } from '../model/labels.js';
import { compareUtf8 } from '../model/utf8.js';

// No decoded label contains a lone high surrogate (model/utf8.ts): joined keys are unique.
const SEPARATOR = '\ud800';

/** What says of which kind a metric is, rather than which series (schema/labels.go). */
export const METADATA: ReadonlySet<string> = new Set([METRIC_NAME, '__type__', '__unit__']);

/** The labels without the metric's name, type and unit. */
export function withoutMetadata(labels: Labels): Labels {
  return labels.get(METRIC_NAME) === '' && labels.get('__type__') === '' && !hasUnit(labels)
    ? labels
    : filterLabels(labels, (name) => !METADATA.has(name));
}

function hasUnit(labels: Labels): boolean {
  return labels.get('__unit__') !== '';
}

/** The labels whose names `keeps` keeps. */
export function filterLabels(labels: Labels, keeps: (name: string) => boolean): Labels {
  const pairs: string[] = [];
  for (let i = 0; i < labels.size; i++) {
    const name = labels.nameAt(i);
    if (keeps(name)) pairs.push(name, labels.valueAt(i));
  }
  return Labels.fromSortedPairs(pairs);
}

/** The labels with some set; an empty value removes its label. */
export function withLabels(labels: Labels, set: ReadonlyMap<string, string>): Labels {
  const pairs: (readonly [string, string])[] = [];
  for (const [name, value] of labels) if (!set.has(name)) pairs.push([name, value]);
  for (const [name, value] of set) if (value !== '') pairs.push([name, value]);
  pairs.sort((a, b) => compareUtf8(a[0], b[0]));
  return Labels.fromSortedPairs(pairs.flat());
}

export function withLabel(labels: Labels, name: string, value: string): Labels {
  const pairs: string[] = [];
  let isDue = value !== '';
  for (let i = 0; i < labels.size; i++) {
    const order = compareUtf8(labels.nameAt(i), name);
    if (isDue && order >= 0) {
      pairs.push(name, value);
      isDue = false;
    }
    if (order !== 0) pairs.push(labels.nameAt(i), labels.valueAt(i));
  }
  if (isDue) pairs.push(name, value);
  return Labels.fromSortedPairs(pairs);
}

/** A key of the values of some labels: equal where those are. */
export function keyOn(labels: Labels, names: readonly string[]): string {
  // Fast path: most groupings are by one label.
  if (names.length === 1) return labels.get(names[0]);
  let key = '';
  for (const name of names) key += labels.get(name) + SEPARATOR;
  return key;
}

/** A key of all labels but some. */
export function keyIgnoring(labels: Labels, names: ReadonlySet<string>): string {
  let key = '';
  for (let i = 0; i < labels.size; i++) {
    const name = labels.nameAt(i);
    if (!names.has(name)) key += name + SEPARATOR + labels.valueAt(i) + SEPARATOR;
  }
  return key;
}
