import { join } from 'node:path';
import { openDatabase } from '../../cli/open.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { scratchFolder } from '../support/scratch.js';

it('opens with the flags given, and tells of fallbacks and damage as warnings', async () => {
  const dir = join(__dirname, '../fixtures/small');
  const terminal = new CapturedTerminal();
  await using db = await openDatabase(dir, { io: 'pread' }, terminal, 'server');
  expect(db.blocks()).toHaveLength(7);
  expect(terminal.messages).toEqual([]);
});

it('fails with one line for what is no data directory', async () => {
  const terminal = new CapturedTerminal();
  const open = (dir: string): Promise<unknown> => openDatabase(dir, {}, terminal, 'server');
  await expect(open(join(scratchFolder(), 'none'))).rejects.toThrow(/^cannot .*no such file/);
  await expect(open(scratchFolder())).rejects.toThrow(/empty/);
});
