/**
 * Makes blocks of an OpenMetrics text, the same as `promtool tsdb create-blocks-from openmetrics`
 * makes (cmd/promtool/backfill.go), but in one pass over the text and in memory that does not grow
 * with the number of samples (sample-runs.ts): only with that of series.
 *
 * The whole text is read before the first block is made. Then slice after slice of the block grid
 * becomes a block: durable before the next one begins, and staying when a later one cannot be made.
 */
import type { ReadBytes } from '../encoding/openmetrics.js';
import { OpenMetricsReader } from '../encoding/openmetrics.js';
import { makeDirectories } from '../disk/make-directories.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { DecodeError, InputError } from '../model/errors.js';
import { BlockDirectory } from './block-directory.js';
import { sliceStart } from './block-grid.js';
import type { BlockMeta } from './block-meta.js';
import { BlockWriter, symbolsOf } from './block-writer.js';
import { CommitRule, type Verdict } from './commit-rule.js';
import { FloatEncoder } from './float-encoder.js';
import { importedLabels } from './import-labels.js';
import { SampleRuns } from './sample-runs.js';
import { SeriesRows } from './series-rows.js';
import { SeriesTable } from './series-table.js';
import { SpillFile } from './spill-file.js';

/** promtool appends so many samples of a slice before it commits them. */
const COMMIT_SAMPLES = 5000;

export interface ImportOptions {
  /** The directory in which blocks are made; made itself where it is missing. */
  readonly out: string;
  /** The length of the grid's slices (block-grid.ts). */
  readonly durationMs: number;
  /** Labels that all samples get. */
  readonly labels: ReadonlyMap<string, string>;
  readonly newUlid: () => string;
  /** Told of each block when it is durable, in the order of their times. */
  readonly onBlock: (block: ImportedBlock) => void;
  /** For tests: how many samples are kept in memory. */
  readonly bufferedSamples?: number;
}

export interface ImportedBlock {
  readonly meta: BlockMeta;
  readonly path: string;
  readonly sizeBytes: number;
}

/** Samples that no block took. */
export interface LeftOut {
  readonly samples: number;
  /** They lie before this time, where the first block begins. */
  readonly before: number;
}

/** A slice of the grid with its samples. */
interface Slice {
  /** Of its rows in `SampleRuns`. */
  readonly index: number;
  readonly start: number;
  samples: number;
  /** The lines at which promtool's commits begin. */
  readonly commitStarts: number[];
}

/** What a slice holds: known before its block is begun. */
interface Survey {
  readonly minTime: number;
  readonly maxTime: number;
  /** Numbers of series, in label order. */
  readonly series: readonly number[];
}

/**
 * Imports the text that `read` gives, whose name in messages is `path`. What is wrong with it is an
 * `InputError`. Returns what promtool loses without a word: where times are negative, its first
 * block may begin after the first samples.
 */
export async function importOpenMetrics(
  disk: WritableDisk,
  path: string,
  read: ReadBytes,
  options: ImportOptions,
): Promise<LeftOut | null> {
  const spill = new SpillFile(disk, options.out, options.newUlid());
  try {
    const run = new OpenMetricsImport(disk, path, spill, options);
    run.collect(read);
    return await run.writeBlocks();
  } finally {
    spill.remove();
  }
}

class OpenMetricsImport {
  private readonly disk: WritableDisk;
  private readonly path: string;
  private readonly options: ImportOptions;
  private readonly table = new SeriesTable();
  private readonly runs: SampleRuns;
  private readonly slices = new Map<number, Slice>();
  private ranks: Uint32Array = new Uint32Array(0);
  private minTime = Infinity;

  constructor(disk: WritableDisk, path: string, spill: SpillFile, options: ImportOptions) {
    this.disk = disk;
    this.path = path;
    this.options = options;
    this.runs = new SampleRuns(spill, options.bufferedSamples);
  }

  /** Reads the whole text. */
  collect(read: ReadBytes): void {
    const { labels } = this.options;
    const reader = new OpenMetricsReader(read, (pairs) =>
      this.table.idOf(importedLabels(pairs, labels)),
    );
    try {
      while (reader.next()) this.add(reader);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new InputError(this.path, reader.line, error.message, { cause: error });
    }
    this.ranks = this.table.ranks();
    this.runs.finish(this.ranks);
  }

