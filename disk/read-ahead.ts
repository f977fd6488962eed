/**
 * Decides which part of a mapped file to ask the system for before it is touched.
 *
 * Left alone, the system reads around every page that a mapping faults on: megabytes for a query
 * that wants 500 bytes. Told that access is random, it reads one page a fault, and a scan waits for
 * the disk at each. So mappings are random, and this asks for what is known to come: the
 * range in hand if it spans pages, and a window ahead once accesses have followed one another.
 */

/** An access this close to the last one follows it: what lies between is smaller than a run. */
const NEAR_BYTES = 128 * 1024;
/** So much has to be read in sequence before more is asked for than was wanted. */
const STREAK_BYTES = 512 * 1024;
/** Kept asked for ahead of a sequence: a few milliseconds of a disk's reading. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** A shorter range touches two pages at most, which the faults themselves bring in. */
const ASKED_BYTES_MIN = 8 * 1024;

export class ReadAhead {
  /** What to ask for, after `wants` said so. */
  start = 0;
  end = 0;
  private readonly size: number;
  /** Where the farthest access of the sequence ended, and how long the sequence is. */
  private reached = 0;
  private streak = 0;
  /** Up to here the sequence was asked for. */
  private asked = 0;

  /** For a file of `size` bytes. */
  constructor(size: number) {
    this.size = size;
  }

  /** Whether to ask for `[start, end)` before the `length` bytes at `offset` are read. */
  wants(offset: number, length: number): boolean {
    const end = offset + length;
    const { reached } = this;
    if (offset <= reached + NEAR_BYTES && offset >= reached - NEAR_BYTES) {
      if (end > reached) {
        this.streak += end - reached;
        this.reached = end;
      }
    } else {
      this.streak = 0;
      this.reached = end;
      this.asked = 0;
    }
    if (this.streak >= STREAK_BYTES) {
      if (this.asked >= Math.min(this.size, this.reached + WINDOW_BYTES / 2)) return false;
      this.start = Math.max(this.asked, offset);
      this.end = Math.min(this.size, this.reached + WINDOW_BYTES);
    } else {
      if (length < ASKED_BYTES_MIN || this.asked >= end) return false;
      this.start = Math.max(this.asked, offset);
      this.end = end;
    }
    this.asked = this.end;
    return true;
  }
}
