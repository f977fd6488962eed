/** The columns that a record's samples are decoded into. */
import { bitsOf, columnBits } from '../support/bits.js';
import { SampleBatch } from '../../wal/sample-batch.js';

const STALE = new Float64Array(new BigUint64Array([0x7ff0000000000002n]).buffer);

describe('a batch of samples', () => {
  it('has the rows that were pushed, values with all their bits', () => {
    const batch = new SampleBatch();
    batch.reset(2);
    batch.push(2 ** 53 - 1, -7, 3, STALE[0]);
    batch.push(1, 8, 0, -0);
    expect(batch.count).toBe(2);
    expect([...batch.refs.subarray(0, 2)]).toEqual([2 ** 53 - 1, 1]);
    expect([...batch.times.subarray(0, 2)]).toEqual([-7, 8]);
    expect([...batch.startTimes.subarray(0, 2)]).toEqual([3, 0]);
    expect(columnBits(batch.values, 2)).toEqual([bitsOf(STALE[0]), '8000000000000000']);
  });

  it('keeps its memory, and grows when more room is asked for', () => {
    const batch = new SampleBatch();
    const { refs } = batch;
    batch.reset(refs.length);
    expect(batch.refs).toBe(refs);
    batch.push(1, 1, 1, 1);
    batch.reset(refs.length + 1);
    expect(batch.count).toBe(0);
    for (const column of [batch.refs, batch.times, batch.values, batch.startTimes]) {
      expect(column.length).toBe(2 * refs.length);
    }
  });

  it('takes no more rows than it was asked to have room for', () => {
    const batch = new SampleBatch();
    batch.count = batch.refs.length;
    expect(() => batch.push(1, 1, 1, 1)).toThrow(/BUG/);
  });
});
