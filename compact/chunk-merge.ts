/**
 * The chunks of one series out of several blocks as one list that does not overlap
 * (storage/merge.go, `compactChunkIterator`).
 *
 * Chunks go on as they are where they do not overlap. A run, which is a chunk and all behind it
 * that begin before those of the run have ended, becomes one sequence of samples in chunks of 120.
 */
import { ChunkEntries } from '../chunks/chunk-entries.js';
import type { EntryDecoder } from '../chunks/entry-decoder.js';
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
  /** Buffers for the samples of a run's chunks, reused from run to run. */
  private readonly parts: Columns[] = [];
  private readonly merged = new Columns();

  constructor(decoder: EntryDecoder) {
    this.decoder = decoder;
  }

  /**
   * Adds the merge of `lists`, in the order in which Prometheus would come upon them, to `into`,
   * which refers to their bytes, and until the next call to ours.
   */
  merge(lists: readonly ChunkEntries[], into: ChunkEntries): void {
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
    const { run, merged, parts } = this;
    // What came first comes last: that decides whose sample stays of two at the same time.
    for (let i = 0; i < run.count; i++) {
      const part = (parts[i] ??= new Columns());
      part.clear();
      this.decoder.decode(run, (i + 1) % run.count, part);
      this.decodedSamples += part.count;
    }
    merged.clear();
    mergeColumns(parts.slice(0, run.count), merged);
    const isPlain = merged.histograms === null && merged.startTimes === null;
    const chunks = isPlain ? encodeFloats(merged, this.decoder.kernel) : encodeSamples(merged);
    for (const chunk of chunks) this.encoded.pushEncoded(chunk);
  }
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
