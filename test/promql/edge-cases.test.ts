/**
 * Answers at the edges, as scripts, each found by comparing random queries with Prometheus 3.14's
 * own engine.
 */
import { runScript } from '../../conformance/runner.js';

const DATA = `load 1m
  a{x="1"} 1 2 3 4
  a{x="2"} 5 6 7 8
  t{x="1"} 0 10 20 30

`;

async function check(evaluation: string): Promise<void> {
  const outcomes = await runScript(DATA + evaluation);
  expect(outcomes).toEqual([expect.objectContaining({ status: 'passed', reason: '' })]);
}

describe('dates beyond 64 bits are the least, as in Go', () => {
  it.each([
    ['year', 292277026596],
    ['month', 12],
    ['day_of_month', 4],
    ['day_of_year', 339],
    ['day_of_week', 0],
    ['days_in_month', 31],
    ['hour', 15],
    ['minute', 30],
  ])('%s', async (name, value) => {
    await check(`eval instant at 0 ${name}(vector(Inf))\n  {} ${value}`);
    await check(`eval instant at 0 ${name}(vector(NaN))\n  {} ${value}`);
  });

  it('and those beyond JavaScript are right', async () => {
    await check('eval instant at 0 year(vector(1e15))\n  {} 31690708');
    await check('eval instant at 0 year(vector(-1e15))\n  {} -31686769');
    await check('eval instant at 0 year(vector(8.64e12))\n  {} 275760');
  });
});

it('sinh keeps a negative zero', async () => {
  await check('eval instant at 0 count_values("v", sinh(vector(-0)))\n  {v="-0"} 1');
});

it('a name that the first element of a series keeps stays to the end', async () => {
  await check(
    'eval range from 0 to 1m step 30s predict_linear(t[1m1s], 0) or t\n  t{x="1"} 0 0 10',
  );
});

it('a NaN among quantiles is all that is told of them', async () => {
  await check(
    'eval range from 0 to 1m step 1m quantile(scalar(t == 10) + 5, a)\n' +
      '  {} NaN Inf\n' +
      '  expect warn msg: PromQL warning: quantile value should be between 0 and 1, got NaN',
  );
});

it('limit_ratio of nothing tells what there is to tell of the series', async () => {
  await check(
    'eval instant at 3m limit_ratio(0, rate(a[5m]))\n' +
      '  expect info regex: metric might not be a counter',
  );
});
