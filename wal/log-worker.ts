/**
 * The log's thread: opens the log and serves its ring (log-server.ts) until it is told to close.
 */
import { platform, setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { NodeWritableDisk } from '../disk/node-writable-disk.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { RowEncoder } from '../kernel/row-encoder.js';
import { assert } from '../model/assert.js';
import { LOG_WORKER, type LogAnswer, type LogWorkerData, partsOf } from './log-protocol.js';
import { LogRing } from './log-ring.js';
import { LogServer } from './log-server.js';
import { openLog } from './writer.js';

/**
 * Where there are too few processors for all, V8's compiling and the thread that appends come
 * first: that one can do without us.
 */
const NICENESS = 10;

/** The side of a `MessagePort` that is needed. */
export type WorkerPort = Pick<MessagePort, 'postMessage' | 'on' | 'close'>;

/** Opens the log, or says why not; then serves until it is told to close. */
export async function serveLog(
  disk: WritableDisk,
  port: WorkerPort,
  { dir, ring, memory, options, mayDoze }: LogWorkerData,
): Promise<void> {
  const answer = (message: LogAnswer): void => port.postMessage(message);
  try {
    // Not every compressor takes shared memory.
    const isDirect = (options.compression ?? 'none') === 'none';
    const onSyncError = (error: Error): void =>
      answer({ kind: 'syncError', error: partsOf(error) });
    const log = await openLog(disk, dir, { ...options, onSyncError });
    const isShared = isDirect && (options.durability ?? 'process') === 'process';
    // Elsewhere it would look for groups while its loop is to hear of syncs.
    const traits = { isDirect, isShared, mayDoze: mayDoze && isShared };
    const encoder = memory === undefined ? null : new RowEncoder(memory);
    const server = new LogServer({ log, ring: new LogRing(ring), port, encoder, traits });
    port.on('message', () => server.run());
    answer({ kind: 'opened' });
    server.run();
  } catch (error) {
    answer({ kind: 'failed', error: partsOf(error) });
    port.close();
  }
}

const data = workerData as LogWorkerData | null;
if (data?.worker === LOG_WORKER) {
  assert(parentPort !== null, 'a worker has a parent');
  // Ours alone: on Linux a thread has a priority of its own.
  if (platform() === 'linux') setPriority(NICENESS);
  void serveLog(new NodeWritableDisk(), parentPort, data);
}
