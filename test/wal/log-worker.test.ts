/** The thread's side of a log: what it answers, heard on its port. */
import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { LOG_WORKER, type LogAnswer } from '../../wal/log-protocol.js';
import {
  LogRing,
  MESSAGE_BEGIN,
  MESSAGE_CLOSE,
  MESSAGE_FLUSH,
  MESSAGE_RECORD,
} from '../../wal/log-ring.js';
import { serveLog } from '../../wal/log-worker.js';
import { readLog } from '../support/wal-builder.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

async function answers(port: MessagePort, count: number): Promise<LogAnswer[]> {
  const heard: LogAnswer[] = [];
  while (heard.length < count) heard.push(...((await once(port, 'message')) as LogAnswer[]));
  return heard;
}

function serve(disk: WritableMemoryDisk, dir: string): { port: MessagePort; ring: LogRing } {
  const { port1, port2 } = new MessageChannel();
  const ring = LogRing.allocate(1024);
  void serveLog(disk, port2, { worker: LOG_WORKER, dir, ring, options: {}, mayDoze: false });
  return { port: port1, ring: new LogRing(ring) };
}

describe("a log's thread", () => {
  it('says that it is open, writes groups, and closes', async () => {
    const disk = new WritableMemoryDisk(['wal']);
    const { port, ring } = serve(disk, 'wal');
    ring.write(MESSAGE_BEGIN, 0, 1);
    ring.write(MESSAGE_RECORD, 0, Buffer.from('a'));
    ring.write(MESSAGE_FLUSH, 0, 1);
    ring.write(MESSAGE_CLOSE, 0, 0);
    ring.publish();
    expect(ring.pen.await(0)).toBe(true);
    expect(await answers(port, 3)).toEqual([
      { kind: 'opened' },
      { kind: 'flushed' },
      { kind: 'closed', error: null },
    ]);
    expect(ring.pen.acknowledged).toBe(1);
    expect(readLog(disk).records.map(String)).toEqual(['a']);
    port.close();
  });

  it('says why it cannot open the log', async () => {
    const disk = new WritableMemoryDisk(['wal']);
    disk.refusedAt = 0;
    const { port } = serve(disk, 'wal');
    expect(await answers(port, 1)).toMatchObject([
      { kind: 'failed', error: { disk: { errno: 'EIO' } } },
    ]);
    port.close();
  });
});
