/**
 * Writes groups from the thread that filled the ring, while the log's own thread is not at it:
 * asleep, or without a processor. That takes the same time as a log without a thread, where to wait
 * would take longer.
 *
 * It does what is simple: appends whole groups to the segment that is open. Everything else, and
 * whatever fails, is left to the thread, which finds the groups in the ring as if nothing had been.
 */
import type { WritableDisk, WritableFile } from '../disk/writable-disk.js';
import type { RowEncoding } from '../kernel/row-encoder.js';
import { assert } from '../model/assert.js';
import { DiskError } from '../model/errors.js';
import { segmentName } from './format.js';
import { FrameBuffer } from './frame-buffer.js';
import { LogRing, MESSAGE_BEGIN, MESSAGE_FLUSH, MESSAGE_RECORD, MESSAGE_ROWS } from './log-ring.js';

/** What is written at once, about. */
const BATCH_BYTES_MAX = 512 * 1024;

export interface LogHelperParts {
  readonly disk: WritableDisk;
  readonly dir: string;
  readonly ring: SharedArrayBuffer;
  readonly segmentBytes: number;
  /** Whose rows are in the ring; null where there are none. */
  readonly kernel: RowEncoding | null;
}

export class LogHelper {
  private readonly disk: WritableDisk;
  private readonly dir: string;
  private readonly ring: LogRing;
  private readonly kernel: RowEncoding | null;
  private readonly frames: FrameBuffer;
  private file: WritableFile | null = null;
  private segment = -1;

  constructor({ disk, dir, ring, segmentBytes, kernel }: LogHelperParts) {
    this.disk = disk;
    this.dir = dir;
    this.ring = new LogRing(ring);
    this.kernel = kernel;
    this.frames = new FrameBuffer(segmentBytes, null);
  }

  /** Writes groups that are published; returns how many bytes, 0 where that is the thread's. */
  help(): number {
    const { pen } = this.ring;
    if (this.disk.reopen === undefined || !pen.take()) return 0;
    try {
      return this.write();
    } catch (error) {
      // The thread tries again, and tells what comes of it.
      if (!(error instanceof DiskError)) throw error;
      return 0;
    } finally {
      pen.layDown();
    }
  }

  close(): void {
    this.file?.close();
    this.file = null;
  }

  private write(): number {
    const { ring, frames } = this;
    const { pen } = ring;
    const { segment, size } = pen;
    ring.resume();
    frames.begin(size);
    const group = this.frameGroups();
    const parts = frames.parts();
    if (group === null || parts.length > 1) return 0;
    const file = this.fileOf(segment);
    file.noteSize?.(size);
    try {
      file.write(parts[0]);
    } finally {
      pen.setPlace(segment, size, file.size);
    }
    pen.setPlace(segment, file.size, file.size);
    ring.give();
    pen.acknowledge(group);
    return parts[0].length;
  }

  /** Frames whole groups; the last one's number, or null where something else is in between. */
  private frameGroups(): number | null {
    const { ring, frames, kernel } = this;
    let group: number | null = null;
    let isBetween = true;
    while (ring.next()) {
      const { kind, argument } = ring;
      if (kind === MESSAGE_FLUSH) {
        group = argument;
        isBetween = true;
      } else if (kind === MESSAGE_RECORD) {
        const [first, second] = ring.data();
        frames.add(second.length === 0 ? first : Buffer.concat([first, second]));
      } else if (kind === MESSAGE_ROWS && kernel !== null) frames.add(ring.record(kernel), kernel);
      else if (isBetween && !(kind === MESSAGE_BEGIN && argument === 1)) break;
      else if (kind === MESSAGE_BEGIN) isBetween = false;
      else return null;
      ring.skip();
      if (isBetween && frames.byteLength > BATCH_BYTES_MAX) break;
    }
    return isBetween ? group : null;
  }

  private fileOf(segment: number): WritableFile {
    if (this.file !== null && this.segment === segment) return this.file;
    this.close();
    const file = this.disk.reopen?.(this.disk.join(this.dir, segmentName(segment)));
    assert(file !== undefined, 'files can be opened once more');
    this.segment = segment;
    this.file = file;
    return file;
  }
}
