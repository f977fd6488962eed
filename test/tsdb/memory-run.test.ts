/** A run tells its range and gives its samples. */
import { Columns } from '../../model/columns.js';
import { columnsRun } from '../../tsdb/memory-run.js';

describe('columnsRun', () => {
  it('tells the closed range of its samples and appends them', () => {
    const columns = new Columns(2);
    columns.count = 2;
    columns.times.set([3, 8]);
    columns.values.set([1, 2]);
    const run = columnsRun(columns);
    expect([run.minTime, run.maxTime]).toEqual([3, 8]);
    const into = new Columns();
    run.read(into);
    run.read(into);
    expect([...into.values.subarray(0, into.count)]).toEqual([1, 2, 1, 2]);
  });

  it('is never empty', () => {
    expect(() => columnsRun(new Columns())).toThrow('BUG');
  });
});
