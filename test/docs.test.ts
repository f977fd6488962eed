/** What the pages for readers claim: links lead somewhere, and the example of the README runs. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import * as errors from '../model/errors.js';
import { settingsOf } from '../tsdb/database-options.js';

const ROOT = resolve(__dirname, '..');
const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** The headings of a page, as links name them. */
function headingsOf(page: string): string[] {
  const headings = [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-'),
  );
}

/** Runs a program as it stands, against the built package; what it prints. */
function run(program: string): string {
  const args = ['--input-type=module', '--eval', program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

describe('the pages', () => {
  it.each(PAGES)('%s links to what is there', (page) => {
    const links = [...textOf(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link]) => link);
    const files = links.filter((link) => !/^[a-z]+:/.test(link));
    const dead = files.filter((link) => !existsSync(join(ROOT, dirname(page), link)));
    expect(dead).toEqual([]);
  });

  it.each(PAGES)('%s links to headings that are there', (page) => {
    const links = [...textOf(page).matchAll(/\]\(([^)#\s:]*)#([^)]+)\)/g)];
    const dead = links.filter(([, file, heading]) => {
      const target = file === '' ? page : join(dirname(page), file);
      return !headingsOf(target).includes(heading);
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  it.each(PAGES)('%s names npm scripts that exist', (page) => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = [...textOf(page).matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('docs/api.md', () => {
  const programs = [...textOf('docs/api.md').matchAll(/```js\n([^]*?)```/g)];

  it.each(programs.map(([, program]) => [program.split('\n')[0], program]))('%s…', (_, program) => {
    const dir = mkdtempSync(join(tmpdir(), 'mmtsdb-api-'));
    const onScratch = program.replace(`'data'`, JSON.stringify(join(dir, 'data')));
    run(onScratch.replace('/var/lib/prometheus', 'test/fixtures/live'));
    rmSync(dir, { recursive: true });
  });
});

describe('docs/cli.md', () => {
  it('has every command of the program', () => {
    const args = [join(ROOT, 'dist/cli/main.js'), '--help'];
    const help = spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout;
    const list = /\nCommands:\n([^]*?)\n\n/.exec(help)?.[1] ?? '';
    const commands = [...list.matchAll(/^ {2}([a-z][\w-]+) /gm)].map(([, name]) => name);
    expect(commands.length).toBeGreaterThan(15);
    const page = textOf('docs/cli.md');
    const absent = commands.filter((name) => !page.includes(`\n## mmtsdb ${name}`));
    expect(absent).toEqual(['help']);
  });
});

describe('docs/operations.md', () => {
  const page = textOf('docs/operations.md');

  /** The cells of the table below a heading, row by row, without its head. */
  function tableBelow(heading: string): string[][] {
    const section = page.split(`\n## ${heading}\n`)[1].split('\n## ')[0];
    const rows = section.split('\n').filter((line) => line.startsWith('|'));
    return rows.slice(2).map((row) => row.split('|').map((cell) => cell.trim().replace(/`/g, '')));
  }

  it('has every error, with its code', () => {
    const source = textOf('model/errors.ts');
    const classes = [...source.matchAll(/class (\w+) extends[^]*?\n}/g)].flatMap(([text, name]) => {
      const code = /code(?:: [^=]*)? = '(\w+)'/.exec(text)?.[1];
      return code === undefined ? [] : [`${code} ${name}`];
    });
    const documented = tableBelow('Errors').map(([, code, name]) => `${code} ${name}`);
    expect(documented).toEqual([...classes].sort());
    for (const [, , name] of tableBelow('Errors')) expect(errors).toHaveProperty(name);
  });

  it('has every option, and what 0 means', () => {
    const source = textOf('tsdb/database-options.ts');
    const fields = /interface DatabaseOptions {([^]*?)\n}/.exec(source)?.[1] ?? '';
    const names = [...fields.matchAll(/readonly (\w+)\?:/g)].map(([, name]) => name);
    const table = tableBelow('Options');
    expect(table.map(([, name]) => name).sort()).toEqual([...names].sort());
    const absent = settingsOf({});
    for (const [, name, , zero] of table) {
      const set = (): unknown => settingsOf({ [name]: 0 });
      if (zero === 'refused') expect(set).toThrow(`option ${name} is`);
      else if (zero === 'as absent') expect(set()).toEqual(absent);
      else expect(set()).toEqual({ ...absent, [name]: 0, maxBlockDurationMs: expect.any(Number) });
    }
  });
});

describe('the README', () => {
  const [writing, reading] = [...textOf('README.md').matchAll(/```js\n([^]*?)```/g)].map(
    ([, program]) => program,
  );

  it('has an example that appends, queries and compacts, again and again, as it stands', () => {
    const dir = mkdtempSync(join(tmpdir(), 'mmtsdb-readme-'));
    const program = writing.replace('data/readme', join(dir, 'data'));
    for (const word of ['append(', 'query(', 'compact(', dir]) expect(program).toContain(word);
    const printed = /console\.log\(.*\/\/ (.*)\n/.exec(program)?.[1];
    for (const text of [run(program), run(program)]) expect(text).toBe(`${printed}\n`);
    rmSync(dir, { recursive: true });
  });

  it('has an example of reading that runs as it stands, on the data that is shipped', () => {
    const data = '/var/lib/prometheus';
    expect(reading).toContain(data);
    expect(run(reading.replace(data, 'test/fixtures/live'))).toContain('samples');
  });

  it('names commands that the program has', () => {
    const commands = [...textOf('README.md').matchAll(/npx mmtsdb ([\w-]+)/g)].map(
      ([, name]) => name,
    );
    expect(commands.length).toBeGreaterThan(3);
    for (const command of new Set(commands)) {
      const args = [join(ROOT, 'dist/cli/main.js'), command, '--help'];
      const { status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      expect({ command, status }).toEqual({ command, status: 0 });
    }
  });
});
