/**
 * The memory that a database's thread shares with those that help it with queries: slots, each for
 * a portion of some dozens of series of one query.
 *
 *     control   | idle flags of threads, 4 each | slots' fields, 4 each |
 *     table     | of each slot's series: where it begins, what was made of it |
 *     inputs    | of each slot: chunks (portion-writer.ts) |
 *     outputs   | of each slot: columns of steps, values in front of kinds |
 *
 * A slot's state says whose it is. The database's thread fills a FREE one and makes it READY. Then
 * either side may take it, by one atomic step: the database's thread makes it TAKEN; a helper,
 * CLAIMED + its number and, when the columns are there, DONE. In the end it is FREE again.
 */
import { StepColumn } from '../promql/step-column.js';

/** Some more than both sides work on at a time, so that no one waits for a portion. */
export const SLOT_COUNT = 16;
export const SERIES_MAX = 64;
export const THREADS_MAX = 16;
/** 64 series of 1,000 samples of noise, or 28 of 1,000 steps: a third of a millisecond of work. */
const INPUT_BYTES = 256 * 1024;
const OUTPUT_BYTES = 256 * 1024;
const WORD_BYTES = 8;

export const FREE = 0;
export const READY = 1;
export const DONE = 2;
/** By the database's thread. */
export const TAKEN = 3;
/** And the number of the thread. */
export const CLAIMED = 16;

/** Fields of a slot. */
const STATE = 0;
const QUERY = 1;
const SEQUENCE = 2;
const SERIES = 3;
const FIELD_COUNT = 4;
/** Fields of a series in a slot's table. */
const BEGIN = 0;
const COUNT = 1;
const SAMPLES_MAX = 2;
const ROW_COUNT = 3;

const TABLE_AT = 4 * (THREADS_MAX + FIELD_COUNT * SLOT_COUNT);
const TABLE_BYTES = 4 * ROW_COUNT * SERIES_MAX;
const INPUTS_AT = TABLE_AT + TABLE_BYTES * SLOT_COUNT;
const OUTPUTS_AT = INPUTS_AT + INPUT_BYTES * SLOT_COUNT;
const ALL_BYTES = OUTPUTS_AT + OUTPUT_BYTES * SLOT_COUNT;

/** What `count` of a series says where no thread could make its column. */
export const REFUSED = -1;

/** How many series of so many steps a portion may have; 0: a query that goes alone. */
export function seriesPerPortion(steps: number): number {
  return Math.min(SERIES_MAX, Math.floor(OUTPUT_BYTES / (WORD_BYTES * steps + kindsStride(steps))));
}

/** Kinds begin at whole words, so that they can be cleared by words. */
function kindsStride(steps: number): number {
  return WORD_BYTES * Math.ceil(steps / WORD_BYTES);
}

export class Portions {
  readonly buffer: SharedArrayBuffer;
  readonly slots: readonly Slot[];
  private readonly control: Int32Array;

  constructor(buffer = new SharedArrayBuffer(ALL_BYTES)) {
    this.buffer = buffer;
    this.control = new Int32Array(buffer, 0, TABLE_AT / 4);
    this.slots = Array.from({ length: SLOT_COUNT }, (_, i) => new Slot(buffer, this.control, i));
  }

  /**
   * Takes a portion for thread `thread`: the newest, since the database's thread itself begins with
   * the oldest, and so neither waits for the other before they meet. Null where there is none.
   */
  claim(thread: number): Slot | null {
    for (;;) {
      let newest: Slot | null = null;
      for (const slot of this.slots) {
        if (slot.state !== READY) continue;
        if (newest === null || slot.sequence > newest.sequence) newest = slot;
      }
      if (newest === null || newest.change(READY, CLAIMED + thread)) return newest;
    }
  }

  /** A thread says that it sleeps until it is told that there is work. */
  sleep(thread: number): void {
    Atomics.store(this.control, thread, 1);
  }

