/**
 * Writes a log directory (tsdb/wlog/wlog.go): frames groups of records and appends each with one
 * write, a large one with several while it grows; only ever new bytes. A log that is opened begins
 * a new segment behind the last one, and never appends to an old one.
 *
 * What fails is undone before anything else is written: the segment is cut back to where the group
 * began and segments that the group had started are removed. Where that fails too, every group is
 * refused until it has succeeded.
 */
import type { Disk } from '../disk/disk.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import type { RowSource } from '../kernel/row-encoder.js';
import type { SampleRows } from '../kernel/sample-rows.js';
import { assert } from '../model/assert.js';
import { ArgumentError, ClosedError, DiskError } from '../model/errors.js';
import type { Compressor } from './compressor.js';
import { loadCompressor } from './compressor.js';
import { PAGE_BYTES, parseCheckpointName, parseSegmentName, segmentName } from './format.js';
import { FrameBuffer, type RecordFramer } from './frame-buffer.js';
import type { Durability, GroupListener, Log, LogOptions } from './log.js';
import { type OpenSegment, SegmentSync } from './segment-sync.js';

export const SEGMENT_BYTES_DEFAULT = 128 * 1024 * 1024;
/** So much of a group is written before more is added: to write it holds the thread for 2 ms. */
const AHEAD_BYTES = 1024 * 1024;

/** A group that is open. */
interface OpenGroup {
  /** Where it begins. */
  readonly segment: OpenSegment;
  readonly size: number;
  /** Segments that it has started. */
  readonly started: OpenSegment[];
  /** Why nothing of it will be in the log. */
  failure: Error | null;
}

/** Opens the log in `dir`, an existing directory, for writing. */
export async function openLog(
  disk: LogDisk,
  dir: string,
  options: LogOptions = {},
): Promise<LogWriter> {
  return new LogWriter(disk, dir, await loadCompressor(options.compression ?? 'none'), options);
}

/** What it needs of a disk. */
export type LogDisk = Pick<
  WritableDisk,
  'list' | 'stat' | 'join' | 'create' | 'remove' | 'syncDirectory'
>;

export class LogWriter implements Log {
  readonly isElsewhere = false;
  private readonly disk: LogDisk;
  private readonly dir: string;
  private readonly durability: Durability;
  private readonly frames: FrameBuffer;
  private readonly sync: SegmentSync;
  private current: OpenSegment;
  /** What failed groups have left and could not be undone yet; the last one first. */
  private readonly undone: (() => void)[] = [];
  private group: OpenGroup | null = null;
  private timer: NodeJS.Timeout | null = null;
  private closing: Promise<void> | null = null;

  constructor(disk: LogDisk, dir: string, compressor: Compressor | null, options: LogOptions = {}) {
    this.disk = disk;
    this.dir = dir;
    this.durability = checkDurability(options.durability ?? 'process');
    const segmentBytes = checkSegmentBytes(options.segmentBytes ?? SEGMENT_BYTES_DEFAULT);
    this.frames = new FrameBuffer(segmentBytes, compressor);
    this.current = this.createSegment(nextSegmentIndex(disk, dir));
    this.sync = new SegmentSync({
      current: () => this.current,
      wholeBytes: (segment) => this.wholeBytes(segment),
      onLost: (segments, error) => this.dropUnsynced(segments, error),
      onError: options.onSyncError ?? (() => undefined),
    });
  }

  get segment(): number {
    return this.current.index;
  }

  /** Whether groups wait until they are synced. */
  get isSynced(): boolean {
    return this.durability === 'fsync';
  }

  /** Whether no group is open, and nothing is left of those that failed. */
  get isClean(): boolean {
    return this.group === null && this.undone.length === 0;
  }

  /**
   * Another thread has written to the segment, of the last group perhaps only a part: the next one
   * goes to `size`, and the file reaches to `reach`.
   */
  goOn(size: number, reach: number): void {
    const { current } = this;
    current.file.noteSize?.(reach);
    if (reach > size) this.cutBack(current, size);
  }

