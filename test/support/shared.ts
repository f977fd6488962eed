/**
 * The folder beside a developer's checkout with golden vectors, recorded data directories and
 * conformance suites. A user's clone has none: what needs it is skipped there, with the reason
 * printed, and never under CI (`.ci/run` sets CI=true). `MMTSDB_SHARED` names another folder: CI
 * names one that is absent, to see that such a clone passes.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(process.env.MMTSDB_SHARED ?? join(__dirname, '../../../shared'));

export const hasShared = existsSync(ROOT);

/** The path of a shared file or folder. */
export function shared(...parts: string[]): string {
  return join(ROOT, ...parts);
}

/** `describe` for tests that need the shared folder. */
export function describeShared(name: string, body: () => void): void {
  if (hasShared || process.env.CI === 'true') {
    describe(name, body);
  } else {
    process.stderr.write(`skipped: ${name}: the folder ../shared is not beside this checkout\n`);
    // Not the body: what it reads to make its tests is not there.
    describe.skip(name, () => it('needs the folder', () => expect(hasShared).toBe(true)));
  }
}
