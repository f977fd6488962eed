/** The symbols of several indexes as one list, and which number each of theirs has in it. */
import { CorruptionError } from '../model/errors.js';
import type { Steps } from '../model/steps.js';
import { compareBytes } from '../model/utf8.js';
import type { IndexReader } from './reader.js';
import { SymbolList } from './symbol-list.js';
import type { SymbolCursor } from './symbols.js';

/** After so many others may have a turn; what each costs, in the pacer's units. */
const SYMBOLS_PER_STEP = 1024;
const SYMBOL_UNITS = 40;

export interface SymbolUnion {
  readonly symbols: SymbolList;
  /** One of each index, in their order. */
  readonly ranks: readonly SymbolRanks[];
}

/** The numbers of an index' symbols in a union. */
export class SymbolRanks {
  private readonly path: string;
  /** By the index' own numbers; in version 1 by offsets. */
  private readonly numbers: Map<number, number>;
  private readonly byNumber: Uint32Array | null;

  /** Those of `like` where the index has the same symbols. */
  constructor(index: IndexReader, like?: SymbolRanks) {
    this.path = index.path;
    this.numbers = like?.numbers ?? new Map<number, number>();
    const count = (): number => index.symbolCount;
    this.byNumber = like?.byNumber ?? (index.version === 1 ? null : new Uint32Array(count()));
  }

  set(ref: number, rank: number): void {
    if (this.byNumber === null) this.numbers.set(ref, rank);
    else this.byNumber[ref] = rank;
  }

  /** By number; null where symbols go by offsets. */
  get table(): Uint32Array | null {
    return this.byNumber;
  }

  /** Puts ranks in the place of the `count` references that a series has, and into `ranks` too. */
  translate(refs: number[] | Uint32Array, count: number, ranks: number[]): void {
    const { byNumber } = this;
    ranks.length = count;
    for (let i = 0; i < count; i++) {
      const rank = byNumber === null ? this.numbers.get(refs[i]) : byNumber[refs[i]];
      if (rank === undefined) throw new CorruptionError(this.path, 0, `no symbol ${refs[i]}`);
      refs[i] = rank;
      ranks[i] = rank;
    }
  }
}

/** Unites the symbols of indexes, any number of them. */
export function* uniteSymbols(indexes: readonly IndexReader[]): Steps<SymbolUnion> {
  const { distinct, ranks: all } = yield* rankDistinct(indexes);
  const symbols = new SymbolList();
  const ranks = distinct.map((index) => all[indexes.indexOf(index)]);
  const cursors = distinct.map((index) => index.symbolCursor());
  const isOn = cursors.map((cursor) => cursor.next());
  for (let rank = 0; ; rank++) {
    const least = leastOf(cursors, isOn);
    if (least === null) return { symbols, ranks: all };
    symbols.push(least.bytes);
    const bytes = symbols.at(rank);
    for (let i = 0; i < cursors.length; i++) {
      if (!isOn[i] || compareBytes(cursors[i].bytes, bytes) !== 0) continue;
      ranks[i].set(cursors[i].ref, rank);
      isOn[i] = cursors[i].next();
    }
    if (rank % SYMBOLS_PER_STEP === SYMBOLS_PER_STEP - 1) yield SYMBOLS_PER_STEP * SYMBOL_UNITS;
  }
}

/**
 * The indexes that have other symbols than those before them, loaded, and the ranks of all, which
 * are to be filled. Blocks of the same targets mostly have the same: to compare bytes is faster
 * than to unite texts.
 */
function* rankDistinct(
  indexes: readonly IndexReader[],
): Steps<{ distinct: IndexReader[]; ranks: SymbolRanks[] }> {
  const distinct: IndexReader[] = [];
  const ranks: SymbolRanks[] = [];
  for (const index of indexes) {
    let same: IndexReader | null = null;
    for (const other of distinct) {
      if (same === null && (yield* index.hasSymbolsOf(other))) same = other;
    }
    if (same !== null) {
      ranks.push(new SymbolRanks(index, ranks[indexes.indexOf(same)]));
      continue;
    }
    yield* index.loadSymbols();
    ranks.push(new SymbolRanks(index));
    distinct.push(index);
  }
  return { distinct, ranks };
}

function leastOf(cursors: readonly SymbolCursor[], isOn: readonly boolean[]): SymbolCursor | null {
  let least: SymbolCursor | null = null;
  for (let i = 0; i < cursors.length; i++) {
    if (!isOn[i]) continue;
    if (least === null || compareBytes(cursors[i].bytes, least.bytes) < 0) least = cursors[i];
  }
  return least;
}
