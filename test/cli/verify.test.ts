import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verify } from '../../cli/verify.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { scratchFolder } from '../support/scratch.js';

const SMALL = join(__dirname, '../fixtures/small');
const BLOCK = '01M83CFB14VFVT9VDJ1EFZ8FCE';

function damaged(): string {
  const dir = join(scratchFolder(), 'data');
  cpSync(SMALL, dir, { recursive: true });
  const path = join(dir, BLOCK, 'chunks/000001');
  const bytes = readFileSync(path);
  bytes[20] ^= 1;
  writeFileSync(path, bytes);
  return dir;
}

describe('verify', () => {
  it('of a sound directory prints notes only, counts, and succeeds', async () => {
    const terminal = new CapturedTerminal();
    expect(await verify(SMALL, {}, terminal)).toBe(0);
    expect(await terminal.lines()).toEqual([
      `${SMALL}/wal: note: 46 entries of series that the log does not know`,
    ]);
    expect(terminal.messages).toEqual([
      '7 blocks (175 series, 564 chunks, 18866 samples), 0 head chunks, 986 log records: ' +
        'nothing is damaged',
    ]);
  });

  it('of a damaged one prints findings by file and offset, and fails', async () => {
    const dir = damaged();
    const terminal = new CapturedTerminal();
    expect(await verify(dir, { quiet: true }, terminal)).toBe(1);
    const lines = await terminal.lines();
    expect(lines[0]).toMatch(new RegExp(`^${dir}/${BLOCK}/chunks/000001:8: chunk checksum is`));
    expect(lines.some((line) => line.includes('note:'))).toBe(false);
    expect(terminal.messages).toEqual([]);
  });

  it('as JSON prints a finding a line, and the counts at the end', async () => {
    const terminal = new CapturedTerminal();
    expect(await verify(damaged(), { json: true, io: 'pread' }, terminal)).toBe(1);
    const lines = (await terminal.lines()).map((line) => JSON.parse(line) as object);
    expect(lines[0]).toMatchObject({ severity: 'damage', offset: 8 });
    expect(lines.at(-1)).toMatchObject({ counts: { blocks: 7 }, damages: 3 });
    expect(terminal.messages).toEqual([]);
  });
});
