/** Writing beside the log's thread: what is simple is written, everything else stays in the ring. */
import { PAGE_BYTES } from '../../wal/format.js';
import { LogHelper } from '../../wal/log-helper.js';
import {
  LogRing,
  MESSAGE_BEGIN,
  MESSAGE_CUT,
  MESSAGE_FLUSH,
  MESSAGE_PART,
  MESSAGE_RECORD,
} from '../../wal/log-ring.js';
import { readLog } from '../support/wal-builder.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

class Fixture {
  readonly disk = new WritableMemoryDisk(['wal']);
  readonly ring: LogRing;
  readonly helper: LogHelper;
  private group = 0;

  constructor(ringBytes = 4096) {
    const shared = LogRing.allocate(ringBytes);
    this.ring = new LogRing(shared);
    this.helper = new LogHelper({
      disk: this.disk,
      dir: 'wal',
      ring: shared,
      segmentBytes: 2 * PAGE_BYTES,
      kernel: null,
    });
    this.disk.create('wal/00000000').close();
  }

  add(...records: string[]): void {
    this.ring.write(MESSAGE_BEGIN, 0, 1);
    for (const record of records) this.ring.write(MESSAGE_RECORD, 0, Buffer.from(record));
    this.ring.write(MESSAGE_FLUSH, 0, ++this.group);
    this.ring.publish();
  }

  get texts(): string[] {
    return readLog(this.disk).records.map(String);
  }
}

describe('a helper', () => {
  it('writes whole groups with one write, and acknowledges them', () => {
    const all = new Fixture();
    all.add('a', 'b');
    all.add('c');
    expect(all.helper.help()).toBe(all.disk.files.get('wal/00000000')?.length);
    expect(all.texts).toEqual(['a', 'b', 'c']);
    expect(all.ring.pen.acknowledged).toBe(2);
    expect(all.disk.log.filter((change) => change.startsWith('write'))).toHaveLength(1);
    expect(all.helper.help()).toBe(0);
    all.add('d');
    expect(all.helper.help()).toBeGreaterThan(0);
    expect(all.texts).toEqual(['a', 'b', 'c', 'd']);
    all.helper.close();
    expect(all.disk.openFiles).toBe(0);
  });

  it('puts together what reaches over the end of the ring', () => {
    const all = new Fixture(256);
    const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(60));
    for (const text of texts) {
      all.add(text);
      expect(all.helper.help()).toBeGreaterThan(0);
    }
    expect(all.texts).toEqual(texts);
  });

  it('leaves alone what the other side is at', () => {
    const all = new Fixture();
    all.add('a');
    all.ring.pen.take();
    expect(all.helper.help()).toBe(0);
    all.ring.pen.layDown();
    expect(all.helper.help()).toBeGreaterThan(0);
  });

  it('does nothing on a disk where files are opened once', () => {
    const all = new Fixture();
    all.disk.reopen = undefined;
    all.add('a');
    expect(all.helper.help()).toBe(0);
  });

  it.each([
    ['a group in pieces', MESSAGE_BEGIN, 0],
    ['a cut', MESSAGE_CUT, 0],
  ])('writes what stands before %s, and no more', (_, kind, argument) => {
    const all = new Fixture();
    all.add('a');
    all.ring.write(kind, 0, argument);
    all.ring.publish();
    all.add('b');
    expect(all.helper.help()).toBeGreaterThan(0);
    expect(all.helper.help()).toBe(0);
    expect(all.texts).toEqual(['a']);
  });

  it('writes nothing of a record in parts', () => {
    const all = new Fixture();
    all.ring.write(MESSAGE_BEGIN, 0, 1);
    all.ring.write(MESSAGE_PART, 0, Buffer.from('a'));
    all.ring.publish();
    expect(all.helper.help()).toBe(0);
    expect(all.disk.log.some((change) => change.startsWith('write'))).toBe(false);
  });

  it('leaves what needs a new segment to the thread', () => {
    const all = new Fixture(128 * 1024);
    all.add('x'.repeat(40_000));
    expect(all.helper.help()).toBeGreaterThan(0);
    all.add('y'.repeat(40_000));
    expect(all.helper.help()).toBe(0);
    expect(all.ring.pen.acknowledged).toBe(1);
  });

  it('says how far a file reaches of which a write has failed', () => {
    const all = new Fixture();
    all.add('a');
    const size = all.helper.help();
    all.add('b'.repeat(100));
    all.disk.room = 30;
    expect(all.helper.help()).toBe(0);
    const { pen } = all.ring;
    expect([pen.size, pen.reach, pen.acknowledged]).toEqual([size, size + 30, 1]);
    all.disk.room = Infinity;
    expect(all.helper.help()).toBeGreaterThan(0);
    expect(all.texts).toEqual(['a', 'b'.repeat(100)]);
  });
});
