/**
 * The chunks of one series out of several blocks as one list that does not overlap
 * (storage/merge.go, `compactChunkIterator`).
 *
 * Chunks go on as they are where they do not overlap. A run, which is a chunk and all behind it
 * that begin before those of the run have ended, becomes one sequence of samples in chunks of 120.
 */
import { ChunkEntries } from '../chunks/chunk-entries.js';
import type { EntryDecoder } from '../chunks/entry-decoder.js';
import { FloatMerger } from '../chunks/float-merge.js';
import { mergeColumns } from '../chunks/merge.js';
import { encodeFloats, encodeSamples } from '../chunks/series-encoder.js';
import { Columns } from '../model/columns.js';
import { Heap } from '../model/heap.js';

/** A place in the chunks of one block, or of a run that was merged. */
interface Place {
  readonly entries: ChunkEntries;
  at: number;
  readonly end: number;
}

export class ChunkMerger {
  /** How many samples were decoded so far. */
  decodedSamples = 0;
  private readonly decoder: EntryDecoder;
  /** The run in hand: what came first, then the others but for what they repeat. */
  private readonly run = new ChunkEntries();
  /** What the runs of the series in hand became. */
  private readonly encoded = new ChunkEntries();
  /** The samples of a run's chunks, one behind the other, and where each begins. */
  private readonly samples = new Columns();
  private readonly bounds: number[] = [];
  private readonly merged = new Columns();
  private readonly floats = new FloatMerger();

  constructor(decoder: EntryDecoder) {
    this.decoder = decoder;
  }

  /**
   * Adds the merge of `lists`, in the order in which Prometheus would come upon them, to `into`,
   * which refers to their bytes, and until the next call to ours.
   */
  merge(lists: readonly ChunkEntries[], into: ChunkEntries): void {
    const inTurn = lists.filter(({ count }) => count > 0).sort(byMinTime);
    if (areInTurn(inTurn)) for (const entries of inTurn) into.pushAll(entries);
    else this.mergeOverlapping(lists, into);
  }

  private mergeOverlapping(lists: readonly ChunkEntries[], into: ChunkEntries): void {
    const waiting = new Heap<Place>(comesBefore);
    for (const entries of lists) {
      if (entries.count > 0) waiting.push({ entries, at: 0, end: entries.count });
    }
    const { run, encoded } = this;
    encoded.clear();
    for (let first = waiting.pop(); first !== undefined; first = waiting.pop()) {
      run.clear();
      run.pushFrom(first.entries, first.at);
      moveOn(first, waiting);
      this.gather(waiting);
      if (run.count === 1) into.pushFrom(run, 0);
      else {
        const at = encoded.count;
        this.mergeRun();
        into.pushFrom(encoded, at);
        // The others wait among those of the blocks: the order of these depends on it.
        moveOn({ entries: encoded, at, end: encoded.count }, waiting);
      }
    }
  }

  /** Adds all that overlap to the run, but for what is equal to the one that was added last. */
  private gather(waiting: Heap<Place>): void {
    const { run } = this;
    let maxTime = run.maxTimes[0];
    for (let next = waiting.peek(); next !== undefined; next = waiting.peek()) {
      const { entries, at } = next;
      if (entries.minTimes[at] > maxTime) return;
      run.pushFrom(entries, at);
      if (run.areEqual(run.count - 2, run.count - 1)) run.count--;
      else maxTime = Math.max(maxTime, entries.maxTimes[at]);
      waiting.pop();
      moveOn(next, waiting);
    }
  }

  private mergeRun(): void {
    const { run, merged, samples, bounds, encoded } = this;
    samples.clear();
    bounds.length = 0;
    // What came first comes last: that decides whose sample stays of two at the same time.
    for (let i = 1; i <= run.count; i++) {
      const before = samples.count;
      this.decoder.decode(run, i % run.count, samples);
      if (samples.count > before) bounds.push(before);
    }
    this.decodedSamples += samples.count;
    bounds.push(samples.count);
    merged.clear();
    if (samples.histograms !== null || samples.startTimes !== null) {
      mergeColumns(partsOf(samples, bounds), merged);
      for (const chunk of encodeSamples(merged)) encoded.pushEncoded(chunk);
    } else {
      if (bounds.length > 1) this.floats.merge(samples, bounds, merged);
      encodeFloats(merged, this.decoder.kernel, (chunk) => encoded.pushEncoded(chunk));
    }
  }
}

/** Runs as columns of their own: for samples of all kinds. */
function partsOf(samples: Columns, bounds: readonly number[]): Columns[] {
  return bounds.slice(1).map((end, i) => {
    const part = new Columns(end - bounds[i]);
    part.pushRows(samples, bounds[i], end);
    return part;
  });
}

function byMinTime(a: ChunkEntries, b: ChunkEntries): number {
  return a.minTimes[0] - b.minTimes[0];
}

/** Fast path: whether each list begins behind the one before it, and overlaps nothing itself. */
function areInTurn(lists: readonly ChunkEntries[]): boolean {
  let maxTime = -Infinity;
  for (const { count, minTimes, maxTimes } of lists) {
    for (let i = 0; i < count; i++) {
      if (minTimes[i] <= maxTime) return false;
      maxTime = maxTimes[i];
    }
  }
  return true;
}

function moveOn(place: Place, waiting: Heap<Place>): void {
  place.at++;
  if (place.at < place.end) waiting.push(place);
}

function comesBefore(a: Place, b: Place): boolean {
  const difference = a.entries.minTimes[a.at] - b.entries.minTimes[b.at];
  if (difference !== 0) return difference < 0;
  return a.entries.maxTimes[a.at] < b.entries.maxTimes[b.at];
}
