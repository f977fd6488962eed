/** The ring between two threads: messages come out as they went in, and never before they may. */
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import {
  LogRing,
  MESSAGE_BEGIN,
  MESSAGE_FLUSH,
  MESSAGE_RECORD,
  RING_BYTES_DEFAULT,
} from '../../wal/log-ring.js';

const RING_FILE = pathToFileURL(resolve(__dirname, '../../dist/wal/log-ring.js'));
/** A thread that dozes on a ring for an hour at most, and says whether there was a message. */
const DOZER = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.url).then(({ LogRing }) => {
    parentPort.postMessage('dozes now');
    parentPort.postMessage(new LogRing(workerData.shared).doze(3_600_000));
  });`;

function pair(ringBytes = 256): { writer: LogRing; reader: LogRing } {
  const shared = LogRing.allocate(ringBytes);
  return { writer: new LogRing(shared), reader: new LogRing(shared) };
}

/** Takes the next message: its fields and data as text; null without one. */
function take(reader: LogRing): string | null {
  if (!reader.next()) return null;
  const { kind, epoch, argument } = reader;
  const data = kind === MESSAGE_RECORD ? Buffer.concat(reader.data()).toString('hex') : argument;
  reader.free();
  return `${kind}/${epoch}/${data}`;
}

describe('a message', () => {
  it('is seen when it is published, with its kind, epoch and data', () => {
    const { writer, reader } = pair();
    writer.write(MESSAGE_RECORD, 0xffffff, Uint8Array.of(1, 2, 3));
    writer.write(MESSAGE_FLUSH, 7, 0x7fffffff);
    expect(take(reader)).toBeNull();
    writer.publish();
    expect([take(reader), take(reader), take(reader)]).toEqual([
      `${MESSAGE_RECORD}/${0xffffff}/010203`,
      `${MESSAGE_FLUSH}/7/${0x7fffffff}`,
      null,
    ]);
  });

  it('may be changed until then', () => {
    const { writer, reader } = pair();
    const place = writer.write(MESSAGE_BEGIN, 1, 0);
    writer.write(MESSAGE_RECORD, 1, new Uint8Array(5));
    writer.setArgument(place, 1);
    writer.publish();
    expect(take(reader)).toBe(`${MESSAGE_BEGIN}/1/1`);
  });

  it('is refused without room, which comes back when others are taken out', () => {
    const { writer, reader } = pair(64);
    expect(writer.room()).toBe(56);
    writer.write(MESSAGE_RECORD, 0, new Uint8Array(40));
    expect(writer.room()).toBe(8);
    expect(() => writer.write(MESSAGE_RECORD, 0, new Uint8Array(9))).toThrow('a message has room');
    writer.write(MESSAGE_RECORD, 0, new Uint8Array(8));
    expect(writer.room()).toBe(-8);
    writer.publish();
    take(reader);
    expect(writer.room()).toBe(40);
  });

  it('comes out as it went in, wherever in the ring it stands', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 60 });
    fc.assert(
      fc.property(messages, fc.integer({ min: 0, max: 5 }), (records, lag) => {
        const { writer, reader } = pair(128);
        const got: (string | null)[] = [];
        for (const [i, record] of records.entries()) {
          while (writer.room() < record.length || (lag > 0 && i % lag === 0 && reader.next())) {
            writer.publish();
            got.push(take(reader));
          }
          writer.write(MESSAGE_RECORD, i, record);
          writer.publish();
        }
        while (reader.next()) got.push(take(reader));
        expect(got).toEqual(
          records.map((one, i) => `${MESSAGE_RECORD}/${i}/${Buffer.from(one).toString('hex')}`),
        );
      }),
    );
  });
});

describe('a side that waits', () => {
  it('for messages is woken once', () => {
    const { writer, reader } = pair();
    expect(reader.idle()).toBe(true);
    writer.write(MESSAGE_FLUSH, 0, 1);
    writer.publish();
    expect(writer.isAwake).toBe(false);
    expect([writer.wakes(), writer.wakes()]).toEqual([true, false]);
    expect(reader.idle()).toBe(false);
    expect([writer.isAwake, writer.wakes()]).toEqual([true, false]);
  });

  it('for messages may doze', () => {
    const { writer, reader } = pair();
    expect(reader.doze(1)).toBe(false);
    writer.write(MESSAGE_FLUSH, 0, 1);
    writer.publish();
    // Nobody dozes.
    writer.rouse();
    expect(reader.doze(60_000)).toBe(true);
  });

  it('dozes in another thread until it is roused', async () => {
    const { writer } = pair();
    const workerData = { url: RING_FILE.href, shared: writer.shared };
    const worker = new Worker(DOZER, { eval: true, workerData });
    expect(await once(worker, 'message')).toEqual(['dozes now']);
    const found = once(worker, 'message');
    // Long enough as a rule, and if not it finds the message at once.
    await setTimeout(50);
    writer.write(MESSAGE_FLUSH, 0, 1);
    writer.publish();
    writer.rouse();
    expect(await found).toEqual([true]);
    await worker.terminate();
  });

  it('for room is told, unless there is some by now', () => {
    const { writer, reader } = pair(64);
    writer.write(MESSAGE_RECORD, 0, new Uint8Array(56));
    writer.publish();
    expect(writer.wantRoom(10)).toBe(true);
    reader.next();
    expect(reader.free()).toBe(true);
    reader.tellRoom();
    expect(writer.wantRoom(10)).toBe(false);
  });
});

describe('two readers in turn', () => {
  it('go on where the other one has given back', () => {
    const { writer, reader } = pair();
    const other = new LogRing(writer.shared);
    for (const group of [1, 2, 3]) writer.write(MESSAGE_FLUSH, 0, group);
    writer.publish();
    reader.next();
    reader.skip();
    other.resume();
    expect(take(other)).toBe(`${MESSAGE_FLUSH}/0/1`);
    reader.resume();
    expect(take(reader)).toBe(`${MESSAGE_FLUSH}/0/2`);
    other.resume();
    other.next();
    other.skip();
    other.give();
    reader.resume();
    expect(take(reader)).toBeNull();
    expect(writer.hasRoom(248)).toBe(true);
    expect(writer.hasRoom(249)).toBe(false);
  });
});

describe('a ring', () => {
  it('has a size that is a power of two', () => {
    expect(() => LogRing.allocate(100)).toThrow('a ring is a power of two');
    expect(LogRing.allocate(RING_BYTES_DEFAULT).byteLength).toBe(8 * 1024 * 1024 + 320);
  });
});
