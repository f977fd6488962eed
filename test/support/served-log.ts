/** A log with its worker's side in the same thread, on a disk of choice. */
import { MessageChannel } from 'node:worker_threads';
import type { WritableDisk } from '../../disk/writable-disk.js';
import type { RowSource } from '../../kernel/row-encoder.js';
import type { LogOptions } from '../../wal/log.js';
import { LOG_WORKER, type LogAnswer } from '../../wal/log-protocol.js';
import { LogRing } from '../../wal/log-ring.js';
import { serveLog } from '../../wal/log-worker.js';
import { type LogPort, WorkerLog } from '../../wal/worker-log.js';

export interface ServedLogOptions extends LogOptions {
  readonly ringBytes?: number;
  readonly kernel?: RowSource;
}

/** Opens `wal` on `disk`. */
export async function openServedLog(
  disk: WritableDisk,
  options: ServedLogOptions = {},
): Promise<WorkerLog> {
  const { ringBytes = 4096, kernel, onSyncError, ...rest } = options;
  const { port1, port2 } = new MessageChannel();
  const ring = LogRing.allocate(ringBytes);
  const port: LogPort = {
    postMessage: () => port1.postMessage(null),
    on: (event: string, listener: (value: never) => void) =>
      event === 'message'
        ? port1.on('message', (answer: LogAnswer) => listener(answer as never))
        : undefined,
    ref: () => port1.ref(),
    unref: () => port1.unref(),
  };
  const log = new WorkerLog({
    disk,
    dir: 'wal',
    port,
    ring,
    kernel,
    onSyncError,
    segmentBytes: options.segmentBytes,
  });
  void serveLog(disk, port2, {
    worker: LOG_WORKER,
    dir: 'wal',
    ring,
    memory: kernel?.memory,
    options: rest,
    mayDoze: false,
  });
  await log.opened;
  return log;
}
