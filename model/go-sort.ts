/**
 * Sorting that leaves ties where Go's `slices.SortFunc` leaves them, so that lists which promtool
 * cuts off at a limit show the same of several equal entries.
 *
 * The algorithm is pattern-defeating quicksort (arXiv:2106.05123) with Go's choices: insertion sort
 * up to 12 items, the median of three as pivot from 8 items on and Tukey's ninther from 50 on, at
 * most five repairs of nearly sorted input, heap sort after too many unbalanced partitions, and a
 * shuffle seeded by the length. Every comparison and swap follows Go's order; that is the point of
 * it.
 */

export type Compare<T> = (a: T, b: T) => number;

const INSERTION_MAX = 12;
const MEDIAN_MIN = 8;
const NINTHER_MIN = 50;
/** Three medians of three and one of them: so many swaps mean that the input runs backwards. */
const SWAPS_MAX = 12;
const REPAIRS_MAX = 5;
const REPAIR_LENGTH_MIN = 50;
/** A partition with less than an eighth on one side is unbalanced. */
const BALANCE = 8;

/** Sorts in place. Not stable. */
export function goSort<T>(items: T[], compare: Compare<T>): void {
  const range = { items, less: (i: number, j: number) => compare(items[i], items[j]) < 0 };
  quickSort(range, 0, items.length, bitLength(items.length));
}

/** The sorted items and whether one (by index) comes before another. */
interface Range<T> {
  readonly items: T[];
  readonly less: (i: number, j: number) => boolean;
}

type Order = 'increasing' | 'decreasing' | 'unknown';

/**
 * Sorts `[start, end)`: recurses into the smaller part, goes on with the larger. After `patience`
 * unbalanced partitions heap sort takes over.
 */
function quickSort<T>(range: Range<T>, start: number, end: number, patience: number): void {
  let balanced = true;
  let partitioned = true;
  for (;;) {
    const length = end - start;
    if (length <= INSERTION_MAX) return insertionSort(range, start, end);
    if (patience === 0) return heapSort(range, start, end);
    if (!balanced) {
      breakPatterns(range, start, end);
      patience--;
    }
    let { pivot, order } = choosePivot(range, start, end);
    if (order === 'decreasing') {
      reverse(range, start, end);
      pivot = end - 1 - (pivot - start);
      order = 'increasing';
    }
    if (balanced && partitioned && order === 'increasing' && repair(range, start, end)) return;
    // The item before the range is no smaller than the pivot: the range begins with its equals.
    if (start > 0 && !range.less(start - 1, pivot)) {
      start = partitionEqual(range, start, end, pivot);
      continue;
    }
    const split = partition(range, start, end, pivot);
    partitioned = split.already;
    const left = split.middle - start;
    const right = end - split.middle;
    balanced = Math.min(left, right) >= Math.floor(length / BALANCE);
    if (left < right) {
      quickSort(range, start, split.middle, patience);
      start = split.middle + 1;
    } else {
      quickSort(range, split.middle + 1, end, patience);
      end = split.middle;
    }
  }
}

function insertionSort<T>(range: Range<T>, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    for (let j = i; j > start && range.less(j, j - 1); j--) swap(range, j, j - 1);
  }
}

function heapSort<T>(range: Range<T>, start: number, end: number): void {
  const length = end - start;
  for (let i = Math.floor((length - 1) / 2); i >= 0; i--) siftDown(range, start, i, length);
  for (let i = length - 1; i >= 0; i--) {
    swap(range, start, start + i);
    siftDown(range, start, 0, i);
  }
}

/** Lets the item at `root` of the heap `[start, start + length)` sink to its place. */
function siftDown<T>(range: Range<T>, start: number, root: number, length: number): void {
  for (;;) {
    let child = 2 * root + 1;
    if (child >= length) return;
    if (child + 1 < length && range.less(start + child, start + child + 1)) child++;
    if (!range.less(start + root, start + child)) return;
    swap(range, start + root, start + child);
    root = child;
  }
}

