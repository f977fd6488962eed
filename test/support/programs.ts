/** Programs that run beside the tests, on loopback ports, and end with the tests of a file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../model/errors.js';

const POLL_MS = 100;

const running = new Set<Program>();

afterAll(async () => {
  for (const program of running) await program.end('SIGKILL');
});

export class Program {
  readonly pid: number;
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private messages = '';

  constructor(path: string, args: readonly string[]) {
    this.child = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.exited = once(this.child, 'exit');
    this.child.stderr?.on('data', (text: Buffer) => {
      this.messages += text.toString();
    });
    if (this.child.pid === undefined) throw new Error(`${path} does not start`);
    this.pid = this.child.pid;
    running.add(this);
  }

  /** Waits until `url` answers with 200. */
  async ready(url: string): Promise<void> {
    await until(`${url} answers`, async () => {
      if (this.child.exitCode !== null) throw new Error(`it ended:\n${this.messages}`);
      try {
        return (await fetch(url)).ok;
      } catch (error) {
        // Nobody listens yet.
        if (messageOf(error).endsWith('fetch failed')) return false;
        throw error;
      }
    });
  }

  /** Ends the program, or finds it ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.exited;
    running.delete(this);
  }

  /** Runs `action` while the program stands still. */
  async frozen<T>(action: () => Promise<T>): Promise<T> {
    this.child.kill('SIGSTOP');
    try {
      const state = (): string => readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1][0];
      await until('it stands still', () => Promise.resolve(state() === 'T'));
      return await action();
    } finally {
      this.child.kill('SIGCONT');
    }
  }
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Asks again and again until `condition` holds; fails with `what` after `timeoutMs`. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  timeoutMs = 120_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(POLL_MS);
  }
}
