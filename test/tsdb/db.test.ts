/** The package's door: what importing it loads, and that it opens databases. */
import { spawnSync } from 'node:child_process';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as door from '../../tsdb/db.js';

const ROOT = resolve(__dirname, '../..');
const FIXTURE = join(ROOT, 'test/fixtures/small');

/** Imports `specifier` in a process of its own; the files that this loads, and what `then` adds. */
function loadedBy(specifier: string, then = ''): string[] {
  const program = `
    import { createRequire, register } from 'node:module';
    const hooks = 'export function load(url, context, next) {' +
      ' process._rawDebug(url); return next(url, context); }';
    register('data:text/javascript,' + encodeURIComponent(hooks));
    const door = await import(${JSON.stringify(specifier)});
    ${then}
    for (const path of Object.keys(createRequire(import.meta.url).cache)) {
      process._rawDebug('file://' + path);
    }`;
  const args = ['--input-type=module', '--eval', program];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  const files = stderr.split('\n').filter((line) => line.startsWith('file://'));
  return [...new Set(files.map((url) => relative(ROOT, fileURLToPath(url))))].sort();
}

describe('importing the package', () => {
  it('loads words and errors, and no database, server, command line, query language or addon', () => {
    const loaded = loadedBy('mmtsdb');
    expect(loaded).toContain('dist/tsdb/db.js');
    const others = loaded.filter((path) => !path.startsWith('dist/model/'));
    expect(others).toEqual(['dist/tsdb/db.js']);
    expect(loaded.length).toBeLessThan(25);
  });

  it('loads neither server, command line nor query language when a database is opened', () => {
    const open = `await (await door.openReadOnly(${JSON.stringify(FIXTURE)})).close();`;
    const rooms = loadedBy('mmtsdb', open).map((path) => path.split('/').slice(0, 2).join('/'));
    expect(rooms).toContain('dist/kernel');
    for (const room of ['cli', 'api', 'promql']) expect(rooms).not.toContain(`dist/${room}`);
    expect(rooms).not.toContain('node_modules/re2js');
  });
});

describe('the door', () => {
  it('opens a directory for reading, and lists its blocks', async () => {
    const db = await door.openReadOnly(FIXTURE);
    const { blocks, problems } = await door.listBlocks(FIXTURE);
    expect(blocks.map(({ meta }) => meta)).toEqual(db.blocks().map(({ meta }) => meta));
    expect(problems).toEqual([]);
    await db.close();
  });
});
