/** A terminal for tests: keeps what a command prints and says. */
import { Writable } from 'node:stream';
import { Output } from '../../cli/output.js';
import type { Terminal } from '../../cli/terminal.js';

export interface CapturedOptions {
  readonly isInteractive?: boolean;
  readonly columns?: number;
}

export class CapturedTerminal implements Terminal {
  readonly out: Output;
  readonly isInteractive: boolean;
  readonly columns: number;
  readonly progressStream = null;
  /** Lines on standard error. */
  readonly messages: string[] = [];
  private readonly chunks: Buffer[] = [];

  constructor({ isInteractive = false, columns = 80 }: CapturedOptions = {}) {
    this.isInteractive = isInteractive;
    this.columns = columns;
    const { chunks } = this;
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(Buffer.from(chunk));
        done();
      },
    });
    this.out = new Output(stream);
  }

  message(line: string): void {
    this.messages.push(line);
  }

  /** All that was printed so far. */
  async bytes(): Promise<Buffer> {
    await this.out.flush();
    return Buffer.concat(this.chunks);
  }

  async text(): Promise<string> {
    return (await this.bytes()).toString('utf8');
  }

  async lines(): Promise<string[]> {
    return (await this.text()).split('\n').filter((line) => line !== '');
  }
}
