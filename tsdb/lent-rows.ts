/**
 * The rows that appenders have borrowed from the head kernel. Its memory is not garbage collected,
 * so rows of an appender that was thrown away without commit or rollback are looked for and taken
 * back; and whoever removes series asks here which ones have samples on their way.
 *
 * An owner is held by a weak reference only once further rows were lent: most have committed by
 * then, and making one takes longer than appending a hundred samples.
 */
import type { HeadKernel } from '../kernel/head-kernel.js';
import type { SampleRows } from '../kernel/sample-rows.js';
import { LimitError } from '../model/errors.js';

/** After at least so many more rows were lent, lost ones are looked for. */
const LENT_MIN = 64;

/** Who fills rows: tells on demand how far. */
export interface RowsOwner {
  /** Sets `count` of the rows that are being filled. */
  countRows(): void;
}

export class LentRows {
  private readonly kernel: HeadKernel;
  private readonly weaken: (owner: RowsOwner) => WeakRef<RowsOwner>;
  /** In any order; each knows its place here. */
  private readonly lent: SampleRows[] = [];
  /** Of each, who fills it: held, or only referred to; null where it is full and committed. */
  private readonly owners: (RowsOwner | WeakRef<RowsOwner> | null)[] = [];
  private untilSweep = LENT_MIN;

  constructor(kernel: HeadKernel, weaken = (owner: RowsOwner) => new WeakRef(owner)) {
    this.kernel = kernel;
    this.weaken = weaken;
  }

  /** Rows for at least `capacity` samples; they are the owner's until kept or given back. */
  borrow(owner: RowsOwner, capacity: number): SampleRows {
    if (this.untilSweep-- === 0) this.sweep();
    const rows = this.rows(capacity);
    rows.place = this.lent.length;
    this.lent.push(rows);
    this.owners.push(owner);
    return rows;
  }

  /** The rows are filled, and will be given back whatever becomes of their owner. */
  keep(rows: SampleRows): void {
    this.owners[rows.place] = null;
  }

  giveBack(rows: SampleRows): void {
    const { lent, owners } = this;
    const { place } = rows;
    const last = lent.length - 1;
    lent[place] = lent[last];
    owners[place] = owners[last];
    lent[place].place = place;
    lent.pop();
    owners.pop();
    this.kernel.giveBack(rows);
  }

  /** All rows that may still be committed, counted. */
  inUse(): readonly SampleRows[] {
    this.sweep();
    for (const owner of this.owners) ownerOf(owner)?.countRows();
    return this.lent;
  }

  private rows(capacity: number): SampleRows {
    try {
      return this.kernel.rows(capacity);
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      // Slow path: all memory is lent, perhaps to some who are gone by now.
      this.sweep();
      return this.kernel.rows(capacity);
    }
  }

  /** Takes back what is lost, and lets go of the owners of the rest. */
  private sweep(): void {
    for (let place = this.lent.length - 1; place >= 0; place--) {
      const owner = this.owners[place];
      if (owner === null) continue;
      if (!isWeak(owner)) this.owners[place] = this.weaken(owner);
      else if (owner.deref() === undefined) this.giveBack(this.lent[place]);
    }
    this.untilSweep = Math.max(LENT_MIN, this.lent.length);
  }
}

function isWeak(owner: RowsOwner | WeakRef<RowsOwner>): owner is WeakRef<RowsOwner> {
  return 'deref' in owner;
}

function ownerOf(owner: RowsOwner | WeakRef<RowsOwner> | null): RowsOwner | undefined {
  return owner !== null && isWeak(owner) ? owner.deref() : (owner ?? undefined);
}