/** Smaller items before the pivot, the others behind it; says where it ended up. */
function partition<T>(
  range: Range<T>,
  start: number,
  end: number,
  pivot: number,
): { middle: number; already: boolean } {
  swap(range, start, pivot);
  let i = start + 1;
  let j = end - 1;
  let swaps = 0;
  for (;;) {
    while (i <= j && range.less(i, start)) i++;
    while (i <= j && !range.less(j, start)) j--;
    if (i > j) break;
    swap(range, i++, j--);
    swaps++;
  }
  swap(range, j, start);
  return { middle: j, already: swaps === 0 };
}

/** The pivot's equals first; returns where the greater ones begin. Nothing may be smaller. */
function partitionEqual<T>(range: Range<T>, start: number, end: number, pivot: number): number {
  swap(range, start, pivot);
  let i = start + 1;
  let j = end - 1;
  for (;;) {
    while (i <= j && !range.less(start, i)) i++;
    while (i <= j && range.less(start, j)) j--;
    if (i > j) return i;
    swap(range, i++, j--);
  }
}

/** Tries to finish a nearly sorted range with a few moves; whether that was enough. */
function repair<T>(range: Range<T>, start: number, end: number): boolean {
  let i = start + 1;
  for (let repairs = 0; repairs < REPAIRS_MAX; repairs++) {
    while (i < end && !range.less(i, i - 1)) i++;
    if (i === end) return true;
    if (end - start < REPAIR_LENGTH_MIN) return false;
    swap(range, i, i - 1);
    if (i - start >= 2) {
      // Go lets this run down to the slice's begin, not the range's: what lies there is no greater.
      for (let j = i - 1; j >= 1 && range.less(j, j - 1); j--) swap(range, j, j - 1);
    }
    if (end - i >= 2) {
      for (let j = i + 1; j < end && range.less(j, j - 1); j++) swap(range, j, j - 1);
    }
  }
  return false;
}

function choosePivot<T>(
  range: Range<T>,
  start: number,
  end: number,
): { pivot: number; order: Order } {
  const length = end - start;
  const quarter = Math.floor(length / 4);
  const picks = [start + quarter, start + 2 * quarter, start + 3 * quarter];
  if (length < MEDIAN_MIN) return { pivot: picks[1], order: 'increasing' };
  const swaps = { count: 0 };
  const candidates =
    length < NINTHER_MIN ? picks : picks.map((at) => median(range, [at - 1, at, at + 1], swaps));
  const pivot = median(range, candidates, swaps);
  if (swaps.count === 0) return { pivot, order: 'increasing' };
  return { pivot, order: swaps.count === SWAPS_MAX ? 'decreasing' : 'unknown' };
}

/** The index whose item is the median of three, and how many swaps it took to see that. */
function median<T>(range: Range<T>, indexes: readonly number[], swaps: { count: number }): number {
  const order = (x: number, y: number): [number, number] => {
    if (!range.less(y, x)) return [x, y];
    swaps.count++;
    return [y, x];
  };
  const [low, high] = order(indexes[0], indexes[1]);
  const [middle] = order(high, indexes[2]);
  return order(low, middle)[1];
}

/** Swaps three items around the middle with items that the length alone chooses. */
function breakPatterns<T>(range: Range<T>, start: number, end: number): void {
  const length = end - start;
  const mask = (1n << BigInt(bitLength(length))) - 1n;
  let random = BigInt(length);
  const middle = start + Math.floor(length / 4) * 2;
  for (let at = middle - 1; at <= middle + 1; at++) {
    // Marsaglia's xorshift on 64 bits.
    random ^= BigInt.asUintN(64, random << 13n);
    random ^= random >> 7n;
    random ^= BigInt.asUintN(64, random << 17n);
    let other = Number(random & mask);
    if (other >= length) other -= length;
    swap(range, at, start + other);
  }
}

function reverse<T>(range: Range<T>, start: number, end: number): void {
  for (let i = start, j = end - 1; i < j; i++, j--) swap(range, i, j);
}

function swap<T>({ items }: Range<T>, i: number, j: number): void {
  const item = items[i];
  items[i] = items[j];
  items[j] = item;
}

/** How many bits a whole number has. */
function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}
