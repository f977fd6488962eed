/**
 * Reads the series of selectors: each once for the whole query.
 *
 * A read with one user streams, so that one series is held at a time. One with several is kept,
 * packed, as long as it is small; a large one is read again for each user, which costs less than
 * the memory.
 */
import { scratchColumns } from '../kernel/step-kernel.js';
import { Columns } from '../model/columns.js';
import type { Interval } from '../model/interval.js';
import type { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import type { MadeColumn, SeriesCursor, SharedCursor } from '../model/queryable.js';
import type { Moved } from '../model/steps.js';
import type { LeafPlan } from './leaf.js';
import type { ReadPlan } from './planner.js';
import type { QueryContext } from './query-context.js';

/** What a series costs beside its samples, in the pacer's units. */
const SERIES_UNITS = 200;
/**
 * After so many units, half a millisecond of work, other threads are asked to help, and again after
 * each so many while there are none: a query that is done by then pays nothing.
 */
const SHARED_UNITS = 40_000;
/** What handing a series over costs: one chunk at one step, say, is sooner read than given away. */
const HANDOVER_UNITS = 130;
/** Up to so many samples a shared read is kept: 64 MB. */
const KEPT_SAMPLES_MAX = 4_000_000;

/** Series with their samples, one after another. */
export interface SampleSource {
  readonly labels: Labels;
  /**
   * Valid until anyone moves: whoever reads them may not wait in between. The reader's to change.
   */
  readonly samples: Columns;
  /** What another thread has made of the samples, which are not there then. */
  readonly made: MadeColumn | null;
  move(): Moved;
}

interface KeptSeries {
  readonly labels: Labels;
  readonly samples: Columns;
}

export class Selections {
  private readonly context: QueryContext;
  private readonly kept = new Map<ReadPlan, Promise<readonly KeptSeries[] | null>>();

  constructor(context: QueryContext) {
    this.context = context;
  }

  /**
   * The series of `read`, for a reader that works `steps` steps on each: by `leaf`, if other
   * threads may do that too.
   */
  async open(read: ReadPlan, steps: number, leaf?: () => LeafPlan): Promise<SampleSource> {
    if (read.users > 1) {
      let keeping = this.kept.get(read);
      if (keeping === undefined) this.kept.set(read, (keeping = this.keep(read)));
      const series = await keeping;
      if (series !== null) return new KeptSource(this.context, series, steps);
    }
    const cursor = await this.context.querier.select(read.matchers, read);
    return new CursorSource(this.context, cursor, steps, leaf);
  }

  /** Reads all series; null where they are too large to keep. */
  private async keep(read: ReadPlan): Promise<readonly KeptSeries[] | null> {
    const source = new CursorSource(
      this.context,
      await this.context.querier.select(read.matchers, read),
      0,
    );
    const kept: KeptSeries[] = [];
    let count = 0;
    for (;;) {
      const moved = source.move();
      if (moved === 'ended') break;
      if (moved === 'paused') {
        await this.context.turn();
        continue;
      }
      count += source.samples.count;
      if (count > KEPT_SAMPLES_MAX) return null;
      const samples = new Columns(source.samples.count);
      samples.pushRows(source.samples, 0, source.samples.count);
      kept.push({ labels: source.labels, samples });
    }
    this.context.countBytes(16 * count);
    return kept;
  }
}

/** The series of a read that no selector has planned. */
export async function openSource(
  context: QueryContext,
  matchers: readonly Matcher[],
  range: Interval,
  steps: number,
): Promise<SampleSource> {
  return new CursorSource(context, await context.querier.select(matchers, range), steps);
}

/** Straight from the storage, into columns that all share: no two are read at a time. */
class CursorSource implements SampleSource {
  readonly samples = scratchColumns();
  made: MadeColumn | null = null;
  private readonly context: QueryContext;
  private cursor: SeriesCursor;
  private readonly steps: number;
  private readonly leaf: (() => LeafPlan) | null;
  private shared: SharedCursor | null = null;
  /** How much work others could have done, and at how much they are asked for. */
  private units = 0;
  private shareAt: number;

  constructor(
    context: QueryContext,
    cursor: SeriesCursor,
    steps: number,
    leaf: (() => LeafPlan) | null = null,
  ) {
    this.context = context;
    this.cursor = cursor;
    this.steps = steps;
    this.leaf = leaf;
    this.shareAt = context.querier.sharedAfter ?? SHARED_UNITS;
  }

  get labels(): Labels {
    return this.cursor.series.labels;
  }

  move(): Moved {
    // What the last series cost, its steps included, is counted before the next is begun.
    if (this.context.isDue(0)) return 'paused';
    if (this.units >= this.shareAt && this.leaf !== null) this.share(this.leaf());
    const moved = this.cursor.move();
    if (moved !== 'on') return moved;
    this.context.countSeries();
    this.samples.clear();
    this.made = this.shared?.made ?? null;
    if (this.made === null) this.cursor.series.read(this.samples);
    const units = this.samples.count + this.steps;
    this.units += Math.max(0, units - HANDOVER_UNITS);
    this.context.isDue(SERIES_UNITS + units);
    return moved;
  }

  /** Has other threads help with the rest, where there are any. */
  private share(plan: LeafPlan): void {
    this.shareAt = this.units + SHARED_UNITS;
    const shared = this.context.querier.share?.(this.cursor, { plan, steps: this.steps }) ?? null;
    if (shared === null) return;
    this.cursor = this.shared = shared;
    this.shareAt = Infinity;
  }
}

/** Kept series, copied for each reader, who may change what it gets. */
class KeptSource implements SampleSource {
  readonly made = null;
  readonly samples = new Columns();
  private readonly context: QueryContext;
  private readonly series: readonly KeptSeries[];
  private readonly steps: number;
  private next = 0;

  constructor(context: QueryContext, series: readonly KeptSeries[], steps: number) {
    this.context = context;
    this.series = series;
    this.steps = steps;
  }

  get labels(): Labels {
    return this.series[this.next - 1].labels;
  }

  move(): Moved {
    if (this.context.isDue(0)) return 'paused';
    if (this.next === this.series.length) return 'ended';
    const { samples } = this.series[this.next++];
    this.samples.clear();
    this.samples.pushRows(samples, 0, samples.count);
    this.context.isDue(SERIES_UNITS + samples.count + this.steps);
    return 'on';
  }
}
