/**
 * `npm run conformance -- DIR…` runs the scripts (`*.test`) of directories, or single scripts: for
 * each how many evaluations passed, failed and were skipped, and of each failure where it is, what
 * was wanted and what came. Ends with 1 if one failed or none ran.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Outcome, runScript } from './runner.js';

const paths = process.argv.slice(2).flatMap(scriptsIn);
const total = { passed: 0, failed: 0, skipped: 0 };
for (const path of paths) report(path, await runScript(readFileSync(path, 'utf8')));
process.stdout.write(`${summary(total)}\n`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function scriptsIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith('.test'));
  return names.sort().map((name) => join(path, name));
}

function report(path: string, outcomes: readonly Outcome[]): void {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, line, query, reason } of outcomes) {
    counts[status]++;
    total[status]++;
    if (status !== 'failed') continue;
    process.stdout.write(`FAILED ${path}:${line}: ${query}\n${indented(reason)}\n`);
  }
  const why = counts.skipped > 0 ? ' (native histograms)' : '';
  process.stdout.write(`${basename(path)}: ${summary(counts)}${why}\n`);
}

function summary({ passed, failed, skipped }: typeof total): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
