/** Who waits for which sync, and who fails with it. */
import type { WritableFile } from '../../disk/writable-disk.js';
import { type OpenSegment, SegmentSync } from '../../wal/segment-sync.js';

/** A file whose syncs end when the test says so. */
class SlowFile implements WritableFile {
  size = 0;
  isOpen = true;
  readonly path: string;
  private ending: { resolve: () => void; reject: (error: Error) => void } | null = null;

  constructor(path: string) {
    this.path = path;
  }

  get isSyncing(): boolean {
    return this.ending !== null;
  }

  write(bytes: Uint8Array): void {
    this.size += bytes.length;
  }

  writeLater(): Promise<void> {
    throw new Error('the log is not written behind');
  }

  truncate(size: number): void {
    this.size = size;
  }

  sync(): void {
    throw new Error('syncs are not to hold the thread');
  }

  syncLater(): Promise<void> {
    return new Promise((resolve, reject) => (this.ending = { resolve, reject }));
  }

  close(): void {
    this.isOpen = false;
  }

  /** Ends the sync that runs, well or with an error. */
  async end(error?: Error): Promise<void> {
    if (error === undefined) this.ending?.resolve();
    else this.ending?.reject(error);
    this.ending = null;
    for (let i = 0; i < 10; i++) await Promise.resolve();
  }
}

/** A log of one segment, and what happened to those who wait, in order. */
function scene(): {
  file: SlowFile;
  sync: SegmentSync;
  events: string[];
  group: (name: string) => void;
  next: () => SlowFile;
} {
  const events: string[] = [];
  const file = new SlowFile('0');
  let current: OpenSegment = { index: 0, file, syncedBytes: 0 };
  const sync = new SegmentSync({
    current: () => current,
    wholeBytes: ({ file }) => file.size,
    onLost: (segments) =>
      events.push(
        `lost ${segments.map(({ file, syncedBytes }) => `${file.path}@${syncedBytes}`).join(' ')}`,
      ),
    onError: (error) => events.push(`told ${error.message}`),
  });
  return {
    file,
    sync,
    events,
    group: (name) => {
      current.file.write(new Uint8Array(10));
      sync.covered().then(
        () => events.push(`${name} done`),
        (error: Error) => events.push(`${name} ${error.message}`),
      );
    },
    next: () => {
      sync.finish(current);
      const index = current.index + 1;
      const file = new SlowFile(String(index));
      current = { index, file, syncedBytes: 0 };
      return file;
    },
  };
}

describe('a group', () => {
  it('that comes while a sync runs waits for the next one', async () => {
    const { file, events, group } = scene();
    group('a');
    group('b');
    await file.end();
    expect(events).toEqual(['a done']);
    expect(file.isSyncing).toBe(true);
    group('c');
    await file.end();
    expect(events).toEqual(['a done', 'b done']);
    await file.end();
    expect(events).toEqual(['a done', 'b done', 'c done']);
    expect(file.isSyncing).toBe(false);
  });

  it('fails with a sync that it did not wait for: it came after what is lost', async () => {
    const { file, events, group } = scene();
    group('a');
    await file.end();
    group('b');
    group('c');
    await file.end(new Error('EIO'));
    expect(events).toEqual(['a done', 'lost 0@10', 'b EIO', 'c EIO']);
  });

  it('that comes at any moment of the end of a sync is served', async () => {
    for (let ticks = 0; ticks < 12; ticks++) {
      const { file, events, group } = scene();
      group('a');
      const ended = file.end();
      for (let i = 0; i < ticks; i++) await Promise.resolve();
      group('b');
      await ended;
      await file.end();
      expect(events).toEqual(['a done', 'b done']);
    }
  });

  it('waits for the segments before its own too, which are closed then', async () => {
    const { file, sync, events, group, next } = scene();
    group('a');
    await file.end();
    file.write(new Uint8Array(5));
    const second = next();
    group('b');
    await file.end();
    expect(events).toEqual(['a done']);
    expect(file.isOpen).toBe(true);
    await second.end();
    expect(events).toEqual(['a done', 'b done']);
    expect(file.isOpen).toBe(false);
    expect(second.isOpen).toBe(true);
    await sync.close();
  });

  it('loses what it wrote to several segments, though one was synced', async () => {
    const { file, events, group, next } = scene();
    file.write(new Uint8Array(5));
    const second = next();
    group('a');
    await file.end();
    await second.end(new Error('EIO'));
    expect(events).toEqual(['lost 0@0 1@0', 'a EIO']);
  });
});

describe('a sync in the background', () => {
  it('covers finished segments, and the current one when that is wanted', async () => {
    const { file, sync, next } = scene();
    file.write(new Uint8Array(5));
    const second = next();
    second.write(new Uint8Array(5));
    sync.inBackground('finished');
    await file.end();
    expect(file.isOpen).toBe(false);
    expect(second.isSyncing).toBe(false);
    sync.inBackground('current');
    expect(second.isSyncing).toBe(true);
    await second.end();
    await sync.close();
  });

  it('tells of its failure where nobody waits, and lets go of finished segments', async () => {
    const { file, sync, events, next } = scene();
    file.write(new Uint8Array(5));
    next();
    sync.inBackground('finished');
    await file.end(new Error('EIO'));
    expect(events).toEqual(['told EIO']);
    expect(file.isOpen).toBe(false);
  });
});

describe('close', () => {
  it('waits for the sync that runs and closes what is finished', async () => {
    const { file, sync, events, group, next } = scene();
    group('a');
    next();
    const closed = sync.close();
    await file.end();
    await closed;
    expect(events).toEqual(['a done']);
    expect(file.isOpen).toBe(false);
  });
});
