/** What a process holds in memory and has spent of the processor, as Linux tells it in /proc. */
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';

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
  return memoryIn(status);
}

/** The same from the text of /proc/…/status. */
export function memoryIn(status: string): ProcessMemory | null {
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

/**
 * A file of /proc that is read again and again while something is measured: it stays open, because
 * to open it takes ten times as long as to read it.
 */
export class ProcFile {
  private readonly fd: number;
  private readonly buffer = Buffer.alloc(8192);

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Null where there is none. */
  static open(path: string): ProcFile | null {
    try {
      return new ProcFile(openSync(path, 'r'));
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  text(): string {
    const length = readSync(this.fd, this.buffer, 0, this.buffer.length, 0);
    return this.buffer.toString('latin1', 0, length);
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** What the thread that opens it has spent of the processor; null where there is no /proc. */
export function openThreadTime(): ProcFile | null {
  return ProcFile.open('/proc/thread-self/schedstat');
}

/** In ms, from the text of that file. */
export function threadMsIn(schedstat: string): number {
  return Number.parseInt(schedstat, 10) / 1e6;
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ESRCH';
}
