import { Writable } from 'node:stream';
import { startProgress } from '../../cli/progress.js';
import type { Terminal } from '../../cli/terminal.js';
import { CapturedTerminal } from '../support/captured-terminal.js';

/** Looks like a terminal to the progress bar. */
class FakeTty extends Writable {
  readonly isTTY = true;
  readonly columns = 80;
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  cursorTo(): void {}
  moveCursor(): void {}
  clearLine(): void {}
}

describe('a progress bar', () => {
  let now = 0;

  beforeEach(() => {
    now = 1_000_000;
    jest.spyOn(Date, 'now').mockImplementation(() => now);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  async function run(quiet: boolean | undefined, tookMs: number): Promise<string> {
    const stream = new FakeTty();
    const terminal: Terminal = Object.assign(new CapturedTerminal(), { progressStream: stream });
    const progress = await startProgress(terminal, 'reading', quiet);
    for (let done = 0; done <= 10; done++) {
      progress.update(done, 10);
      now += tookMs / 10;
    }
    progress.update(10, 10);
    progress.stop();
    progress.stop();
    return stream.text;
  }

  it('is not drawn for work of less than a second', async () => {
    expect(await run(undefined, 900)).toBe('');
  });

  it('is drawn for longer work', async () => {
    const text = await run(undefined, 5000);
    expect(text).toContain('reading');
    expect(text).toMatch(/\d+%/);
  });

  it('is not drawn where nobody looks, or where quiet was asked for', async () => {
    expect(await run(true, 5000)).toBe('');
    const progress = await startProgress(new CapturedTerminal(), 'reading', false);
    progress.update(1, 2);
    progress.stop();
  });
});
