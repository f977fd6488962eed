import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from '../../cli/exit-codes.js';

it('the documentation has every exit code', () => {
  const page = readFileSync(join(__dirname, '../../docs/cli.md'), 'utf8');
  const documented = [...page.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  expect(documented).toEqual([EXIT_OK, EXIT_FAILURE, EXIT_USAGE]);
});
