/** Decodes the series of a portion (portion-writer.ts): here, or in another thread. */
import { mergeColumns } from '../chunks/merge.js';
import type { Kernel } from '../kernel/kernel.js';
import { Columns } from '../model/columns.js';
import type { Interval } from '../model/interval.js';
import type { Slot } from './portions.js';
import { keepVisible } from './sample-range.js';

const WORD_BYTES = 8;

export class PortionReader {
  private readonly kernel: Kernel;
  private readonly parts: Columns[] = [];
  /** The next word. */
  private at = 0;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /**
   * Appends the samples of series `i`; false, and `into` is garbage, where they are no floats or
   * damaged: then the series is read where it lies, which knows what is wrong and where.
   */
  read(slot: Slot, i: number, into: Columns): boolean {
    this.at = slot.beginOf(i);
    const count = slot.words[this.at++];
    if (count === 1) return this.readPart(slot, into);
    const parts: Columns[] = [];
    for (let part = 0; part < count; part++) {
      const columns = (this.parts[part] ??= new Columns());
      columns.clear();
      if (!this.readPart(slot, columns)) return false;
      parts.push(columns);
    }
    mergeColumns(parts, into);
    return true;
  }

  private readPart(slot: Slot, into: Columns): boolean {
    const { words } = slot;
    const start = into.count;
    const minTime = words[this.at++];
    const maxTime = words[this.at++];
    const deletedCount = words[this.at++];
    const deleted: Interval[] = [];
    for (let i = 0; i < deletedCount; i++, this.at += 2) {
      deleted.push({ minTime: words[this.at], maxTime: words[this.at + 1] });
    }
    const runs = words[this.at++];
    for (let run = 0; run < runs; run++) {
      if (!this.readRun(slot, into)) return false;
    }
    keepVisible(into, start, { minTime, maxTime, deleted });
    return true;
  }

  private readRun({ words, bytes: input }: Slot, into: Columns): boolean {
    const entries = words[this.at++];
    const length = words[this.at++];
    const from = this.at;
    const to = from + entries;
    const bytes = input.subarray(WORD_BYTES * to, WORD_BYTES * to + length);
    this.at = to + Math.ceil(length / WORD_BYTES);
    if (entries === 0) return this.kernel.decodeXorChunk(bytes, into);
    const run = { bytes, refs: words, from, to, base: 0, verify: true };
    return this.kernel.decodeXorRun(run, into) === entries;
  }
}
