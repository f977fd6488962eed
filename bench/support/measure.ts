/**
 * Measures an asynchronous action in this process: time, memory that it added, and how long it held
 * the event loop.
 *
 * The loop's delay is what a timer of 1 ms sees between two of its calls, so an idle loop shows a
 * little over 1 ms. Where other programs take the processor that looks like a held loop, so what
 * our thread itself spent between two calls is told too; and of several rounds, the least. Memory
 * is sampled by a timer and at both ends; run with --expose-gc, so that it begins clean.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import {
  memoryIn,
  openThreadTime,
  ProcFile,
  type ProcessMemory,
  threadMsIn,
} from './process-status.js';

const LOOP_TIMER_MS = 1;
const MEMORY_TIMER_MS = 10;
/** Long enough for the loop's timer to have run before and to see what held it. */
const SETTLE_MS = 5;

export interface Measurement {
  /** Of the fastest round. */
  readonly ms: number;
  /** Processor time of that round, the garbage collector's and the compiler's threads included. */
  readonly cpuMs: number;
  /** How much larger the process was at its largest; null where there is no /proc. */
  readonly rssBytes: number | null;
  /** The same, of memory that belongs to it alone; file pages are the system's. */
  readonly anonBytes: number | null;
  /** What the 1 ms timer saw between two calls, in the round in which it waited least. */
  readonly loopP50Ms: number;
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  /** The most processor time that was spent between two calls; null where there is no /proc. */
  readonly loopMaxCpuMs: number | null;
}

/** What an action found: how many things, such as series, and how many samples. */
export interface Found {
  readonly results: number;
  readonly samples: number;
}

export interface MeasureOptions {
  /** How often the action runs. */
  readonly rounds: number;
  /**
   * For so long, and once at least, it runs before, unmeasured: pages, tables and compiled code are
   * then there. Null: not at all.
   */
  readonly warmUpMs: number | null;
}

/** Runs `action`; what it found is that of the fastest round. */
export async function measure(
  action: () => Promise<Found>,
  { rounds, warmUpMs }: MeasureOptions,
): Promise<Measurement & Found> {
  if (warmUpMs !== null) {
    const start = performance.now();
    do await action();
    while (performance.now() - start < warmUpMs);
  }
  // Once: code and inline caches do not survive a full collection unharmed.
  (globalThis as { gc?: () => void }).gc?.();
  const measured: (Measurement & Found)[] = [];
  for (let round = 0; round < rounds; round++) measured.push(await measureRound(action));
  return leastOf(measured);
}

/** The fastest of several measurements of the same, with the least delays of the loop of any. */
export function leastOf<M extends Measurement>(measured: readonly M[]): M {
  const fastest = measured.reduce((a, b) => (b.ms < a.ms ? b : a));
  const calmest = measured.reduce((a, b) => (b.loopMaxMs < a.loopMaxMs ? b : a));
  const { loopP50Ms, loopP99Ms, loopMaxMs, loopMaxCpuMs } = calmest;
  return { ...fastest, loopP50Ms, loopP99Ms, loopMaxMs, loopMaxCpuMs };
}

async function measureRound(action: () => Promise<Found>): Promise<Measurement & Found> {
  const status = ProcFile.open('/proc/self/status');
  const memory = (): ProcessMemory | null => (status === null ? null : memoryIn(status.text()));
  const before = memory();
  let rssMax = 0;
  let anonMax = 0;
  const sampleMemory = (): void => {
    const now = memory();
    rssMax = Math.max(rssMax, now?.rssBytes ?? 0);
    anonMax = Math.max(anonMax, now?.anonBytes ?? 0);
  };
  const memoryTimer = setInterval(sampleMemory, MEMORY_TIMER_MS);
  const loop = monitorEventLoopDelay({ resolution: LOOP_TIMER_MS });
  loop.enable();
  const cpu = new LoopCpu();
  // Not reset afterwards: that would forget when the timer last ran, and so the first hold.
  await setTimeout(SETTLE_MS);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const found = await action();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  sampleMemory();
  await setTimeout(SETTLE_MS);
  loop.disable();
  cpu.stop();
  clearInterval(memoryTimer);
  status?.close();
  return {
    ms,
    cpuMs: (user + system) / 1e3,
    rssBytes: before === null ? null : Math.max(0, rssMax - before.rssBytes),
    anonBytes: before === null ? null : Math.max(0, anonMax - before.anonBytes),
    loopP50Ms: loop.percentile(50) / 1e6,
    loopP99Ms: loop.percentile(99) / 1e6,
    loopMaxMs: loop.max / 1e6,
    loopMaxCpuMs: cpu.maxMs,
    ...found,
  };
}

/** Watches what this thread spends of the processor between two turns of the loop. */
class LoopCpu {
  maxMs: number | null = null;
  private readonly spent = openThreadTime();
  private last = this.ms();
  private readonly timer = setInterval(() => this.look(), LOOP_TIMER_MS);

  stop(): void {
    this.look();
    clearInterval(this.timer);
    this.spent?.close();
  }

  private ms(): number {
    return this.spent === null ? NaN : threadMsIn(this.spent.text());
  }

  private look(): void {
    const now = this.ms();
    if (this.spent !== null) this.maxMs = Math.max(this.maxMs ?? 0, now - this.last);
    this.last = now;
  }
}
