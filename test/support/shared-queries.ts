/** A database whose queries are shared with other threads from their first series on. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Querier, Queryable, SelectOptions } from '../../model/queryable.js';
import { QueryThreads } from '../../tsdb/query-threads.js';
import type { SharedSeries } from '../../tsdb/shared-series.js';

/** The program of threads, as it is built. */
export const QUERY_WORKER_FILE = pathToFileURL(
  resolve(__dirname, '../../dist/tsdb/query-worker.js'),
);

/** Threads that are up; close them. */
export async function startThreads(count = 1): Promise<QueryThreads> {
  const threads = new QueryThreads({ count, workerFile: QUERY_WORKER_FILE });
  await threads.started();
  return threads;
}

export class SharedQueryable implements Queryable {
  /** How many cursors were shared, and how many series threads have made of them. */
  cursors = 0;
  made = 0;
  private readonly queryable: Queryable;
  private readonly threads: QueryThreads;

  constructor(queryable: Queryable, threads: QueryThreads) {
    this.queryable = queryable;
    this.threads = threads;
  }

  async querier(options: SelectOptions): Promise<Querier> {
    const querier = await this.queryable.querier(options);
    const shared: SharedSeries[] = [];
    return {
      sharedAfter: 0,
      select: (matchers, range) => querier.select(matchers, range),
      share: (cursor, work) => {
        const series = this.threads.share(cursor, work);
        if (series === null) return null;
        shared.push(series);
        this.cursors++;
        return this.counting(series);
      },
      release: () => {
        for (const series of shared) series.end();
        querier.release();
      },
    };
  }

  private counting(series: SharedSeries): SharedSeries {
    const move = series.move.bind(series);
    series.move = () => {
      const moved = move();
      if (moved === 'on' && series.made !== null) this.made++;
      return moved;
    };
    return series;
  }
}
