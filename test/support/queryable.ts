/** A database of arrays: series as texts of samples, for tests of the query language. */
import { Columns } from '../../model/columns.js';
import { Labels } from '../../model/labels.js';
import type { Matcher } from '../../model/matcher.js';
import type { Querier, Queryable, SelectOptions, SeriesCursor } from '../../model/queryable.js';

export interface ArraySeries {
  readonly labels: Labels;
  readonly samples: Columns;
}

/** Answers like a real database: label order, samples of the asked range only. */
export class ArrayQueryable implements Queryable {
  readonly series: readonly ArraySeries[];
  /** How often samples were read, and cursors opened. */
  reads = 0;
  selects = 0;
  released = 0;

  constructor(series: readonly ArraySeries[]) {
    this.series = [...series].sort((a, b) => a.labels.compare(b.labels));
  }

  querier({ minTime = -Infinity, maxTime = Infinity }: SelectOptions): Promise<Querier> {
    const select = (
      matchers: readonly Matcher[],
      range = { minTime, maxTime },
    ): Promise<SeriesCursor> => {
      this.selects++;
      return Promise.resolve(this.cursor(matchers, range));
    };
    return Promise.resolve({ select, release: () => this.released++ });
  }

  private cursor(
    matchers: readonly Matcher[],
    { minTime, maxTime }: { minTime: number; maxTime: number },
  ): SeriesCursor {
    const found = this.series.filter(({ labels }) =>
      matchers.every((matcher) => matcher.matches(labels.get(matcher.name))),
    );
    let at = -1;
    const read = (into: Columns): void => {
      this.reads++;
      const { samples } = found[at];
      for (let row = 0; row < samples.count; row++) {
        const time = samples.times[row];
        if (time >= minTime && time <= maxTime) into.pushRow(samples, row);
      }
    };
    return {
      get series() {
        return { labels: found[at].labels, read };
      },
      move: () => (++at < found.length ? 'on' : 'ended'),
    };
  }
}

/**
 * A series of `name{label="value"}` and its values, one every `interval` ms from 0: `1 _ 3 stale`.
 */
export function series(
  labels: Readonly<Record<string, string>>,
  values: string,
  interval = 60_000,
): ArraySeries {
  const samples = new Columns();
  values.split(' ').forEach((text, i) => {
    if (text !== '_') pushSample(samples, i * interval, text);
  });
  return { labels: Labels.from(labels), samples };
}

function pushSample(samples: Columns, time: number, text: string): void {
  samples.reserve(1);
  const row = samples.count;
  samples.times[row] = time;
  if (text === 'stale') {
    const words = new Uint32Array(samples.values.buffer, 8 * row, 2);
    words.set([0x00000002, 0x7ff00000]);
  } else {
    samples.values[row] = Number(text.replace('Inf', 'Infinity'));
  }
  samples.commitFloats(1);
}