  /** How far the segment is written, in bytes. */
  get offset(): number {
    return this.current.file.size;
  }

  /** Adds a record; `framer` has made it last, where it is given. */
  add(record: Uint8Array, framer: RecordFramer | null = null): void {
    this.checkOpen();
    this.group ??= this.beginGroup();
    if (this.group.failure !== null) return;
    this.frames.add(record, framer);
    if (this.frames.byteLength > AHEAD_BYTES) this.writeFrames(this.group);
  }

  addRows(rows: SampleRows, kernel: RowSource): void {
    this.add(kernel.encode(rows), kernel);
  }

  /** Forgets the group that is open. */
  drop(): void {
    const { group } = this;
    this.group = null;
    if (group !== null) this.takeBack(group);
  }

  /** `flushFor` as a promise, for who writes now and then. */
  flush(): Promise<void> {
    return new Promise((resolve, reject) => this.flushFor({ flushed: resolve, refused: reject }));
  }

  flushFor(listener: GroupListener): void {
    const isWaiting = this.isSynced && this.group !== null;
    try {
      this.flushNow();
    } catch (error) {
      listener.refused(error);
      return;
    }
    if (!isWaiting) listener.flushed();
    else this.durable().then(listener.flushed.bind(listener), listener.refused.bind(listener));
  }

  /** Resolves when what was written is as durable as was chosen. */
  async durable(): Promise<void> {
    if (this.isSynced) await this.sync.covered();
  }

  /** Writes the group and throws where that fails; with `fsync` it is not durable yet. */
  flushNow(): void {
    this.checkOpen();
    const { group } = this;
    if (group === null) return;
    this.writeFrames(group);
    this.group = null;
    if (group.failure !== null) throw group.failure;
    this.endGroup(group);
    if (typeof this.durability === 'object') this.startTimer(this.durability.intervalMs);
  }

  async cut(): Promise<number> {
    this.checkOpen();
    assert(this.group === null, 'no group is open when a segment is cut');
    const failure = this.tryUndo();
    if (failure !== null) throw failure;
    const from = this.current;
    const { size } = from.file;
    try {
      this.fillPage();
      this.current = this.createSegment(from.index + 1);
    } catch (error) {
      this.cutBack(from, size);
      throw error;
    }
    this.sync.finish(from);
    const { index } = this.current;
    await this.sync.covered();
    return index;
  }

