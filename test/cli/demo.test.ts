import { join } from 'node:path';
import { demo } from '../../cli/demo.js';
import { CapturedTerminal } from '../support/captured-terminal.js';

it('the demo shows blocks, top metrics, some series, and what to try next', async () => {
  const dir = join(__dirname, '../fixtures/small');
  const terminal = new CapturedTerminal({ isInteractive: true });
  expect(await demo(dir, {}, terminal)).toBe(0);
  const text = await terminal.text();
  expect(text).toMatch(/^.*: 7 blocks and the head, \d+ series, opened read-only in \d+ ms\n/);
  expect(text).toContain('01M83CFB1HWP2R8SF2X838TXJG  2026-11-23 04:54:00 +0000 UTC');
  expect(text).toMatch(/Metrics with the most series:\n +\d+ rw_requests_total\n/);
  expect(text).toMatch(/A few series:\n\w+\{.*\}\n {2}[▁▂▃▄▅▆▇█ ]+\n {2}\d+ samples/);
  expect(text).toContain(`verify ${dir}\n`);
  expect(terminal.messages).toEqual([]);
});
