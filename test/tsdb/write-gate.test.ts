/** A disk that takes no writes is a state: refused with a code, tried again, left by itself. */
import { DiskError, NoSpaceError, ReadOnlyError } from '../../model/errors.js';
import type { Log } from '../../wal/log.js';
import { WriteGate } from '../../tsdb/write-gate.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const FULL = new NoSpaceError('cannot write: no space left', '/data/wal', 'ENOSPC');

class Fixture {
  readonly disk = new WritableMemoryDisk(['/data']);
  readonly said: string[] = [];
  time = 0;
  freeBytes = 0;
  readonly gate: WriteGate;

  constructor() {
    const say = (text: string): void => void this.said.push(text);
    this.disk.space = () => ({ freeBytes: this.freeBytes, totalBytes: 2 ** 30 });
    this.gate = new WriteGate({
      disk: this.disk,
      dir: '/data',
      now: () => this.time,
      logger: { info: say, warn: say },
    });
  }
}

describe('the gate', () => {
  it('is open until a write says that there is no room', () => {
    const { gate } = new Fixture();
    gate.check();
    gate.noteFailure(new DiskError('input/output error', '/data', 'EIO'));
    gate.noteFailure(new Error('a bug'));
    expect(gate.state).toBe('open');
    gate.noteFailure(FULL);
    expect(gate.state).toBe('no-space');
    expect(() => gate.check()).toThrow(NoSpaceError);
    expect(() => gate.check()).toThrow('no space left');
  });

  it('names a read-only disk by a code of its own', () => {
    const { gate } = new Fixture();
    gate.noteFailure(new ReadOnlyError('read-only', '/data', 'EROFS'));
    expect(gate.state).toBe('read-only');
    expect(() => gate.check()).toThrow(ReadOnlyError);
  });

  it('tries the disk again, each second at most, and opens when there is room', () => {
    const fixture = new Fixture();
    const { gate, disk } = fixture;
    gate.noteFailure(FULL);
    fixture.freeBytes = 2 ** 30;
    expect(() => gate.check()).toThrow(NoSpaceError);
    fixture.time = 1000;
    disk.refusedAt = 0;
    expect(() => gate.check()).toThrow(NoSpaceError);
    fixture.time = 1999;
    expect(() => gate.check()).toThrow(NoSpaceError);
    fixture.time = 2000;
    gate.check();
    expect(gate.state).toBe('open');
    expect(disk.files.size).toBe(0);
    expect(disk.openFiles).toBe(0);
    expect(fixture.said).toEqual([
      'nothing is written until that changes: cannot write: no space left',
      'the disk takes no writes yet: cannot create /data/room.tmp: input/output error',
      'writing goes on: the disk takes writes again',
    ]);
  });

  it('stays shut where the system says that there is too little room', () => {
    const fixture = new Fixture();
    fixture.gate.noteFailure(FULL);
    fixture.freeBytes = 1000;
    fixture.time = 5000;
    expect(() => fixture.gate.check()).toThrow(NoSpaceError);
    expect(fixture.disk.log).toEqual([]);
  });
});

describe('a guarded log', () => {
  it('shuts the gate when it fails, opens it when it succeeds, and is the log otherwise', async () => {
    const { gate } = new Fixture();
    let failure: Error | null = FULL;
    const calls: string[] = [];
    const write = (name: string): Promise<number> => {
      calls.push(name);
      return failure === null ? Promise.resolve(7) : Promise.reject(failure);
    };
    const log: Log = {
      segment: 3,
      add: () => calls.push('add'),
      addRows: () => calls.push('addRows'),
      isElsewhere: true,
      flushFor: (listener) =>
        void write('flush').then(
          () => listener.flushed(),
          (error: unknown) => listener.refused(error),
        ),
      cut: () => write('cut'),
      sizeBytes: () => 5,
      close: () => Promise.resolve(void calls.push('close')),
    };
    const guarded = gate.guard(log);
    guarded.add(new Uint8Array(1));
    const flush = (): Promise<void> =>
      new Promise((resolve, reject) => guarded.flushFor({ flushed: resolve, refused: reject }));
    expect(guarded.isElsewhere).toBe(true);
    await expect(flush()).rejects.toBe(FULL);
    expect(gate.state).toBe('no-space');
    failure = null;
    await flush();
    expect(gate.state).toBe('open');
    failure = FULL;
    await expect(guarded.cut()).rejects.toBe(FULL);
    expect(gate.state).toBe('no-space');
    failure = null;
    expect(await guarded.cut()).toBe(7);
    await guarded.close();
    expect([guarded.segment, guarded.sizeBytes()]).toEqual([3, 5]);
    expect(calls).toEqual(['add', 'flush', 'flush', 'cut', 'cut', 'close']);
  });
});