  sizeBytes(): number {
    return logSizeBytes(this.disk, this.dir);
  }

  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    assert(this.group === null, 'no group is open when the log is closed');
    if (this.timer !== null) clearTimeout(this.timer);
    const failure = this.tryUndo();
    try {
      if (failure !== null) throw failure;
      this.endLastSegment();
      await this.sync.covered();
    } finally {
      await this.sync.close();
      this.current.file.close();
    }
  }

  /** Fills the last page, as Prometheus does; but a log may as well end within one. */
  private endLastSegment(): void {
    const { size } = this.current.file;
    try {
      this.fillPage();
    } catch (error) {
      this.cutBack(this.current, size);
      if (!(error instanceof DiskError)) throw error;
    }
  }

  private beginGroup(): OpenGroup {
    const failure = this.tryUndo();
    const { current: segment, offset: size } = this;
    this.frames.begin(size);
    return { segment, size, started: [], failure };
  }

  /** Writes what was added to the group. What fails is its failure, and is undone. */
  private writeFrames(group: OpenGroup): void {
    if (group.failure !== null) return;
    const { started } = group;
    let segment = started.at(-1) ?? group.segment;
    try {
      const [first, ...others] = this.frames.parts();
      if (first.length > 0) segment.file.write(first);
      for (const part of others) {
        segment = this.createSegment(segment.index + 1);
        started.push(segment);
        if (part.length > 0) segment.file.write(part);
      }
      this.frames.begin(segment.file.size);
    } catch (error) {
      group.failure = error as Error;
      this.takeBack(group);
    }
  }

  /** All of the group is written. */
  private endGroup({ started }: OpenGroup): void {
    for (const segment of started) {
      this.sync.finish(this.current);
      this.current = segment;
    }
    // With `fsync` the group itself waits for them: all or none of it is acknowledged.
    if (started.length > 0 && this.durability !== 'fsync') this.sync.inBackground('finished');
  }

  /** Undoes what was written of the group. */
  private takeBack({ segment, size, started }: OpenGroup): void {
    for (const one of started.splice(0)) this.undo(() => this.removeSegment(one));
    this.cutBack(segment, size);
  }

  /** How much of a segment is groups that have ended: what is open may be cut off again. */
  private wholeBytes(segment: OpenSegment): number {
    const { group } = this;
    const { size } = segment.file;
    return segment === group?.segment ? Math.min(group.size, size) : size;
  }

  /** Zeros up to the page's end, as every finished segment has them. */
  private fillPage(): void {
    const filled = this.offset % PAGE_BYTES;
    if (filled > 0) this.current.file.write(new Uint8Array(PAGE_BYTES - filled));
  }

  private createSegment(index: number): OpenSegment {
    const file = this.disk.create(this.disk.join(this.dir, segmentName(index)));
    const segment = { index, file, syncedBytes: 0 };
    try {
      this.disk.syncDirectory(this.dir);
    } catch (error) {
      this.undo(() => this.removeSegment(segment));
      throw error;
    }
    return segment;
  }

  private removeSegment({ file }: OpenSegment): void {
    file.close();
    this.disk.remove(file.path);
  }

  /** A sync failed: of the segments that it was to cover there stays what is on stable storage. */
  private dropUnsynced(segments: readonly OpenSegment[], error: Error): void {
    // Elsewhere groups are acknowledged before they are synced.
    if (this.durability !== 'fsync') return;
    const { group } = this;
    if (group !== null) {
      group.failure ??= error;
      this.takeBack(group);
    }
    for (const segment of segments) this.cutBack(segment, segment.syncedBytes);
  }

  private cutBack({ file }: OpenSegment, size: number): void {
    this.undo(() => {
      if (file.size > size) file.truncate(size);
    });
  }

  /** Does `action` now; where that fails, before anything else is written. */
  private undo(action: () => void): void {
    this.undone.push(action);
    this.tryUndo();
  }

  /** Undoes what failed groups have left; what prevents it, or null. */
  private tryUndo(): Error | null {
    try {
      for (; this.undone.length > 0; this.undone.pop()) this.undone[this.undone.length - 1]();
      return null;
    } catch (error) {
      return error as Error;
    }
  }

  private startTimer(intervalMs: number): void {
    if (this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.sync.inBackground('current');
    }, intervalMs).unref();
  }

  private checkOpen(): void {
    if (this.closing !== null) throw new ClosedError('the log');
  }
}

/** Behind all segments, and behind what a checkpoint covers. */
function nextSegmentIndex(disk: Pick<Disk, 'list'>, dir: string): number {
  const indexes = disk
    .list(dir)
    .map(({ name }) => parseSegmentName(name) ?? parseCheckpointName(name) ?? -1);
  return indexes.reduce((last, index) => Math.max(last, index), -1) + 1;
}

/** What a log's directory takes, in bytes. */
export function logSizeBytes(disk: Pick<Disk, 'list' | 'stat' | 'join'>, dir: string): number {
  let size = 0;
  for (const { name, kind } of disk.list(dir)) {
    const path = disk.join(dir, name);
    size += kind === 'directory' ? logSizeBytes(disk, path) : disk.stat(path).size;
  }
  return size;
}

function checkSegmentBytes(segmentBytes: number): number {
  if (segmentBytes > 0 && segmentBytes % PAGE_BYTES === 0) return segmentBytes;
  throw new ArgumentError(`segmentBytes ${segmentBytes} is no multiple of ${PAGE_BYTES}`);
}

function checkDurability(durability: Durability): Durability {
  if (durability === 'process' || durability === 'fsync' || durability.intervalMs > 0) {
    return durability;
  }
  throw new ArgumentError(`durability: intervalMs ${durability.intervalMs} is not positive`);
}
