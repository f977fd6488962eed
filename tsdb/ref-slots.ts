/**
 * Series ref → slot. Refs only grow and slots are used again, so that after some churn the living
 * refs stand far apart: beyond the first million, pages of which no ref lives any more are dropped.
 */

/** Refs below it have a table of their own, in which they are found with fewer steps. */
const NEAR_REFS = 1 << 20;
const PAGE_SHIFT = 16;
const PAGE_REFS = 1 << PAGE_SHIFT;
const REF_MASK = PAGE_REFS - 1;
/** Stands for a page where no ref lives. */
const NO_PAGE = new Int32Array(PAGE_REFS);

export class RefSlots {
  /** By ref: slot + 1, or 0. The system lends only what of it is touched. */
  private readonly near = new Int32Array(NEAR_REFS);
  private nearLimit = 0;
  /** The same by the upper half of a ref below 2^32. */
  private readonly pages: Int32Array[] = [];
  private readonly counts: number[] = [];
  /** Refs from 2^32 on. */
  private readonly far = new Map<number, number>();

  /** The slot of a ref, -1 where there is none; anything may be asked. */
  slotOf(ref: number): number {
    const short = ref >>> 0;
    if (short === ref && short < NEAR_REFS) return this.near[short] - 1;
    return this.slotOfLater(ref);
  }

  /** Enters an integer from 1 that has no slot. */
  add(ref: number, slot: number): void {
    if (ref < NEAR_REFS) {
      this.near[ref] = slot + 1;
      this.nearLimit = Math.max(this.nearLimit, ref + 1);
      return;
    }
    const short = ref >>> 0;
    if (short !== ref) {
      this.far.set(ref, slot);
      return;
    }
    const page = short >>> PAGE_SHIFT;
    while (this.pages.length <= page) {
      this.pages.push(NO_PAGE);
      this.counts.push(0);
    }
    if (this.counts[page]++ === 0) this.pages[page] = new Int32Array(PAGE_REFS);
    this.pages[page][short & REF_MASK] = slot + 1;
  }

  /** Removes a ref that was added. */
  remove(ref: number): void {
    if (ref < NEAR_REFS) {
      this.near[ref] = 0;
      return;
    }
    const short = ref >>> 0;
    if (short !== ref) {
      this.far.delete(ref);
      return;
    }
    const page = short >>> PAGE_SHIFT;
    this.pages[page][short & REF_MASK] = 0;
    if (--this.counts[page] === 0) this.pages[page] = NO_PAGE;
  }

  sizeBytes(): number {
    const living = this.counts.filter((count) => count > 0).length;
    const pages = 4 * PAGE_REFS * living + 16 * this.pages.length;
    return 4 * this.nearLimit + pages + 64 * this.far.size;
  }

  /** Slow path: a million series have been made before it, or it is no ref at all. */
  private slotOfLater(ref: number): number {
    const short = ref >>> 0;
    if (short !== ref) return this.far.get(ref) ?? -1;
    const page = short >>> PAGE_SHIFT;
    return page < this.pages.length ? this.pages[page][short & REF_MASK] - 1 : -1;
  }
}
