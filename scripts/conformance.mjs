/**
 * `npm run conformance -- [DIR…]` runs Prometheus' PromQL test scripts (`*.test`) of directories
 * against our engine; by default those beside this checkout. What it prints, conformance/main.ts
 * says.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const BESIDE = resolve(ROOT, '../shared/conformance/promql');

const given = process.argv.slice(2);
const paths = given.length > 0 ? given : [BESIDE];
const absent = paths.find((path) => !existsSync(path));
if (absent !== undefined) {
  process.stderr.write(`usage: npm run conformance -- DIR…; there is no ${absent}\n`);
  process.exit(2);
}
const main = join(ROOT, 'dist/conformance/main.js');
const { status } = spawnSync(process.execPath, [main, ...paths], { stdio: 'inherit' });
process.exit(status ?? 1);
