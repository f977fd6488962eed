/**
 * The order of what a head gathered in any order: its texts as the symbols of a block, its pairs by
 * name and value, its series by their labels.
 */
import { SymbolList } from '../index/symbol-list.js';
import { sortSteps } from '../model/sort-steps.js';
import type { Steps } from '../model/steps.js';
import type { HeadSnapshot } from './head-snapshot.js';

/** After so many others may have a turn; what each costs, in the pacer's units. */
const ITEMS_PER_STEP = 1024;
const ITEM_UNITS = 40;

export interface HeadOrder {
  readonly symbols: SymbolList;
  /** By pair: the number of its name's symbol and that of its value's. */
  readonly nameSymbols: Uint32Array;
  readonly valueSymbols: Uint32Array;
  /** The series of the snapshot in label order. */
  readonly series: readonly number[];
}

/** Sorts all of a snapshot. */
export function* sortHead(snapshot: HeadSnapshot): Steps<HeadOrder> {
  const { symbols, ranks } = yield* sortTexts(snapshot);
  const { pairNames, pairValues } = snapshot;
  const nameSymbols = pairNames.map((text) => ranks[text]);
  const valueSymbols = pairValues.map((text) => ranks[text]);
  const pairs = yield* rankPairs(nameSymbols, valueSymbols);
  const series = yield* sortSeries(snapshot, pairs);
  return { symbols, nameSymbols, valueSymbols, series };
}

function* sortTexts({
  texts,
  textEnds,
}: HeadSnapshot): Steps<{ symbols: SymbolList; ranks: Uint32Array }> {
  const count = textEnds.length;
  const start = (text: number): number => (text === 0 ? 0 : textEnds[text - 1]);
  const compare = (a: number, b: number): number => {
    let [i, j] = [start(a), start(b)];
    const [iEnd, jEnd] = [textEnds[a], textEnds[b]];
    for (; i < iEnd && j < jEnd; i++, j++) if (texts[i] !== texts[j]) return texts[i] - texts[j];
    return iEnd - i - (jEnd - j);
  };
  const sorted = yield* sortSteps(numbersTo(count), compare);
  const symbols = new SymbolList();
  const ranks = new Uint32Array(count);
  for (let rank = 0; rank < count; rank++) {
    const text = sorted[rank];
    ranks[text] = rank;
    symbols.push(texts.subarray(start(text), textEnds[text]));
    if (rank % ITEMS_PER_STEP === ITEMS_PER_STEP - 1) yield ITEMS_PER_STEP * ITEM_UNITS;
  }
  return { symbols, ranks };
}

/** Each pair's place among all, by name and then by value. */
function* rankPairs(names: Uint32Array, values: Uint32Array): Steps<Uint32Array> {
  const compare = (a: number, b: number): number => names[a] - names[b] || values[a] - values[b];
  const sorted = yield* sortSteps(numbersTo(names.length), compare);
  const ranks = new Uint32Array(names.length);
  for (let rank = 0; rank < sorted.length; rank++) ranks[sorted[rank]] = rank;
  return ranks;
}

function* sortSeries(
  { seriesPairs, seriesPairEnds }: HeadSnapshot,
  pairRanks: Uint32Array,
): Steps<number[]> {
  const ranks = seriesPairs.map((pair) => pairRanks[pair]);
  const compare = (a: number, b: number): number => {
    let i = a === 0 ? 0 : seriesPairEnds[a - 1];
    let j = b === 0 ? 0 : seriesPairEnds[b - 1];
    const iEnd = seriesPairEnds[a];
    const jEnd = seriesPairEnds[b];
    for (; i < iEnd && j < jEnd; i++, j++) if (ranks[i] !== ranks[j]) return ranks[i] - ranks[j];
    return iEnd - i - (jEnd - j);
  };
  return yield* sortSteps(numbersTo(seriesPairEnds.length), compare);
}

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
