/** The comparison of queries at its small size, over the same series in this process three times. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHandler } from '../../api/server.js';
import {
  compare,
  type CompareQueryRow,
  SMALL,
  summary,
  table,
} from '../../bench/compare-query.bench.js';
import { checkAnswers } from '../../bench/support/compared-answers.js';
import { COMPARED_QUERIES } from '../../bench/support/compared-queries.js';
import {
  eachSeries,
  importLine,
  STEP_MS,
  writeComparedBlock,
} from '../../bench/support/compared-series.js';
import type { QueryServer } from '../../bench/support/query-servers.js';
import { parseReport } from '../../bench/support/wrk.js';
import { openReadOnly } from '../../tsdb/db.js';

const END_MS = 1_795_600_020_000;
const LAGS =
  'nodejs_eventloop_lag_p99_seconds 0.012\nnodejs_eventloop_lag_max_seconds 0.009\nother 1\n';

describe('the comparison of queries', () => {
  it('asks everything of all three, alone and by many, and each query finds something', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'mmtsdb-compare-query-'));
    const progress = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    let rows: CompareQueryRow[];
    try {
      writeComparedBlock(dir, { series: SMALL.series, samples: SMALL.samples, endMs: END_MS });
      const db = await openReadOnly(dir);
      const handler = createHandler(db);
      const get = async (path: string): Promise<Uint8Array> => {
        if (path === '/metrics') return Buffer.from(LAGS);
        const response = await handler(new Request(`http://127.0.0.1${path}`));
        return new Uint8Array(await response.arrayBuffer());
      };
      const server: QueryServer = {
        get,
        load: async (path, { clients }) => {
          for (let client = 0; client < clients; client++) await get(path);
          return { meanMs: 8, medianMs: 2 };
        },
        resetPeak: () => {},
        peakRssBytes: () => 5e6,
        close: () => Promise.resolve(),
      };
      const servers = { ours: server, prometheus: server, victoriaMetrics: server };
      rows = await compare(servers, SMALL, END_MS);
      await db.close();
    } finally {
      progress.mockRestore();
      rmSync(dir, { recursive: true });
    }
    expect(rows.map(({ name }) => name)).toEqual(COMPARED_QUERIES.map(({ name }) => name));
    for (const { ours, loopP99Ms, loopMaxMs } of rows) {
      expect(ours.ms).toBe(2);
      expect(ours.msOfMany).toBe(1);
      expect(loopP99Ms).toBeCloseTo(2);
      expect(loopMaxMs).toBe(0);
    }
    expect(table(rows).split('\n')).toHaveLength(1 + COMPARED_QUERIES.length);
    expect(summary(rows)).toMatch(/^median, one client: .*× Prometheus, .*× VictoriaMetrics\n/);
  });

  it('gives VictoriaMetrics the series as lines, in label order', () => {
    const lines: string[] = [];
    eachSeries({ series: 100, samples: 2, endMs: END_MS }, (labels, columns) => {
      lines.push(importLine(labels, columns));
    });
    expect(lines).toHaveLength(100);
    const first = JSON.parse(lines[0]) as {
      metric: Record<string, string>;
      values: number[];
      timestamps: number[];
    };
    expect(first.metric).toMatchObject({ __name__: 'latency_seconds_bucket', le: '+Inf' });
    expect(first.values).toHaveLength(2);
    expect(first.timestamps[1] - first.timestamps[0]).toBeGreaterThan(STEP_MS / 2);
    expect(first.timestamps[1]).toBeLessThan(END_MS);
  });

  it('fails where answers differ, or the other has more series', () => {
    const answer = (...values: string[]): string => {
      const result = values.map((value, i) => ({ metric: { i: String(i) }, value: [1, value] }));
      return JSON.stringify({ data: { result } });
    };
    const check = (ours: string, prometheus: string, victoriaMetrics: string) => (): void =>
      checkAnswers('sum', { ours, prometheus, victoriaMetrics });
    expect(check(answer('1'), answer('1'), answer('7'))).not.toThrow();
    expect(check(answer('1'), answer('2'), answer('1'))).toThrow(/we answer .*"1".*Prometheus/);
    expect(check(answer('1'), answer('1', '2'), answer('1'))).toThrow('we answer 1 series');
    expect(check(answer('1'), answer('1'), answer('1', '2'))).toThrow('the others 1,2');
    expect(check(answer(), answer(), answer())).toThrow('no series is found');
  });

  it('reads how long answers took from what wrk prints, and refuses failures', () => {
    const report = (mean: string, median: string, more = ''): string =>
      [
        'Running 1s test @ http://127.0.0.1:9090/',
        '  Thread Stats   Avg      Stdev     Max   +/- Stdev',
        `    Latency     ${mean}    1.30ms  10.77ms   89.47%`,
        '  Latency Distribution',
        `     50%    ${median}`,
        more,
        'Requests/sec:      0.32',
      ].join('\n');
    expect(parseReport(report('6.04ms', '250.00us'))).toEqual({ meanMs: 6.04, medianMs: 0.25 });
    expect(parseReport(report('1.20s', '1.10m'))).toEqual({ meanMs: 1200, medianMs: 66_000 });
    const failures = ['  Non-2xx or 3xx responses: 3', '  Socket errors: connect 0, timeout 2'];
    for (const failure of failures) {
      expect(() => parseReport(report('1ms', '1ms', failure))).toThrow('not served');
    }
    expect(() => parseReport(report('0.00us', '0.00us'))).toThrow('no time');
  });
});
