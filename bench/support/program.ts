/** Runs other programs and measures them as wholes: wall time and the most memory they held. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processMemory } from './process-status.js';

/** How often the program's memory is looked at. */
const POLL_MS = 2;

export interface ProgramRun {
  readonly stdout: string;
  readonly ms: number;
  /** NaN where there is no /proc, or the program was over at once. */
  readonly peakRssBytes: number;
}

/**
 * Runs to the end; throws, with what it wrote to stderr, if it does not end with 0. `env` is added
 * to the environment.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramRun> {
  const start = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let peakRssBytes = NaN;
  const poll = setInterval(() => {
    const memory = child.pid === undefined ? null : processMemory(child.pid);
    if (memory !== null) peakRssBytes = memory.peakRssBytes;
  }, POLL_MS);
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    const ms = performance.now() - start;
    if (status !== 0) throw new Error(`${program} ended with status ${status}: ${stderr}`);
    return { stdout, ms, peakRssBytes };
  } finally {
    clearInterval(poll);
  }
}

/** The program that `npm run peers` brings; null, with the reason on stderr, where it is not. */
export function findPeer(name: string): string | null {
  const path = join(projectRoot(), '.peers/bin', name);
  if (existsSync(path)) return path;
  process.stderr.write(`left out: ${name} is not in .peers/bin; npm run peers brings it\n`);
  return null;
}

/** From `bench/support` and from `dist/bench/support`. */
function projectRoot(): string {
  const above = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
  return above.endsWith('dist') ? dirname(above) : above;
}
