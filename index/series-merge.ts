/**
 * Several series cursors seen as one: series in label order, each label set once, the samples of
 * equal label sets merged. The order in which sources of one series are merged is that in which
 * Prometheus' heap of series sets pops them (storage/merge.go, genericMergeSeriesSet).
 */
import { mergeColumns } from '../chunks/merge.js';
import { assert } from '../model/assert.js';
import { Columns } from '../model/columns.js';
import { Heap } from '../model/heap.js';
import { Labels } from '../model/labels.js';
import type { ChunkTaker, Series, SeriesCursor } from '../model/queryable.js';
import type { Moved } from '../model/steps.js';

const NO_SERIES: Series = { labels: Labels.EMPTY, read: () => {} };
export const EMPTY_CURSOR: SeriesCursor = { series: NO_SERIES, move: () => 'ended' };

/** Merges `cursors`: none gives an empty one, one gives itself. */
export function mergeSeries(cursors: readonly SeriesCursor[]): SeriesCursor {
  if (cursors.length === 0) return EMPTY_CURSOR;
  if (cursors.length === 1) return cursors[0];
  return new MergedCursor(cursors);
}

class MergedCursor implements SeriesCursor, Series {
  readonly canGive: boolean;
  /** The cursors that stand on the current series and move next; at the start, all of them. */
  private current: SeriesCursor[];
  private readonly waiting = new Heap<SeriesCursor>(
    (a, b) => a.series.labels.compare(b.series.labels) < 0,
  );
  /** Buffers for the parts of a series, reused from series to series. */
  private readonly parts: Columns[] = [];

  constructor(cursors: readonly SeriesCursor[]) {
    this.current = [...cursors];
    this.canGive = cursors.every(({ canGive }) => canGive === true);
  }

  get series(): Series {
    return this;
  }

  get labels(): Labels {
    return this.current[0].series.labels;
  }

  move(): Moved {
    // One that pauses stays in front, to move again first: the order decides how ties are merged.
    for (let cursor = this.current.at(0); cursor !== undefined; cursor = this.current.at(0)) {
      const moved = cursor.move();
      if (moved === 'paused') return moved;
      if (moved === 'on') this.waiting.push(cursor);
      this.current.shift();
    }
    const first = this.waiting.pop();
    if (first === undefined) return 'ended';
    this.current.push(first);
    for (;;) {
      const other = this.waiting.peek();
      if (other === undefined || other.series.labels.compare(first.series.labels) !== 0)
        return 'on';
      this.waiting.pop();
      this.current.push(other);
    }
  }

  read(into: Columns): void {
    // Fast path: most series live in one source at a time of the query's range.
    if (this.current.length === 1) this.current[0].series.read(into);
    else readMerged(seriesOf(this.current), this.parts, into);
  }

  hold(): Series {
    const held = seriesOf(this.current).map((series) => {
      assert(series.hold !== undefined, 'what can be given can be held');
      return series.hold();
    });
    return held.length === 1 ? held[0] : new HeldSeries(held);
  }

  give(taker: ChunkTaker): boolean {
    return this.current.every(({ series }) => series.give?.(taker) === true);
  }
}

/** The same series of several sources. */
class HeldSeries implements Series {
  private readonly sources: readonly Series[];

  constructor(sources: readonly Series[]) {
    this.sources = sources;
  }

  get labels(): Labels {
    return this.sources[0].labels;
  }

  read(into: Columns): void {
    readMerged(this.sources, [], into);
  }
}

function seriesOf(cursors: readonly SeriesCursor[]): Series[] {
  return cursors.map(({ series }) => series);
}

/** Merges the samples of `sources`; `parts` are buffers. */
function readMerged(sources: readonly Series[], parts: Columns[], into: Columns): void {
  const read = sources.map((series, i) => {
    const part = (parts[i] ??= new Columns());
    part.clear();
    series.read(part);
    return part;
  });
  mergeColumns(read, into);
}
