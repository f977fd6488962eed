/**
 * What `.ci/run` does: installs, builds and brings the peers, then lints, checks types and formats,
 * runs the tests, the interop suite and Prometheus' PromQL scripts, and packs the package. Each
 * test and each evaluation of a script counts, and each other stage counts as one. Ends with the
 * line `N passed, N failed, N skipped`, and with 1 if anything failed. A stage that others need
 * ends the run when it fails.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const SCRATCH = mkdtempSync(join(tmpdir(), 'mmtsdb-ci-'));
const SCRIPTS = '../shared/conformance/promql';
const JEST = 'node_modules/jest/bin/jest.js';
/** Whatever needs that folder imports this. */
const SHARED_DOOR = 'test/support/shared.ts';

const total = { passed: 0, failed: 0, skipped: 0 };
const timings = [];

try {
  runAll();
} finally {
  rmSync(SCRATCH, { recursive: true });
}
for (const { name, seconds, ok } of timings) {
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${ok ? 'ok    ' : 'FAILED'}  ${name}`);
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function runAll() {
  if (!check('install', 'npm', ['ci', '--no-audit', '--no-fund'])) return;
  if (!check('build', 'node', ['scripts/setup.mjs'])) return;
  check('peers', 'npm', ['run', '--silent', 'peers']);
  check('lint', 'npm', ['run', '--silent', 'lint']);
  check('types', 'npm', ['run', '--silent', 'types']);
  check('package', 'npm', ['pack', '--dry-run', '--ignore-scripts', '--silent']);
  // By itself jest leaves a core to others.
  suite('tests', ['--maxWorkers=100%']);
  check('tests without ../shared', 'node', [JEST, '--findRelatedTests', SHARED_DOOR], {
    MMTSDB_SHARED: join(SCRATCH, 'absent'),
    CI: '',
  });
  suite('interop', ['--config', 'jest.interop.config.mjs']);
  conformance();
}

/** A stage that passes or fails as one. */
function check(name, command, args, env = {}) {
  const ok = timed(name, () => run(command, args, 'inherit', env) === 0);
  total[ok ? 'passed' : 'failed']++;
  return ok;
}

/** A jest run, of which each test counts; one that ends without a report fails. */
function suite(name, args) {
  const report = join(SCRATCH, `${name}.json`);
  timed(name, () => {
    // What jest prints beside its report goes to stderr.
    const status = run('node', [JEST, '--json', `--outputFile=${report}`, ...args], 'ignore');
    const counts = countsOf(report);
    total.passed += counts.passed;
    total.skipped += counts.skipped;
    // A suite that does not load has no tests to count; nor may jest fail for an uncounted reason.
    total.failed += Math.max(counts.failed, status === 0 ? 0 : 1);
    return status === 0;
  });
}

/** Prometheus' PromQL scripts, of which each evaluation counts. */
function conformance() {
  if (!existsSync(join(ROOT, SCRIPTS))) {
    console.log(`--- conformance: skipped, for there is no ${SCRIPTS}`);
    return;
  }
  timed('conformance', () => {
    const args = ['scripts/conformance.mjs', SCRIPTS];
    const { stdout, status } = spawnSync('node', args, { cwd: ROOT, encoding: 'utf8' });
    process.stdout.write(stdout);
    const counts = /(\d+) passed, (\d+) failed, (\d+) skipped\n$/.exec(stdout) ?? [0, 0, 1, 0];
    total.passed += Number(counts[1]);
    total.failed += Number(counts[2]);
    total.skipped += Number(counts[3]);
    return status === 0;
  });
}

function countsOf(report) {
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch (error) {
    console.error(`no report: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

function run(command, args, stdout = 'inherit', env = {}) {
  const stdio = ['ignore', stdout, 'inherit'];
  const options = { cwd: ROOT, stdio, env: { ...process.env, ...env } };
  const { status, error } = spawnSync(command, args, options);
  if (error) console.error(`${command}: ${error.message}`);
  return status ?? 1;
}

function timed(name, action) {
  console.log(`--- ${name}`);
  const start = performance.now();
  const ok = action();
  timings.push({ name, seconds: (performance.now() - start) / 1000, ok });
  return ok;
}
