import { readdirSync, readFileSync } from 'node:fs';
import { runScript } from '../../conformance/runner.js';
import { describeShared, shared } from '../support/shared.js';

const DATA = 'load 1m\n  a{b="c"} 1 2 3\n  h {{count:1 sum:1 buckets:[1]}}x2\n\n';

async function outcome(text: string): Promise<string> {
  const [first] = await runScript(DATA + text);
  return first.status === 'passed' ? 'passed' : `${first.status}: ${first.reason}`;
}

describe('the runner', () => {
  it('passes what is as wanted', async () => {
    expect(await outcome('eval instant at 1m a\n  a{b="c"} 2')).toBe('passed');
    expect(await outcome('eval range from 0 to 1m step 1m a\n  a{b="c"} 1 2')).toBe('passed');
    expect(await outcome('eval instant at 1m 1 + 1\n  2')).toBe('passed');
    expect(await outcome('eval instant at 1m "x"\n  expect string "x"')).toBe('passed');
    expect(
      await outcome(
        'eval instant at 2m a[2m]\n  expect range vector from 1m to 2m step 1m\n  a{b="c"} 2 3',
      ),
    ).toBe('passed');
    expect(await outcome('eval instant at 1m a[\n  expect fail')).toBe('passed');
  });

  it('tells what was wanted and what came', async () => {
    expect(await outcome('eval instant at 1m a\n  a{b="c"} 3')).toBe(
      'failed: a at 60000 ms: a{b="c"}: 3 wanted, got 2\nwanted:\na{b="c"} 3\ngot:\na{b="c"} 2',
    );
    expect(await outcome('eval instant at 1m a\n  expect fail')).toBe(
      'failed: a at 60000 ms: it had to fail',
    );
    expect(await outcome('eval instant at 1m a(')).toContain('failed: 1:3: parse error');
    expect(await outcome('eval instant at 1m a[\n  expect fail msg: no')).toContain('wrong error');
    expect(await outcome('evil')).toBe('failed: line 5: invalid command "evil"');
  });

  it('checks annotations, with their places or without', async () => {
    const text =
      'metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "a"';
    const evaluation = 'eval instant at 2m rate(a[5m])\n  {b="c"} 0.00833333333\n';
    const rule = (line: string): Promise<string> => outcome(`${evaluation}  expect ${line}`);
    expect(await rule(`info msg: PromQL info: ${text}`)).toBe('passed');
    expect(await rule(`info msg: PromQL info: ${text} (1:6)`)).toBe('passed');
    expect(await rule('info regex: might .* counter')).toBe('passed');
    expect(await rule('info msg: PromQL info: metric')).toContain('failed: no info');
    expect(await rule('no_info')).toContain('failed: no_info');
    expect(await rule('warn')).toContain('failed: no warn');
  });

  it('asks again bound to the moment, and within a range', async () => {
    // `c` lasts for five minutes, so that it is there at 5 times the moment only if it is bound.
    expect(await outcome('eval instant at 2m a\n  a{b="c"} 3')).toBe('passed');
    expect(await outcome('eval instant at 2m time()\n  120')).toBe('passed');
  });
});

describeShared("Prometheus' scripts", () => {
  const folder = shared('conformance/promql');

  it.each(readdirSync(folder))('%s', async (name) => {
    const outcomes = await runScript(readFileSync(`${folder}/${name}`, 'utf8'));
    expect(outcomes.filter(({ status }) => status === 'failed')).toEqual([]);
  });
});
