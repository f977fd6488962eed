import { join } from 'node:path';
import { querySeries, type QuerySeriesFlags } from '../../cli/query-series.js';
import { CapturedTerminal, type CapturedOptions } from '../support/captured-terminal.js';

const SMALL = join(__dirname, '../fixtures/small');

async function lines(
  flags: Partial<QuerySeriesFlags>,
  options: CapturedOptions = {},
): Promise<string[]> {
  const terminal = new CapturedTerminal(options);
  expect(await querySeries(SMALL, { limit: 0, ...flags }, terminal)).toBe(0);
  expect(terminal.messages).toEqual([]);
  return terminal.lines();
}

describe('query-series', () => {
  it('draws on a terminal: a name, a sparkline that fits, numbers', async () => {
    const drawn = await lines(
      { match: ['rw_requests_total{instance="i0"}'], limit: 1 },
      { isInteractive: true, columns: 30 },
    );
    expect(drawn).toHaveLength(3);
    expect(drawn[0]).toMatch(/^rw_requests_total\{instance="i0", job="rw", path="\/p\/\d+"/);
    expect(drawn[1]).toMatch(/^ {2}[▁▂▃▄▅▆▇█ ]{28}$/);
    expect(drawn[2]).toMatch(/^ {2}\d+ samples, min .*, max .*, last /);
    const wide = await lines({ match: ['rw_special'] }, { isInteractive: true, columns: 500 });
    expect(wide[1]).toHaveLength(62);
  });

  it('elsewhere prints a line for each series, with nothing but ASCII beside the name', async () => {
    const printed = await lines({ match: ['{__name__=~"rw_special|rw_churn"}'] });
    expect(printed.length).toBeGreaterThan(5);
    for (const line of printed) expect(line).toMatch(/^rw_\w+\{[^}]*\} \d+ samples?(, [ -~]+)?$/);
  });

  it('keeps to limit and time range', async () => {
    expect(await lines({ match: ['{job="rw"}'], limit: 4 })).toHaveLength(4);
    const early = await lines({ match: ['rw_out_of_order{n="0"}'], maxTime: 1795394160000 });
    const all = await lines({ match: ['rw_out_of_order{n="0"}'] });
    const count = (text: string): number => Number(/\} (\d+) samples/.exec(text)?.[1]);
    expect(count(early[0])).toBeGreaterThan(0);
    expect(count(early[0])).toBeLessThan(count(all[0]));
  });

  it('prints JSON lines', async () => {
    const printed = await lines({ match: ['rw_special'], json: true });
    const { labels, samples } = JSON.parse(printed[0]) as { labels: object; samples: unknown[] };
    expect(labels).toEqual({ __name__: 'rw_special', job: 'rw' });
    expect(samples.length).toBeGreaterThan(10);
  });

  it('says so when nothing matches', async () => {
    const terminal = new CapturedTerminal();
    expect(await querySeries(SMALL, { match: ['nonesuch'], limit: 0 }, terminal)).toBe(0);
    expect(await terminal.text()).toBe('');
    expect(terminal.messages).toEqual(['no series matches']);
  });
});
