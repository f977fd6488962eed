/** The programs in `examples/` run as they are, against the built package and the data it ships. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.mjs'));
/** Those that write where they are told to. */
const WRITING = ['import-csv.mjs', 'quick-start.mjs', 'record-process.mjs'];

const scratch = mkdtempSync(join(tmpdir(), 'mmtsdb-examples-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('an example', () => {
  it('finds the built package', () => {
    expect(existsSync(join(ROOT, 'dist/tsdb/db.js'))).toBe(true);
    expect(EXAMPLES.length).toBeGreaterThan(0);
  });

  it.each(EXAMPLES)('%s runs, also where it ran before, and prints something', (name) => {
    const args = WRITING.includes(name) ? [join(scratch, name)] : [];
    for (const run of args.length > 0 ? [1, 2] : [1]) {
      const program = [join('examples', name), ...args];
      const { status, stdout, stderr } = spawnSync(process.execPath, program, {
        cwd: ROOT,
        encoding: 'utf8',
        timeout: 60_000,
      });
      expect({ run, status, stderr }).toEqual({ run, status: 0, stderr: '' });
      expect(stdout.trim().length).toBeGreaterThan(20);
    }
  });
});