  /** Takes the sleep from a thread: true where it slept, and is to be told. */
  wake(thread: number): boolean {
    return Atomics.exchange(this.control, thread, 0) === 1;
  }
}

export class Slot {
  /** The input, in words and in bytes. */
  readonly words: Float64Array;
  readonly bytes: Uint8Array;
  private readonly control: Int32Array;
  private readonly fields: number;
  private readonly table: Int32Array;
  private readonly outputAt: number;
  private columnsOf = 0;
  private made: StepColumn[] = [];
  private allKinds: Float64Array = new Float64Array(0);

  constructor(buffer: SharedArrayBuffer, control: Int32Array, index: number) {
    this.control = control;
    this.fields = THREADS_MAX + FIELD_COUNT * index;
    this.table = new Int32Array(buffer, TABLE_AT + TABLE_BYTES * index, TABLE_BYTES / 4);
    const inputAt = INPUTS_AT + INPUT_BYTES * index;
    this.words = new Float64Array(buffer, inputAt, INPUT_BYTES / WORD_BYTES);
    this.bytes = new Uint8Array(buffer, inputAt, INPUT_BYTES);
    this.outputAt = OUTPUTS_AT + OUTPUT_BYTES * index;
  }

  get state(): number {
    return Atomics.load(this.control, this.fields + STATE);
  }

  set state(state: number) {
    Atomics.store(this.control, this.fields + STATE, state);
  }

  /** Makes `from` `to`; false where the state was another by then. */
  change(from: number, to: number): boolean {
    return Atomics.compareExchange(this.control, this.fields + STATE, from, to) === from;
  }

  /** Which query it belongs to, its place among all portions, and how many series it has. */
  fill(query: number, sequence: number, series: number): void {
    this.control[this.fields + QUERY] = query;
    Atomics.store(this.control, this.fields + SEQUENCE, sequence);
    this.control[this.fields + SERIES] = series;
  }

  get query(): number {
    return this.control[this.fields + QUERY];
  }

  get sequence(): number {
    return Atomics.load(this.control, this.fields + SEQUENCE);
  }

  get series(): number {
    return this.control[this.fields + SERIES];
  }

  /** Where in `words` series `i` begins. */
  beginOf(i: number): number {
    return this.table[ROW_COUNT * i + BEGIN];
  }

  setBegin(i: number, word: number): void {
    this.table[ROW_COUNT * i + BEGIN] = word;
  }

  /** How many steps of series `i` have a value, or REFUSED. */
  countOf(i: number): number {
    return this.table[ROW_COUNT * i + COUNT];
  }

  samplesMaxOf(i: number): number {
    return this.table[ROW_COUNT * i + SAMPLES_MAX];
  }

  setMade(i: number, count: number, samplesMax: number): void {
    this.table[ROW_COUNT * i + COUNT] = count;
    this.table[ROW_COUNT * i + SAMPLES_MAX] = samplesMax;
  }

  /** The columns of a portion's series, over shared memory: made once for equal steps. */
  columns(steps: number): readonly StepColumn[] {
    if (this.columnsOf === steps) return this.made;
    const { buffer } = this.words;
    const count = seriesPerPortion(steps);
    const stride = kindsStride(steps);
    const kindsAt = this.outputAt + WORD_BYTES * steps * count;
    this.made = Array.from({ length: count }, (_, i) => {
      const values = new Float64Array(buffer, this.outputAt + WORD_BYTES * steps * i, steps);
      return StepColumn.over(values, new Uint8Array(buffer, kindsAt + stride * i, steps));
    });
    this.allKinds = new Float64Array(buffer, kindsAt, (stride * count) / WORD_BYTES);
    this.columnsOf = steps;
    return this.made;
  }

  /** The same, without a value at any step. */
  clearedColumns(steps: number): readonly StepColumn[] {
    const columns = this.columns(steps);
    this.allKinds.fill(0);
    for (const column of columns) {
      column.count = 0;
      column.histograms = null;
    }
    return columns;
  }
}
