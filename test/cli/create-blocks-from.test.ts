/** `create-blocks-from`: its flags, its table, its messages. What it makes is compared in interop. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../cli/program.js';
import { openReadOnly } from '../../tsdb/db.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { scratchFile, scratchFolder } from '../support/scratch.js';

const TEXT = Buffer.from('a 1 1\na 2 2\n{"b c"} NaN 86400.5\n# EOF\n');

interface Outcome {
  readonly code: number;
  readonly text: string;
  readonly messages: readonly string[];
}

async function ran(...argv: string[]): Promise<Outcome> {
  const terminal = new CapturedTerminal();
  const code = await run(['create-blocks-from', ...argv], terminal);
  return { code, text: await terminal.text(), messages: terminal.messages };
}

/** Lines with all ULIDs made equal. */
function lines(text: string): string[] {
  return text.replace(/01[0-9A-Z]{24}/g, 'U'.repeat(26)).split('\n');
}

const ULID = 'U'.repeat(26);

describe('create-blocks-from openmetrics', () => {
  it('prints the first block below the titles, each further one for itself', async () => {
    const out = join(scratchFolder(), 'new');
    const { code, text, messages } = await ran('openmetrics', scratchFile(TEXT), out);
    expect([code, messages]).toEqual([0, []]);
    const [titles, first, second, end] = lines(text);
    expect(titles).toMatch(/^BLOCK ULID {18}MIN TIME {5}MAX TIME {5}DURATION/);
    expect(first).toMatch(
      new RegExp(`^${ULID}  1000         2001         1\\.001s       2 {12}1 {12}1 {12}\\d+$`),
    );
    expect(second).toMatch(
      new RegExp(`^${ULID}  86400500     86400501     1ms          1 {12}1 {12}1 {12}\\d+$`),
    );
    expect(end).toBe('');
    expect(readdirSync(out)).toHaveLength(2);
  });

  it.each([
    ['-r', 'openmetrics'],
    ['openmetrics', '-r'],
  ])('takes its flags on both sides of the format: %s %s', async (...argv) => {
    const { code, text } = await ran(...argv, scratchFile(TEXT), scratchFolder());
    expect(code).toBe(0);
    expect(text).toContain('1970-01-01 00:00:01 +0000 UTC');
  });

  it('keeps quiet, or speaks JSON', async () => {
    const quiet = await ran('-q', 'openmetrics', scratchFile(TEXT), scratchFolder());
    expect(quiet).toEqual({ code: 0, text: '', messages: [] });
    const json = await ran('openmetrics', scratchFile(TEXT), scratchFolder(), '--json');
    expect(JSON.parse(json.text)).toMatchObject([{ minTime: 1000 }, { minTime: 86_400_500 }]);
  });

  it('makes longer blocks, with more labels', async () => {
    const out = scratchFolder();
    const argv = ['--label', 'x=1', '--label=y=2', '--max-block-duration', '54h'];
    const { text } = await ran('openmetrics', ...argv, scratchFile(TEXT), out);
    expect(lines(text)).toHaveLength(3);
    const db = await openReadOnly(out);
    const seen: unknown[] = [];
    for await (const { labels } of db.select([])) seen.push(labels.toJSON());
    await db.close();
    expect(seen).toEqual([
      { __name__: 'a', x: '1', y: '2' },
      { __name__: 'b c', x: '1', y: '2' },
    ]);
  });

  it('reads a pipe', async () => {
    const path = join(scratchFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', `printf 'a 1 1\\n# EOF\\n' > '${path}'`]);
    const exited = once(writer, 'exit');
    const { code, text } = await ran('openmetrics', path, scratchFolder());
    await exited;
    expect(code).toBe(0);
    expect(lines(text)).toHaveLength(3);
  });

  it('names the line that it cannot read, and makes nothing', async () => {
    const input = scratchFile(Buffer.from('a 1 1\na 2 x\n# EOF\n'));
    const out = join(scratchFolder(), 'new');
    const { code, text, messages } = await ran('openmetrics', input, out);
    expect([code, text]).toEqual([1, '']);
    expect(messages).toEqual([`mmtsdb: ${input}:2: a timestamp is no number: "x"`]);
    expect(existsSync(out)).toBe(false);
  });

  it('prints the blocks that it made before it failed', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => `m ${i} ${7200 + i}`).join('\n');
    const input = scratchFile(Buffer.from(`m 1 1\n${many}\nm 1 7205\n# EOF\n`));
    const out = scratchFolder();
    const { code, text, messages } = await ran('openmetrics', input, out);
    expect(code).toBe(1);
    expect(lines(text)).toHaveLength(3);
    expect(messages[0]).toContain(':5002: out of order sample');
    expect(readdirSync(out)).toHaveLength(1);
  });

  it('says what it left out before the first block', async () => {
    const input = scratchFile(Buffer.from('a 1 -7201\na 2 -1\n# EOF\n'));
    const { code, text, messages } = await ran('openmetrics', input, scratchFolder());
    expect(code).toBe(1);
    expect(lines(text)).toHaveLength(3);
    expect(messages).toEqual([
      'mmtsdb: 1 samples were left out: they lie before 1969-12-31 22:00:00 +0000 UTC, ' +
        'where the first block begins, as promtool lays it',
    ]);
  });

  it.each<[string[], number, RegExp]>([
    [['openmetrics'], 2, /missing required argument/],
    [['rules', 'x'], 2, /unknown command/],
    [['openmetrics', 'x', '--label', 'y'], 2, /It is name=value/],
    [['openmetrics', 'x', '--max-block-duration', '2'], 2, /a number with a unit/],
    [['openmetrics', '/no/such/file'], 1, /cannot open \/no\/such\/file: no such file/],
    [['openmetrics', '/'], 1, /cannot read \/: is a directory/],
  ])('%j ends with %d', async (argv, wanted, message) => {
    const { code, messages } = await ran(...argv);
    expect(code).toBe(wanted);
    expect(messages.join('\n')).toMatch(message);
  });

  it('says when a file is where the blocks should go', async () => {
    const out = join(scratchFolder(), 'file');
    writeFileSync(out, '');
    const { code, messages } = await ran('openmetrics', scratchFile(TEXT), out);
    expect(code).toBe(1);
    expect(messages[0]).toMatch(/cannot make the directory .*file: it exists already/);
  });
});
