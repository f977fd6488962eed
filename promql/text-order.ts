/**
 * Sorts short ASCII texts that lie in bytes: by one byte after another (MSD radix sort), which
 * makes no strings and compares next to none.
 */
import type { Texts } from '../kernel/number-text.js';
import type { Steps } from '../model/steps.js';

/** Fewer are sorted by comparing them. */
const FEW = 12;
/** ASCII; 0 stands for the end of a text. */
const BYTES = 128;
/** What looking at a text's byte costs, in the pacer's units, and how many texts are a step. */
const TEXT_UNITS = 4;
const STEP_TEXTS = 16_384;

/** Texts `[from, to)` of an order, which are the same in front of byte `depth`. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/** The numbers of the texts, in the order of their bytes. */
export function* sortTexts(texts: Texts): Steps<Uint32Array> {
  const { count } = texts;
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  const moved = new Uint32Array(count);
  const ends = new Uint32Array(BYTES);
  const parts: Part[] = [{ from: 0, to: count, depth: 0 }];
  let looked = 0;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { from, to, depth } = part;
    looked += to - from;
    if (to - from <= FEW) {
      sortFew(texts, order, part);
    } else {
      yield* countBytes(texts, order, part, ends);
      yield* moveByByte(texts, { order, moved }, part, ends);
      // Each byte's place is where its texts end now.
      for (let byte = 1; byte < BYTES; byte++) {
        if (ends[byte] - ends[byte - 1] < 2) continue;
        parts.push({ from: from + ends[byte - 1], to: from + ends[byte], depth: depth + 1 });
      }
    }
    if (looked < STEP_TEXTS) continue;
    yield TEXT_UNITS * looked;
    looked = 0;
  }
  return order;
}

/** Fills `places` with where the texts of each byte begin among those of the part. */
function* countBytes(
  texts: Texts,
  order: Uint32Array,
  { from, to, depth }: Part,
  places: Uint32Array,
): Steps<void> {
  places.fill(0);
  for (let i = from; i < to; i++) {
    places[texts.byteAt(order[i], depth)]++;
    if ((i - from) % STEP_TEXTS === STEP_TEXTS - 1) yield TEXT_UNITS * STEP_TEXTS;
  }
  let before = 0;
  for (let byte = 0; byte < BYTES; byte++) {
    const count = places[byte];
    places[byte] = before;
    before += count;
  }
}

/** Puts the texts of the part in the order of their bytes; places become ends. */
function* moveByByte(
  texts: Texts,
  { order, moved }: { order: Uint32Array; moved: Uint32Array },
  { from, to, depth }: Part,
  places: Uint32Array,
): Steps<void> {
  for (let i = from; i < to; i++) {
    moved[from + places[texts.byteAt(order[i], depth)]++] = order[i];
    if ((i - from) % STEP_TEXTS === STEP_TEXTS - 1) yield TEXT_UNITS * STEP_TEXTS;
  }
  order.set(moved.subarray(from, to), from);
}

function sortFew(texts: Texts, order: Uint32Array, { from, to, depth }: Part): void {
  for (let i = from + 1; i < to; i++) {
    const text = order[i];
    let at = i;
    for (; at > from && texts.compare(text, order[at - 1], depth) < 0; at--)
      order[at] = order[at - 1];
    order[at] = text;
  }
}
