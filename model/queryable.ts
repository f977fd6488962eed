/**
 * The contracts between storage and those who ask it: a set of series in label order, read into
 * columns. `tsdb` implements them; the query language and the API see nothing else of storage.
 */
import type { Columns } from './columns.js';
import type { Interval } from './interval.js';
import type { Labels } from './labels.js';
import type { Matcher } from './matcher.js';
import type { Moved, Steps } from './steps.js';

/** A closed time range in ms, and how to stop. */
export interface SelectOptions {
  /** First time wanted, in ms; absent: no lower bound. */
  readonly minTime?: number;
  /** Last time wanted, in ms; absent: no upper bound. */
  readonly maxTime?: number;
  /** Aborts with the signal's reason at the event loop's next turn. */
  readonly signal?: AbortSignal;
}

/** Also bounds how many names or values come back. */
export interface LabelOptions extends SelectOptions {
  /** At most so many, after sorting; absent or 0: all. */
  readonly limit?: number;
}

/** One series of an answer. */
export interface Series {
  readonly labels: Labels;
  /**
   * Appends the series' samples within the asked range to `into`, in time order, one a time. Valid
   * until the cursor moves on. Throws `CorruptionError` where a chunk fails its checksum.
   */
  read(into: Columns): void;
  /** The same series for later: it stays valid until the querier is released. */
  hold?(): Series;
  /**
   * Hands over what `read` reads, chunks undecoded, so that another thread can read it; false where
   * `taker` has no room. Throws as `read` does.
   */
  give?(taker: ChunkTaker): boolean;
}

/** Takes the chunks of a series as they lie. Each call is false where there is no room. */
export interface ChunkTaker {
  /**
   * What follows is one source's part of the series, of which the closed range is wanted, less the
   * deleted ranges, which are sorted and disjoint.
   */
  beginPart(range: Interval, deleted: readonly Interval[]): boolean;
  /** Entries of a block's segment: `bytes` holds them at `refs[from, to)` less `base`. */
  addEntries(bytes: Uint8Array, refs: ArrayLike<number>, place: EntryPlace): boolean;
  /** The data of one XOR chunk that was checked. */
  addChunk(data: Uint8Array): boolean;
}

export interface EntryPlace {
  readonly from: number;
  readonly to: number;
  readonly base: number;
}

/**
 * Series in label order, each label set once. A cursor, not a generator: `move()` moves on and says
 * what became of it; `series` is valid only after it returned `on` and until its next call.
 */
export interface SeriesCursor {
  readonly series: Series;
  /** Whether all its series have `hold` and `give`. */
  readonly canGive?: boolean;
  /** `paused` where many series were passed over. */
  move(): Moved;
}

/**
 * What is made of the samples of each series of a cursor, floats at `steps` moments. `plan` is
 * plain data that another thread's copy of the query language knows what to do with.
 */
export interface SharedWork {
  readonly plan: unknown;
  readonly steps: number;
}

/** What was made of one series: `kinds` tells at which steps `values` has one. */
export interface MadeColumn {
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  /** How many steps have a value. */
  readonly count: number;
  /** How many samples it took at a time at most. */
  readonly samplesMax: number;
}

/** A cursor over series of which other threads have made some; it pauses to wait for them. */
export interface SharedCursor extends SeriesCursor {
  /** Of the current series; null: its samples are to be read. The reader's, until it moves. */
  readonly made: MadeColumn | null;
}

/**
 * A place that holds series: a block, the head, or several of them seen as one. It finds in steps,
 * so that looking through a million label values does not hold the event loop.
 */
export interface SeriesSource {
  /** Series that match all `matchers` and have a chunk in the closed range `[minTime, maxTime]`. */
  select(matchers: readonly Matcher[], minTime: number, maxTime: number): Steps<SeriesCursor>;
  /** All label names, sorted; with matchers those of the matching series. */
  labelNames(matchers: readonly Matcher[]): Steps<string[]>;
  /** The values of one label, sorted; with matchers those of the matching series. */
  labelValues(name: string, matchers: readonly Matcher[]): Steps<string[]>;
}

/** Whoever answers queries: a database, or arrays in a test. */
export interface Queryable {
  /** Opens what overlaps the range; the caller releases it. */
  querier(options: SelectOptions): Promise<Querier>;
}

/**
 * A view of the storage over one closed range at one moment: what is committed later is not seen.
 * Several cursors may be open at once; all are void after `release()`.
 */
export interface Querier {
  /**
   * Series that match all `matchers` and may have samples in the range. A closed `range` inside of
   * the querier's own narrows it for this cursor; who cannot make use of it gives more.
   */
  select(matchers: readonly Matcher[], range?: Interval): Promise<SeriesCursor>;
  /**
   * What is left of `cursor`, which this one is moved through from now on, with other threads
   * helping; null where there are none at the moment, and it is worth asking again later.
   */
  share?(cursor: SeriesCursor, work: SharedWork): SharedCursor | null;
  /**
   * How much is read before that is asked, in the pacer's units; absent: half a millisecond's work.
   */
  readonly sharedAfter?: number;
  /** Lets go of the files. Idempotent. */
  release(): void;
}
