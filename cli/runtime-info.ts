/** What `/api/v1/status/runtimeinfo` says, in the words of Go's runtime where Node has the like. */
import { availableParallelism, hostname } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { RuntimeInfo } from '../api/options.js';
import { formatDuration } from '../model/duration.js';
import { formatBytes } from './byte-size.js';

/** How long things are kept; absent: not limited. */
export interface Retention {
  readonly retentionMs?: number;
  readonly retentionBytes?: number;
  readonly retentionPercentage?: number;
}

export interface RuntimeState {
  readonly startTimeMs: number;
  readonly reloadSucceeded: boolean;
  readonly lastConfigTimeMs: number;
  readonly corruptionCount: number;
  readonly retention: Retention;
}

export function runtimeInfo(state: RuntimeState): RuntimeInfo {
  return {
    startTime: rfc3339(state.startTimeMs),
    CWD: process.cwd(),
    hostname: hostname(),
    serverTime: rfc3339(Date.now()),
    reloadConfigSuccess: state.reloadSucceeded,
    lastConfigTime: rfc3339(state.lastConfigTimeMs),
    corruptionCount: state.corruptionCount,
    // What Node keeps running for us, which is what goroutines are to Go.
    goroutineCount: process.getActiveResourcesInfo().length,
    GOMAXPROCS: availableParallelism(),
    GOMEMLIMIT: getHeapStatistics().heap_size_limit,
    GOGC: '',
    GODEBUG: '',
    storageRetention: retentionText(state.retention),
  };
}

/** `15d or 1GiB`, as Prometheus puts it. */
export function retentionText(retention: Retention): string {
  const { retentionMs = 0, retentionBytes = 0, retentionPercentage = 0 } = retention;
  const limits = [
    ...(retentionMs > 0 ? [formatDuration(retentionMs)] : []),
    ...(retentionBytes > 0 ? [formatBytes(retentionBytes)] : []),
    ...(retentionPercentage > 0 ? [`${retentionPercentage}%`] : []),
  ];
  return limits.join(' or ');
}

function rfc3339(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}
