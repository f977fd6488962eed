/** Series of several sources become one list. */
import { mergeSeries } from '../../index/series-merge.js';
import { Columns } from '../../model/columns.js';
import { Labels } from '../../model/labels.js';
import type { SeriesCursor } from '../../model/queryable.js';
import { advance } from '../support/moving.js';

/** A cursor over series named by one letter each, with one sample at `time`. */
function cursorOf(names: string, time: number): SeriesCursor {
  let at = -1;
  return {
    series: {
      get labels() {
        return Labels.from({ n: names[at] });
      },
      read(into: Columns) {
        into.times[into.count] = time;
        into.values[into.count++] = time;
      },
    },
    move: () => (++at < names.length ? 'on' : 'ended'),
  };
}

/** Pauses before each of its moves. */
function hesitant(cursor: SeriesCursor): SeriesCursor {
  let pauses = true;
  return {
    get series() {
      return cursor.series;
    },
    move() {
      pauses = !pauses;
      return pauses ? cursor.move() : 'paused';
    },
  };
}

function drain(cursor: SeriesCursor): string[] {
  const seen: string[] = [];
  const columns = new Columns();
  while (advance(cursor)) {
    columns.clear();
    cursor.series.read(columns);
    const times = [...columns.times.subarray(0, columns.count)];
    seen.push(`${cursor.series.labels.get('n')}:${times.join(',')}`);
  }
  return seen;
}

describe('mergeSeries', () => {
  it('of nothing is empty', () => {
    expect(drain(mergeSeries([]))).toEqual([]);
  });

  it('of one cursor is that cursor', () => {
    const one = cursorOf('ab', 1);
    expect(mergeSeries([one])).toBe(one);
  });

  it('gives each label set once, in label order, with the samples of all', () => {
    const cursor = mergeSeries([cursorOf('bd', 3), cursorOf('abc', 1), cursorOf('bz', 2)]);
    expect(drain(cursor)).toEqual(['a:1', 'b:1,2,3', 'c:1', 'd:3', 'z:2']);
  });

  it('pauses with each of its cursors, and gives the same', () => {
    const cursors = (wrap: (cursor: SeriesCursor) => SeriesCursor): SeriesCursor[] => [
      wrap(cursorOf('bd', 3)),
      cursorOf('abc', 1),
      wrap(cursorOf('bz', 2)),
    ];
    const wanted = drain(mergeSeries(cursors((cursor) => cursor)));
    const merged = mergeSeries(cursors(hesitant));
    const moves = Array.from({ length: 13 }, () => merged.move());
    expect(moves.filter((moved) => moved === 'paused')).toHaveLength(6);
    expect(moves.filter((moved) => moved === 'on')).toHaveLength(5);
    expect(drain(mergeSeries(cursors(hesitant)))).toEqual(wanted);
  });
});
