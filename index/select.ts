/**
 * Which series, names and values match: answered from postings alone, over the index of a block or
 * of the head. The rules are Prometheus' (tsdb/querier.go, PostingsForMatchers): an absent label
 * equals an empty one, so a matcher that matches the empty value also selects series without the
 * label. Such a matcher is answered by taking away the series whose value does not match.
 */
import type { Matcher } from '../model/matcher.js';
import type { Steps } from '../model/steps.js';
import { merge, type Postings } from './postings.js';
import { Selection } from './selection.js';

/** Some values of a label. */
export interface ValueFilter {
  /** They begin with this… */
  readonly prefix: string;
  /** …and this accepts them; null: it would accept all. */
  readonly accepts: ((value: string) => boolean) | null;
  /** What asking it costs for each character of a value, in the pacer's units. */
  readonly unitsPerChar: number;
}

export const ALL_VALUES: ValueFilter = { prefix: '', accepts: null, unitsPerChar: 0 };

/** Lists that are opened by name in a step, and what each costs. */
const LISTS_PER_STEP = 128;
const LIST_UNITS = 400;

/** What finding series needs to know of an index. A name has no empty value; `''` is no name. */
export interface PostingsIndex {
  allPostings(): Postings;
  /** The series with one label pair. */
  postings(name: string, value: string): Postings;
  /** The series that have one of the values of `name` that pass `filter`. */
  postingsWhere(name: string, filter: ValueFilter): Steps<Postings>;
  /** The values of `name` that pass and that a series of `within` has (null: any), sorted. */
  valuesWhere(name: string, filter: ValueFilter, within: Selection | null): Steps<string[]>;
  /** The names that series of `within` have (null: any), sorted. */
  namesWithin(within: Selection | null): Steps<string[]>;
}

/** The series that match all of `matchers`; without matchers, all series. */
export function* selectPostings(
  index: PostingsIndex,
  matchers: readonly Matcher[],
): Steps<Selection> {
  const present = new Set<string>();
  for (const { name, matchesEmpty } of matchers) if (!matchesEmpty) present.add(name);

  const wanted: Postings[] = [];
  const subtracting: Matcher[] = [];
  for (const matcher of matchers) {
    if (matcher.isNegative && matcher.pattern.covers === 'all') return new Selection([]);
    // Where the label must be there, a positive matcher selects even if it also matches empty.
    const selects = !matcher.matchesEmpty || (!matcher.isNegative && present.has(matcher.name));
    if (!selects) subtracting.push(matcher);
    else if (!(matcher.pattern.covers === 'all' && wanted.length > 0)) {
      const matching = yield* postingsOf(index, matcher, !matcher.isNegative);
      if (matching.countMax === 0) return new Selection([]);
      wanted.push(matching);
    }
  }
  const dropped: Postings[] = [];
  for (const matcher of subtracting) {
    if (matcher.pattern.covers === 'all') continue;
    dropped.push(yield* postingsOf(index, matcher, matcher.isNegative));
  }
  return new Selection(wanted.length === 0 ? [index.allPostings()] : wanted, dropped);
}

/** The names of the labels of the series that match, sorted; without matchers, of all. */
export function* selectLabelNames(
  index: PostingsIndex,
  matchers: readonly Matcher[],
): Steps<string[]> {
  const within = matchers.length === 0 ? null : yield* selectPostings(index, matchers);
  return yield* index.namesWithin(within);
}

/** The values of `name` that the series that match have, sorted; without matchers, all. */
export function* selectLabelValues(
  index: PostingsIndex,
  name: string,
  matchers: readonly Matcher[],
): Steps<string[]> {
  const own = matchers.filter((matcher) => matcher.name === name);
  const filter: ValueFilter = {
    prefix: own.find(({ isNegative }) => !isNegative)?.pattern.prefix ?? '',
    accepts: own.length === 0 ? null : (value) => own.every((matcher) => matcher.matches(value)),
    unitsPerChar: own.reduce((sum, { pattern }) => sum + pattern.unitsPerChar, 0),
  };
  const onlyOwn = own.length === matchers.length;
  const within = onlyOwn ? null : yield* selectPostings(index, matchers);
  return yield* index.valuesWhere(name, filter, within);
}

/** The series whose value matches the pattern of `matcher`, or does not, and is not empty. */
function* postingsOf(index: PostingsIndex, matcher: Matcher, isMatch: boolean): Steps<Postings> {
  const { name, pattern } = matcher;
  const { unitsPerChar } = pattern;
  if (!isMatch) {
    const onlyEmpty = pattern.set?.length === 1 && pattern.set[0] === '';
    const accepts = onlyEmpty ? null : (value: string): boolean => !pattern.matches(value);
    return yield* index.postingsWhere(name, { prefix: '', accepts, unitsPerChar });
  }
  if (pattern.set !== null) {
    const lists: Postings[] = [];
    for (const value of pattern.set) {
      if (value !== '') lists.push(index.postings(name, value));
      if (lists.length % LISTS_PER_STEP === 1) yield LISTS_PER_STEP * LIST_UNITS;
    }
    return merge(lists);
  }
  if (pattern.covers !== null) return yield* index.postingsWhere(name, ALL_VALUES);
  const accepts = (value: string): boolean => pattern.matches(value);
  return yield* index.postingsWhere(name, { prefix: pattern.prefix, accepts, unitsPerChar });
}