  /** Makes a block of each slice. */
  async writeBlocks(): Promise<LeftOut | null> {
    makeDirectories(this.disk, this.options.out);
    const slices = [...this.slices.values()].sort((a, b) => a.start - b.start);
    const { durationMs } = this.options;
    // Toward zero, as Go divides.
    const before = this.minTime - (this.minTime % durationMs);
    let leftOut: LeftOut | null = null;
    for (const slice of slices) {
      if (slice.start < before) leftOut = { samples: slice.samples, before };
      else await this.writeBlock(slice);
    }
    return leftOut;
  }

  private add(reader: OpenMetricsReader): void {
    const { time, line } = reader;
    if (this.runs.isFull) this.runs.spillRun(this.table.ranks());
    const slice = this.sliceOf(time);
    if (slice.samples % COMMIT_SAMPLES === 0) slice.commitStarts.push(line);
    slice.samples++;
    if (time < this.minTime) this.minTime = time;
    this.runs.add(slice.index, reader.series, time, reader.value, line);
  }

  private sliceOf(time: number): Slice {
    const start = sliceStart(time, this.options.durationMs);
    let slice = this.slices.get(start);
    if (slice === undefined) {
      slice = { index: this.slices.size, start, samples: 0, commitStarts: [] };
      this.slices.set(start, slice);
    }
    return slice;
  }

  private async writeBlock(slice: Slice): Promise<void> {
    const { disk, options, table } = this;
    const { series, minTime, maxTime } = this.survey(slice);
    const ulid = options.newUlid();
    const directory = new BlockDirectory(disk, options.out, ulid);
    let meta: BlockMeta;
    try {
      const symbols = symbolsOf(series.map((id) => table.labelsOf(id)));
      const range = { ulid, minTime, maxTime: maxTime + 1 };
      const writer = new BlockWriter(directory.openSink, range, symbols);
      this.writeSeries(slice, writer);
      meta = writer.finish();
      await directory.publish();
    } catch (error) {
      throw directory.discard(error);
    }
    options.onBlock({ meta, path: directory.path, sizeBytes: directory.sizeBytes });
  }

  /** The first sample of each series in a slice is taken, and so is the slice's last in time. */
  private survey(slice: Slice): Survey {
    const seen = new Uint8Array(this.table.size);
    const places: number[] = [];
    let minTime = Infinity;
    let maxTime = -Infinity;
    for (const cursor of this.runs.cursors(slice.index)) {
      for (; !cursor.isOver; cursor.next()) {
        const time = cursor.times[cursor.at];
        if (time > maxTime) maxTime = time;
        if (seen[cursor.series] === 1) continue;
        seen[cursor.series] = 1;
        places.push(this.ranks[cursor.series]);
        if (time < minTime) minTime = time;
      }
    }
    const inOrder = this.table.inOrder();
    const series = places.sort((a, b) => a - b).map((place) => inOrder[place]);
    return { minTime, maxTime, series };
  }

  /** The first refusal in the text is what promtool tells: all series have to be looked at. */
  private writeSeries(slice: Slice, writer: BlockWriter): void {
    const rule = new CommitRule(slice.commitStarts);
    // Promtool's head covers twice the slice, so that it takes samples of the whole of it.
    const encoder = new FloatEncoder(2 * this.options.durationMs);
    const rows = new SeriesRows(this.runs.cursors(slice.index), this.ranks);
    let refusal: InputError | null = null;
    while (rows.nextSeries()) {
      rule.startSeries();
      while (rows.nextRow()) {
        const { cursor } = rows;
        const { times, values, at, words, valueWord } = cursor;
        const verdict = rule.decide(times[at], words[valueWord], words[valueWord + 1], cursor.line);
        if (verdict === 'taken') encoder.append(times, values, at);
        else if (verdict !== 'dropped' && (refusal === null || cursor.line < refusal.line)) {
          refusal = this.refusal(verdict, cursor.line, rows.series, times[at]);
        }
      }
      const chunks = encoder.finish();
      if (refusal === null) writer.writeSeries(this.table.labelsOf(rows.series), chunks);
    }
    if (refusal !== null) throw refusal;
  }

  private refusal(verdict: Verdict, line: number, series: number, time: number): InputError {
    const sample = `${this.table.labelsOf(series).toString()} at ${time} ms`;
    const reason =
      verdict === 'duplicate'
        ? `duplicate sample: ${sample} has another value already`
        : `out of order sample: ${sample} comes after a later one`;
    return new InputError(this.path, line, reason);
  }
}
