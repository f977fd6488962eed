/** What scripts load: series in memory, in the face that the engine asks. */
import { STALE_NAN } from '../encoding/float-bits.js';
import { Columns } from '../model/columns.js';
import type { Labels } from '../model/labels.js';
import type { Matcher } from '../model/matcher.js';
import type {
  Querier,
  Queryable,
  SelectOptions,
  Series,
  SeriesCursor,
} from '../model/queryable.js';
import { convertToCustomBuckets } from './custom-buckets.js';
import type { Load } from './script.js';
import type { Point } from './series-line.js';

interface Stored {
  readonly labels: Labels;
  /** In time order. */
  readonly samples: Columns;
}

export class MemoryStorage implements Queryable {
  private readonly series = new Map<string, Stored>();

  clear(): void {
    this.series.clear();
  }

  load(load: Load): void {
    for (const { labels, points, startTimes } of load.series) {
      points.forEach((point, i) => {
        const time = i * load.stepMs;
        const offset = startTimes?.[i] ?? null;
        this.append(labels, time, offset === null ? 0 : time + offset, point);
      });
    }
    if (!load.withCustomBuckets) return;
    for (const { labels, points } of convertToCustomBuckets(load)) {
      for (const { time, histogram } of points) {
        this.append(labels, time, 0, { kind: 'histogram', histogram, hasHint: false });
      }
    }
  }

  querier({ minTime = -Infinity, maxTime = Infinity }: SelectOptions): Promise<Querier> {
    const select = (matchers: readonly Matcher[]): Promise<SeriesCursor> => {
      const chosen = this.matching(matchers).sort((a, b) => a.labels.compare(b.labels));
      return Promise.resolve(new MemoryCursor(chosen, minTime, maxTime));
    };
    return Promise.resolve({ select, release: () => undefined });
  }

  /** Whether native histograms are among the series that match. */
  holdsHistograms(matchers: readonly Matcher[]): boolean {
    return this.matching(matchers).some(({ samples }) => samples.histograms !== null);
  }

  private matching(matchers: readonly Matcher[]): Stored[] {
    return [...this.series.values()].filter(({ labels }) =>
      matchers.every((matcher) => matcher.matches(labels.get(matcher.name))),
    );
  }

  private append(labels: Labels, time: number, startTime: number, point: Point): void {
    if (point.kind === 'none') return;
    const key = labels.key();
    const stored = this.series.get(key) ?? { labels, samples: new Columns() };
    this.series.set(key, stored);
    const one = columnsOf(time, startTime, point);
    insert(stored.samples, one);
  }
}

/** A point as a row. */
function columnsOf(
  time: number,
  startTime: number,
  point: Exclude<Point, { kind: 'none' }>,
): Columns {
  const row = new Columns(1);
  if (point.kind === 'histogram') {
    row.pushHistogram(time, startTime, point.histogram);
    return row;
  }
  row.times[0] = time;
  if (point.kind === 'float') row.values[0] = point.value;
  else row.values.set(STALE_NAN);
  row.commitFloats(1);
  if (startTime !== 0) row.withStartTimes()[0] = startTime;
  return row;
}

/** Puts a row where its time belongs; an equal time's row stays. */
function insert(samples: Columns, row: Columns): void {
  const { count, times } = samples;
  let at = count;
  while (at > 0 && times[at - 1] > row.times[0]) at--;
  if (at > 0 && times[at - 1] === row.times[0]) return;
  if (at === count) {
    samples.pushRow(row, 0);
    return;
  }
  const later = new Columns(count - at);
  later.pushRows(samples, at, count);
  samples.count = at;
  samples.pushRow(row, 0);
  samples.pushRows(later, 0, later.count);
}

class MemoryCursor implements SeriesCursor {
  private readonly chosen: readonly Stored[];
  private readonly minTime: number;
  private readonly maxTime: number;
  private index = -1;

  constructor(chosen: readonly Stored[], minTime: number, maxTime: number) {
    this.chosen = chosen;
    this.minTime = minTime;
    this.maxTime = maxTime;
  }

  get series(): Series {
    const { labels, samples } = this.chosen[this.index];
    return { labels, read: (into) => this.read(samples, into) };
  }

  move(): 'on' | 'ended' {
    return ++this.index < this.chosen.length ? 'on' : 'ended';
  }

  private read(samples: Columns, into: Columns): void {
    for (let row = 0; row < samples.count; row++) {
      const time = samples.times[row];
      if (time >= this.minTime && time <= this.maxTime) into.pushRow(samples, row);
    }
  }
}
