/** What goes through a commit queue: commits, and groups of them that the log gets as one. */
import type { SampleRows } from '../kernel/sample-rows.js';
import type { GroupListener } from '../wal/log.js';

/** A group takes further commits up to this, and this much is done without a turn of the loop. */
export const PORTION_SAMPLES = 64 * 1024;
/** A series that is logged takes as long as so many samples. */
const SERIES_SAMPLES = 256;

/** What became of a commit. */
export interface CommitResult {
  /** How many samples are new in the head. */
  readonly appended: number;
  /** How many another commit had overtaken: older than the series' last sample by then… */
  readonly outOfOrder: number;
  /** …at the time of the last one, with another value… */
  readonly duplicate: number;
  /** …or at a time that went into a block meanwhile. */
  readonly outOfBounds: number;
}

/** Something to be logged. */
export interface Entry {
  /** Samples of an appender. */
  readonly rows: readonly SampleRows[];
  /** None of them is earlier, as the appender saw it. */
  readonly minTime: number;
  readonly samples: number;
  /** Records that are ready. */
  readonly records: readonly Uint8Array[];
  /** What is done once it is logged, before the samples are applied. */
  readonly onLogged: (() => void) | null;
}

/** Something that waits for its turn in the log. */
export interface Item extends Entry {
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
  outOfBounds: number;
}

/** Why a group is not in the log. */
interface Failure {
  readonly error: unknown;
}

/** What is written to the log as one. */
export class Group implements GroupListener {
  readonly items: readonly Item[];
  /** The refs of series whose records go in front. */
  readonly series: readonly number[];
  readonly samples: number;
  isLogged = false;
  failure: Failure | null = null;
  private readonly whenEnded: (group: Group) => void;

  constructor(
    items: readonly Item[],
    series: readonly number[],
    samples: number,
    whenEnded: (group: Group) => void,
  ) {
    this.items = items;
    this.series = series;
    this.samples = samples;
    this.whenEnded = whenEnded;
  }

  /** Whether it takes turns of the loop. */
  get isLarge(): boolean {
    return this.samples + SERIES_SAMPLES * this.series.length > PORTION_SAMPLES;
  }

  flushed(): void {
    this.isLogged = true;
    this.whenEnded(this);
  }

  refused(error: unknown): void {
    this.failure = { error };
    this.flushed();
  }
}
