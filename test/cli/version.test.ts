import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../cli/version.js';

it("is package.json's", () => {
  const text = readFileSync(join(__dirname, '../../package.json'), 'utf8');
  expect(VERSION).toBe((JSON.parse(text) as { version: string }).version);
});
