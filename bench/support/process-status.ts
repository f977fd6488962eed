/** What a process holds in memory and has spent of the processor, as Linux tells it in /proc. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface ProcessMemory {
  /** Resident pages of all kinds. */
  readonly rssBytes: number;
  /** Resident pages that belong to the process alone: heaps and buffers, not mapped files. */
  readonly anonBytes: number;
  /** The largest `rssBytes` there ever was. */
  readonly peakRssBytes: number;
}

/** Null where the process is gone or the system has no /proc. */
export function processMemory(pid: number | 'self' = 'self'): ProcessMemory | null {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
  const kilobytes = (field: string): number => {
    const at = status.indexOf(`${field}:`);
    return at < 0 ? NaN : 1024 * Number.parseInt(status.slice(at + field.length + 1), 10);
  };
  const memory = {
    rssBytes: kilobytes('VmRSS'),
    anonBytes: kilobytes('RssAnon'),
    peakRssBytes: kilobytes('VmHWM'),
  };
  // A process that has ended and waits for its parent has no memory any more.
  return Number.isNaN(memory.rssBytes) ? null : memory;
}

/** Has `peakRssBytes` of a process begin again from what it holds now, where the system can. */
export function resetPeakMemory(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, RESET_PEAK);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** See proc(5). */
const RESET_PEAK = '5';

/** What the calling thread has spent of the processor, in ms; null where there is no /proc. */
export function threadCpuMs(): number | null {
  try {
    const nanoseconds = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0];
    return Number(nanoseconds) / 1e6;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ESRCH';
}
