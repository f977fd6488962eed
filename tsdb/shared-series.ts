/**
 * A cursor over series of which other threads make some. Series ahead are put into portions; what
 * no thread has taken when its turn comes is read here, out of the portion. Series come in their
 * order in any case.
 */
import { assert } from '../model/assert.js';
import type { Columns } from '../model/columns.js';
import { TsdbError } from '../model/errors.js';
import type { Labels } from '../model/labels.js';
import type { MadeColumn, Series, SeriesCursor, SharedCursor } from '../model/queryable.js';
import type { Moved } from '../model/steps.js';
import type { PortionReader } from './portion-reader.js';
import { PortionWriter } from './portion-writer.js';
import { DONE, FREE, READY, REFUSED, seriesPerPortion, type Slot, TAKEN } from './portions.js';
import type { ThreadedQuery } from './query-threads.js';

/** So many portions are filled at a time: more would hold the event loop. */
const FILLED_MAX = 3;

interface Portion {
  /** Null: of a series that is too large for one. */
  readonly slot: Slot | null;
  readonly series: readonly Series[];
}

export class SharedSeries implements SharedCursor, Series {
  made: MadeColumn | null = null;
  private readonly query: ThreadedQuery;
  private readonly cursor: SeriesCursor;
  private readonly reader: PortionReader;
  private readonly seriesMax: number;
  /** Ahead, in order. */
  private readonly queue: Portion[] = [];
  private current: Portion | null = null;
  private index = 0;
  /** Whether a thread has made the current portion. */
  private isMade = false;
  /** Whether we stand where the cursor does: on the first series, or where no slot was free. */
  private isWithCursor = true;
  /** Whether the cursor stands on a series that is in no portion yet. */
  private isPending = false;
  private hasEnded = false;

  /** `cursor` stands on a series that was read, or on none yet. */
  constructor(query: ThreadedQuery, cursor: SeriesCursor, reader: PortionReader) {
    this.query = query;
    this.cursor = cursor;
    this.reader = reader;
    this.seriesMax = seriesPerPortion(query.steps);
  }

  get series(): Series {
    return this.isWithCursor ? this.cursor.series : this;
  }

  get labels(): Labels {
    return this.held.labels;
  }

  move(): Moved {
    this.made = null;
    if (this.current !== null) {
      if (++this.index < this.current.series.length) return this.stand();
      this.letGo(this.current);
      this.current = null;
    }
    this.fillAhead();
    const next = this.queue.at(0);
    if (next === undefined) return this.moveWithCursor();
    if (!this.take(next)) return 'paused';
    this.queue.shift();
    this.isWithCursor = false;
    this.current = next;
    this.index = 0;
    return this.stand();
  }

  read(into: Columns): void {
    const { slot = null } = this.current ?? {};
    const start = into.count;
    if (slot !== null && this.reader.read(slot, this.index, into)) return;
    into.count = start;
    this.held.read(into);
  }

  /** Lets go of what is under way. Idempotent. */
  end(): void {
    const portions = this.current === null ? this.queue : [this.current, ...this.queue];
    this.query.end(portions.flatMap(({ slot }) => slot ?? []));
  }

  private get held(): Series {
    assert(this.current !== null, 'a cursor stands on a series');
    return this.current.series[this.index];
  }

  private stand(): Moved {
    const { slot = null } = this.current ?? {};
    if (!this.isMade || slot === null) return 'on';
    const count = slot.countOf(this.index);
    if (count === REFUSED) return 'on';
    const { values, kinds } = slot.columns(this.query.steps)[this.index];
    this.made = { values, kinds, count, samplesMax: slot.samplesMaxOf(this.index) };
    return 'on';
  }

  /** Takes a portion, made or not; false while a thread is at it. */
  private take({ slot }: Portion): boolean {
    this.isMade = slot?.state === DONE;
    return slot === null || this.isMade || slot.change(READY, TAKEN);
  }

  private letGo({ slot }: Portion): void {
    if (slot !== null) slot.state = FREE;
  }

  /** Nothing is ahead of us. */
  private moveWithCursor(): Moved {
    const moved = this.isPending ? 'on' : this.hasEnded ? 'ended' : this.cursor.move();
    this.isPending = false;
    this.isWithCursor = true;
    if (moved === 'ended') {
      this.hasEnded = true;
      this.end();
    }
    return moved;
  }

  private fillAhead(): void {
    for (let filled = 0; filled < FILLED_MAX && !this.hasEnded; filled++) {
      const slot = this.query.take(this.queue.length);
      if (slot === null || this.fill(slot) === 'paused') return;
    }
  }

  private fill(slot: Slot): Moved {
    const { cursor } = this;
    const writer = new PortionWriter(slot);
    const series: Series[] = [];
    let moved: Moved = 'on';
    while (series.length < this.seriesMax) {
      if (!this.isPending) moved = cursor.move();
      if (moved !== 'on') break;
      this.isPending = true;
      if (!tryAdd(writer, cursor.series)) break;
      series.push(heldOf(cursor));
      this.isPending = false;
    }
    if (moved === 'ended') this.hasEnded = true;
    if (series.length > 0) {
      this.queue.push({ slot, series });
      this.query.publish(slot, series.length);
    } else if (this.isPending) {
      this.queue.push({ slot: null, series: [heldOf(cursor)] });
      this.isPending = false;
    }
    return moved;
  }
}

/** What is wrong with a series is told when its turn comes, where it is read again. */
function tryAdd(writer: PortionWriter, series: Series): boolean {
  try {
    return writer.add(series);
  } catch (error) {
    if (error instanceof TsdbError) return false;
    throw error;
  }
}

function heldOf({ series }: SeriesCursor): Series {
  assert(series.hold !== undefined, 'what is given can be held');
  return series.hold();
}
