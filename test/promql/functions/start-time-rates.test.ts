/** Counters that say when counting began, as scripts: a start time stands relative to its sample. */
import { runScript } from '../../../conformance/runner.js';

async function check(script: string): Promise<void> {
  expect(await runScript(script)).toEqual([expect.objectContaining({ status: 'passed' })]);
}

describe('a start time', () => {
  it('behind the sample before is a reset', async () => {
    const load = 'load 1m\n c@st _ _ -1m -1m -30s\n c _ _ 10 20 25\n\n';
    await check(`${load}eval instant at 4m resets(c[5m])\n {} 2`);
    await check(`${load}eval instant at 4m irate(c[5m])\n {} 0.41666666666`);
  });

  it('at the sample before is one where that has a start of its own', async () => {
    await check('load 1m\n c@st _ _ -1mx2\n c _ _ 5x2\n\neval instant at 4m resets(c[5m])\n {} 2');
    await check(
      'load 1m\n c@st _ _ 0s -1m 0s\n c _ _ 5x2\n\neval instant at 4m resets(c[5m])\n {} 0',
    );
  });

  it('within the window stands for a zero there', async () => {
    const load = 'load 1m\n c@st _ _ -1m\n c _ _ 60\n\n';
    await check(`${load}eval instant at 2m increase(c[5m])\n {} 60`);
    await check(`${load}eval instant at 2m rate(c[1m])`);
  });

  it('that contradicts the samples is told', async () => {
    const text = 'sample has start time that overlaps with previous sample timestamp for metric';
    await check(
      'load 1m\n c_total@st _ _ -2mx2\n c_total _ _ 60 120 180\n\n' +
        'eval instant at 4m increase(c_total[3m])\n {} 180\n' +
        ` expect warn msg: PromQL warning: ${text} "c_total"`,
    );
  });
});
