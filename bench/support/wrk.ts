/** Load by wrk, which costs the machine less than a client in Node would. */
import { runProgram } from './program.js';

/** How many connections ask at a time, each again as soon as it is answered, and for how long. */
export interface Load {
  readonly clients: number;
  /** An integer of at least 1. */
  readonly seconds: number;
}

/** How long answers took, in ms. */
export interface Latency {
  readonly meanMs: number;
  readonly medianMs: number;
}

const TIMEOUT_S = 60;
const UNITS_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/** Throws where not all requests were answered with success. */
export async function measureLoad(wrk: string, url: string, load: Load): Promise<Latency> {
  const args = [
    '-t1',
    `-c${load.clients}`,
    `-d${load.seconds}s`,
    `--timeout=${TIMEOUT_S}s`,
    '--latency',
    url,
  ];
  return parseReport((await runProgram(wrk, args)).stdout);
}

/** Of what wrk prints. */
export function parseReport(text: string): Latency {
  if (/^ *(?:Socket errors|Non-2xx)/m.test(text)) throw new Error(`wrk was not served: ${text}`);
  return { meanMs: durationOf(text, 'Latency'), medianMs: durationOf(text, '50%') };
}

function durationOf(text: string, name: string): number {
  const found = new RegExp(`^ *${name} +([0-9.]+)(us|ms|s|m)\\b`, 'm').exec(text);
  // A first answer that did not come in time leaves zeros.
  const ms = found === null ? 0 : Number(found[1]) * UNITS_MS[found[2]];
  if (ms > 0) return ms;
  throw new Error(`wrk tells no time: ${text}`);
}
