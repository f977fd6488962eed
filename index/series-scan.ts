/**
 * Reads series entries from front to back, as all that rewrite an index do, through a window of the
 * file in the kernel's memory, in which they are checked and decoded.
 */
import { type MergeSlot, WINDOW_BYTES } from '../kernel/merge-kernel.js';
import type { SeriesSection } from './series-section.js';

export class SeriesScan {
  private readonly section: SeriesSection;
  private readonly slot: MergeSlot;
  /** Where in the file the window begins, and how long it is. */
  private start = 0;
  private length = 0;

  constructor(section: SeriesSection, slot: MergeSlot) {
    this.section = section;
    this.slot = slot;
  }

  /**
   * Takes a series in hand, in the slot; false where that is left to `IndexReader.seriesSymbols`:
   * of what is damaged, which is told there, or large.
   */
  read(id: number): boolean {
    const { start, end, idUnit } = this.section;
    const offset = id * idUnit;
    if (!(offset >= start && offset < end)) return false;
    const at = offset - this.start;
    if (at >= 0 && at < this.length && this.slot.decodeSeries(at, this.length)) return true;
    this.load(offset);
    return this.slot.decodeSeries(0, this.length);
  }

  private load(offset: number): void {
    const { source, end } = this.section;
    const length = Math.min(WINDOW_BYTES, end - offset);
    this.length = 0;
    source.readInto(offset, this.slot.indexWindow.subarray(0, length));
    this.start = offset;
    this.length = length;
  }
}
