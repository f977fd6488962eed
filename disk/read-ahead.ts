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

/** What was asked for so lately is taken to be in memory still. */
const LATELY_MS = 10_000;
/** Of which parts that is known; one that was asked for in part counts as a whole. */
const GRANULE_BYTES = 16 * 1024;

/**
 * When the parts of a file were asked for. To ask costs the system a look at each page: as much as
 * a third of a query that wants one chunk of every series, and all for nothing the second time.
 */
export class LatelyAsked {
  private readonly now: () => number;
  private readonly granules: number;
  /** In ms, of which the low 32 bits do; made when something is asked for first. */
  private askedAt: Uint32Array | null = null;

  /** Of a file of `size` bytes; `now` gives ms. */
  constructor(size: number, now: () => number) {
    this.granules = Math.ceil(size / GRANULE_BYTES);
    this.now = now;
  }

  /** Whether `[start, end)` is to be asked for; then it is taken to be. */
  renew(start: number, end: number): boolean {
    const now = this.now() >>> 0;
    this.askedAt ??= new Uint32Array(this.granules).fill(now - LATELY_MS);
    const { askedAt } = this;
    const last = Math.ceil(end / GRANULE_BYTES);
    let at = Math.floor(start / GRANULE_BYTES);
    while (at < last && (now - askedAt[at]) >>> 0 < LATELY_MS) at++;
    if (at === last) return false;
    askedAt.fill(now, Math.floor(start / GRANULE_BYTES), last);
    return true;
  }
}

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
