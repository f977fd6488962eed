/**
 * Moves the blocks of a merge on together, in the kernel, so long as all have the same series and
 * every chunk goes on as it is: what blocks of the same targets mostly are.
 *
 * It begins where each block has its next series before it. What it does not deal with, it leaves
 * in the slots of the sources, which go on from there.
 */
import type { MergeKernel, Needed } from '../kernel/merge-kernel.js';
import { ENCODED_SLOTS_MAX } from '../kernel/merge-kernel.js';
import { Heap } from '../model/heap.js';
import type { Interval } from '../model/interval.js';
import type { BlockWriter } from './block-writer.js';
import type { MergeSource } from './merge-source.js';

/** How far a call came. */
export interface Moved {
  readonly series: number;
  readonly chunks: number;
  /** Whether there may be more: then nobody else moves the sources. */
  readonly hasMore: boolean;
}

const NOTHING: Moved = { series: 0, chunks: 0, hasMore: false };

export class Together {
  private readonly kernel: MergeKernel;
  private readonly sources: readonly MergeSource[];
  private readonly writer: BlockWriter;
  private readonly range: Interval;
  /** How many series were moved since the order of sources was put right. */
  private rounds = 0;

  /** `sources` are by slots. */
  constructor(
    kernel: MergeKernel,
    sources: readonly MergeSource[],
    writer: BlockWriter,
    range: Interval,
  ) {
    this.kernel = kernel;
    this.sources = sources;
    this.writer = writer;
    this.range = range;
  }

  /**
   * Writes the next series of `members`, a few at most, and puts them into the order in which a
   * heap would give them then.
   */
  move(members: MergeSource[]): Moved {
    const isFew = members.length > 0 && members.length <= ENCODED_SLOTS_MAX;
    if (!isFew || !members.every((source) => source.mayMoveTogether)) return NOTHING;
    const { kernel, writer } = this;
    writer.beginBatch(kernel);
    const slots = members.map(({ slot }) => slot);
    const { minTime, maxTime } = this.range;
    let needed = kernel.advance(slots, minTime, maxTime);
    while (this.provide(needed)) needed = kernel.advance(slots, minTime, maxTime);
    const { batch } = kernel;
    if (batch.count > 0) writer.writeBatch(batch);
    this.rounds += batch.count;
    const hasMore = needed.kind === 'room';
    if (!hasMore) {
      reorder(members, this.rounds);
      this.rounds = 0;
    }
    return { series: batch.count, chunks: batch.chunkCount, hasMore };
  }

  private provide({ kind, slot }: Needed): boolean {
    if (kind === 'ids') return this.sources[slot].loadIds();
    if (kind === 'index') return this.sources[slot].loadIndex();
    return kind === 'chunks' && this.sources[slot].loadChunks();
  }
}

/** Does so many times what a heap does to equal items that are pushed and popped again. */
export function reorder<T>(items: T[], times: number): void {
  if (times === 0 || items.length < 2) return;
  const heap = new Heap<number>(() => false);
  items.forEach((_, i) => heap.push(i));
  let step = items.map(() => heap.pop() ?? 0);
  // Twice as far with every bit of the number.
  for (let left = times; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      const before = [...items];
      step.forEach((from, i) => (items[i] = before[from]));
    }
    step = step.map((from) => step[from]);
  }
}
