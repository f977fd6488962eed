/**
 * `npm run bench -- NAME [options]` runs bench/NAME.bench.ts, built by setup.mjs just before, in a
 * process of its own with the garbage collector exposed, so that memory is measured after it ran.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const BENCHES = resolve(dirname(fileURLToPath(import.meta.url)), '../dist/bench');
const SUFFIX = '.bench.js';

const [name, ...options] = process.argv.slice(2);
const file = join(BENCHES, `${name}${SUFFIX}`);
if (name === undefined || !existsSync(file)) {
  const names = readdirSync(BENCHES).filter((entry) => entry.endsWith(SUFFIX));
  const known = names.map((entry) => entry.slice(0, -SUFFIX.length)).join(', ');
  process.stderr.write(`usage: npm run bench -- NAME [options]; NAME is one of: ${known}\n`);
  process.exit(2);
}
const { status } = spawnSync(process.execPath, ['--expose-gc', file, ...options], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
