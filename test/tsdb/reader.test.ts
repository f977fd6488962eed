/** What every database can be asked through a querier: the contract of model/queryable.ts. */
import { join } from 'node:path';
import { Columns } from '../../model/columns.js';
import { ClosedError, ParseError, QueryError } from '../../model/errors.js';
import { matcher } from '../../model/matcher.js';
import { Engine, type MatrixValue, VectorValue } from '../../promql/language.js';
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

describe('a database that is asked in PromQL', () => {
  const METRIC = 'prometheus_tsdb_head_series';

  it('answers at one moment, and over a range', async () => {
    const db = await openReadOnly(FIXTURE);
    const range = await lastRange(db);
    const { value } = await db.query('count({__name__=~".+"})', { time: range.end });
    expect(value).toBeInstanceOf(VectorValue);
    const matrix = await db.queryRange('count({__name__=~".+"}) * 2', range);
    const { series } = matrix.value as MatrixValue;
    expect(series).toHaveLength(1);
    expect(series[0].values.at(-1)).toBe(2 * (value as VectorValue).values[0]);
    expect(JSON.parse(JSON.stringify(matrix))).toMatchObject({ resultType: 'matrix' });
    await db.close();
  });

  it('says what is wrong with a query, and is asked nothing once it is closed', async () => {
    const db = await openReadOnly(FIXTURE);
    await expect(db.query('sum(', { time: 0 })).rejects.toThrow(ParseError);
    const signal = AbortSignal.abort();
    await expect(db.query(METRIC, { time: 0, signal })).rejects.toThrow(QueryError);
    const engine = new Engine({ samplesMax: 1 });
    const { end } = await lastRange(db);
    const everything = engine.instant(db, '{__name__=~".+"}', { time: end });
    await expect(everything).rejects.toThrow('query processing would load too many samples');
    await db.close();
    await expect(db.query('1', { time: 0 })).rejects.toThrow(ClosedError);
  });

  async function lastRange(db: Reader): Promise<{ start: number; end: number; step: number }> {
    let end = 0;
    for await (const { samples } of db.select(ALL)) {
      end = Math.max(end, samples.times[samples.count - 1] ?? 0);
    }
    return { start: end - 60_000, end, step: 15_000 };
  }
});
