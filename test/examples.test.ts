/** The programs in `examples/` run as they are, against the built package and the data it ships. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.mjs'));

describe('an example', () => {
  it('finds the built package', () => {
    expect(existsSync(join(ROOT, 'dist/tsdb/db.js'))).toBe(true);
    expect(EXAMPLES.length).toBeGreaterThan(0);
  });

  it.each(EXAMPLES)('%s runs and prints something', (name) => {
    const program = join('examples', name);
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trim().length).toBeGreaterThan(20);
  });
});
