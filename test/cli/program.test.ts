import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Output } from '../../cli/output.js';
import { run } from '../../cli/program.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { scratchFile, scratchFolder } from '../support/scratch.js';

const SMALL = join(__dirname, '../fixtures/small');
const COMMANDS = [
  'list',
  'analyze',
  'dump',
  'dump-openmetrics',
  'query-series',
  'compact',
  'clean-tombstones',
  'repair',
  'verify',
  'demo',
] as const;
/** Those that want to know more than a directory. */
const OTHER_COMMANDS = ['retention', 'delete', 'snapshot'] as const;

interface Outcome {
  readonly code: number;
  readonly text: string;
  readonly messages: readonly string[];
}

async function ran(...argv: string[]): Promise<Outcome> {
  const terminal = new CapturedTerminal();
  const code = await run(argv, terminal);
  return { code, text: await terminal.text(), messages: terminal.messages };
}

describe('the command line', () => {
  it('explains itself', async () => {
    const { code, text } = await ran('--help');
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(text).toContain(`\n  ${command} `);
    expect(text).toContain('Exit codes:');
    expect((await ran('--version')).text).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([...COMMANDS, ...OTHER_COMMANDS])(
    '%s has help, which docs/cli.md shows flag by flag',
    async (command) => {
      const { code, text } = await ran(command, '--help');
      expect(code).toBe(0);
      const page = readFileSync(join(__dirname, '../../docs/cli.md'), 'utf8');
      expect(page).toContain(`mmtsdb ${command}`);
      for (const [flag] of text.matchAll(/--[a-z][a-z-]+/g)) expect(page).toContain(flag);
    },
  );

  it.each([
    [['list', SMALL], /^BLOCK ULID/],
    [['list', '-r', SMALL], /2026-11-23/],
    [['list', '--json', SMALL], /^\[\{"ulid"/],
    [['analyze', SMALL, '--limit', '1'], /^Block ID: 01M83CFB1HWP2R8SF2X838TXJG/],
    [['analyze', SMALL, '01M82XPDDWV9ZH2ZB9XFH3VDGZ', '--extended'], /Compaction analysis/],
    [['dump', SMALL, '--match', 'rw_churn', '--match={job="none"}'], /^\{__name__="rw_churn"/],
    [['dump', SMALL, '--format=seriesjson', '--sandbox-dir-root', '/x'], /^\{"__name__":/],
    [['dump', SMALL, '--min-time', '-5', '--max-time=-3'], /^$/],
    [['dump-openmetrics', SMALL, '--match=rw_churn'], /^rw_churn\{[^]*\n# EOF\n$/],
    [['query-series', SMALL, 'rw_special', '--match', 'rw_churn', '--limit=1'], /^rw_churn/],
    [['verify', SMALL, '--io', 'pread'], /note/],
    [['demo', SMALL, '-q'], /Try next/],
  ])('runs %j', async (argv, output) => {
    const { code, text } = await ran(...argv);
    expect(code).toBe(0);
    expect(text).toMatch(output);
  });

  it.each([
    [['frobnicate'], /unknown command/],
    [['list', '--frobnicate'], /unknown option/],
    [['list', SMALL, SMALL], /too many arguments/],
    [['list', '--io', 'x'], /Allowed choices are auto, mmap, pread/],
    [['dump', '--format', 'x'], /Allowed choices are prom, seriesjson, openmetrics/],
    [['dump', '--min-time', 'x'], /whole number of ms/],
    [['dump', '--json', '--format', 'prom'], /cannot be used with/],
    [['analyze', '--limit', '-1'], /whole number/],
    [['dump', SMALL, '--match', '{'], /parse error/],
  ])('%j is a wrong command line: exit code 2', async (argv, message) => {
    const { code, text, messages } = await ran(...argv);
    expect(code).toBe(2);
    expect(text).toBe('');
    expect(messages.join('\n')).toMatch(message);
  });

  it.each(COMMANDS)(
    '%s fails with one clear line where there is nothing to read',
    async (command) => {
      const missing = join(scratchFolder(), 'none');
      const places: [string, RegExp][] = [
        [missing, /no such file or directory/],
        [scratchFile(new Uint8Array(1)), /not a directory/],
        [scratchFolder(), /empty|no block/],
      ];
      for (const [place, message] of places) {
        const { code, text, messages } = await ran(command, place);
        expect(code).toBe(1);
        expect(text).toBe('');
        expect(messages).toHaveLength(1);
        expect(messages[0]).toMatch(message);
        expect(messages[0]).toContain(place);
      }
    },
  );

  it('ends quietly when its reader goes away', async () => {
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(gone) });
    const terminal = Object.assign(new CapturedTerminal(), { out: new Output(stream) });
    expect(await run(['dump', SMALL], terminal)).toBe(0);
    expect(terminal.messages).toEqual([]);
  });

  it('says why it cannot write', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(full) });
    const terminal = Object.assign(new CapturedTerminal(), { out: new Output(stream) });
    expect(await run(['dump', SMALL], terminal)).toBe(1);
    expect(terminal.messages).toEqual(['mmtsdb: ENOSPC: no space left on device, write']);
  });

  it('does not take a bug for a failure', async () => {
    const terminal = new CapturedTerminal();
    jest.spyOn(terminal.out, 'write').mockImplementation(() => {
      throw new TypeError('x is not a function');
    });
    await expect(run(['list', SMALL], terminal)).rejects.toThrow(TypeError);
  });
});
