/** What every database can be asked through a querier: the contract of model/queryable.ts. */
import { join } from 'node:path';
import { Columns } from '../../model/columns.js';
import { ClosedError } from '../../model/errors.js';
import { matcher } from '../../model/matcher.js';
import { Reader } from '../../tsdb/reader.js';
import { openReadOnly } from '../../tsdb/read-only.js';

const FIXTURE = join(__dirname, '../fixtures/small');
const ALL = [matcher('__name__', '=~', '.+')];

describe('a querier', () => {
  it('gives the series and samples that select gives', async () => {
    const db = await openReadOnly(FIXTURE);
    expect(db).toBeInstanceOf(Reader);
    const querier = await db.querier({});
    const cursor = await querier.select(ALL);
    for await (const { labels, samples } of db.select(ALL)) {
      while (cursor.move() === 'paused');
      expect(cursor.series.labels.toJSON()).toEqual(labels.toJSON());
      const columns = new Columns();
      cursor.series.read(columns);
      expect(columns.count).toBe(samples.count);
    }
    expect(cursor.move()).toBe('ended');
    querier.release();
    await db.close();
  });

  it('may have several cursors, none after it was released', async () => {
    const db = await openReadOnly(FIXTURE);
    const querier = await db.querier({});
    const first = await querier.select(ALL);
    const second = await querier.select(ALL);
    first.move();
    expect(second.move()).toBe('on');
    expect(second.series.labels.toJSON()).toEqual(first.series.labels.toJSON());
    querier.release();
    querier.release();
    await expect(querier.select(ALL)).rejects.toThrow(ClosedError);
    await db.close();
    await expect(db.querier({})).rejects.toThrow(ClosedError);
  });

  it('keeps reading what it holds when the database closes', async () => {
    const db = await openReadOnly(FIXTURE);
    const querier = await db.querier({});
    await db.close();
    expect((await querier.select(ALL)).move()).toBe('on');
    querier.release();
  });
});
