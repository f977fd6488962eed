/**
 * Reads series entries from front to back, as all that rewrite an index do, through a window of the
 * file in the kernel's memory, in which they are checked and decoded.
 */
import { type MergeSlot, WINDOW_BYTES } from '../kernel/merge-slot.js';
import type { SeriesSection } from './series-section.js';

export class SeriesScan {
  private readonly section: SeriesSection;
  private readonly slot: MergeSlot;

  constructor(section: SeriesSection, slot: MergeSlot) {
    this.section = section;
    this.slot = slot;
  }

  /**
   * Takes a series in hand, in the slot; false where that is left to `IndexReader.seriesSymbols`:
   * of what is damaged, which is told there, or large.
   */
  read(id: number): boolean {
    const { slot } = this;
    const at = id * this.section.idUnit - slot.indexStart;
    if (at >= 0 && at < slot.indexLength && slot.decodeSeries(at)) return true;
    return this.load(id) && slot.decodeSeries(0);
  }

  /** Has the slot's window begin with the entry of a series; false: it can be none. */
  load(id: number): boolean {
    const { slot } = this;
    const { source, start, end, idUnit } = this.section;
    const offset = id * idUnit;
    slot.setIndexWindow(0, 0);
    if (!(offset >= start && offset < end)) return false;
    const length = Math.min(WINDOW_BYTES, end - offset);
    source.readInto(offset, slot.indexWindow.subarray(0, length));
    slot.setIndexWindow(offset, length);
    return true;
  }
}
