/** What is published: doors that lead somewhere, with types, and nothing that is not needed. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const BYTES_MAX = 4 * 1024 * 1024;

interface Door {
  readonly types: string;
  readonly default: string;
}

const { exports: doors, bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Record<string, Door | string>;
  bin: Record<string, string>;
};

function packed(): { files: { path: string }[]; unpackedSize: number } {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8' });
  return (JSON.parse(stdout) as ReturnType<typeof packed>[])[0];
}

describe('the package', () => {
  it('has doors that are there, each with its types first', () => {
    for (const door of Object.values(doors)) {
      if (typeof door === 'string') continue;
      expect(Object.keys(door)[0]).toBe('types');
      for (const path of Object.values(door) as string[]) {
        expect({ path, exists: existsSync(join(ROOT, path)) }).toEqual({ path, exists: true });
      }
    }
    for (const path of Object.values(bin)) {
      expect(readFileSync(join(ROOT, path), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    }
  });

  it('holds what runs and its pages, and no tests, maps or benchmarks', () => {
    const { files, unpackedSize } = packed();
    const paths = files.map(({ path }) => path);
    const wanted = ['README.md', 'LICENSE', 'docs/operations.md', 'dist/compact/job-worker.js'];
    for (const path of wanted) expect(paths).toContain(path);
    const folders = [...new Set(paths.map((path) => path.split('/')[0]))];
    const pages = ['ARCHITECTURE.md', 'CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
    expect(folders.sort()).toEqual([...pages, 'dist', 'docs'].sort());
    expect(
      paths.filter((path) => /\.map$|\.tsbuildinfo$|^dist\/(bench|test)\//.test(path)),
    ).toEqual([]);
    expect(unpackedSize).toBeLessThan(BYTES_MAX);
  });
});
