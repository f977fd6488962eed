/**
 * The rows that appenders have borrowed from the head kernel. Its memory is not garbage collected,
 * so rows of an appender that was thrown away without commit or rollback are looked for and taken
 * back; and whoever removes series asks here which ones have samples on their way.
 */
import type { HeadKernel } from '../kernel/head-kernel.js';
import type { SampleRows } from '../kernel/sample-rows.js';
import { LimitError } from '../model/errors.js';

/** With fewer rows lent, nobody looks for lost ones. */
const LENT_MIN = 64;

/** Who fills rows: tells on demand how far. */
export interface RowsOwner {
  /** Sets `count` of the rows that are being filled. */
  countRows(): void;
}

export class LentRows {
  private readonly kernel: HeadKernel;
  private readonly owners = new Map<SampleRows, WeakRef<RowsOwner>>();
  private sweepAt = LENT_MIN;

  constructor(kernel: HeadKernel) {
    this.kernel = kernel;
  }

  /** Rows for at least `capacity` samples; they are the owner's until given back. */
  borrow(owner: WeakRef<RowsOwner>, capacity: number): SampleRows {
    if (this.owners.size >= this.sweepAt) {
      this.takeBackLost();
      this.sweepAt = Math.max(LENT_MIN, 2 * this.owners.size);
    }
    const rows = this.rows(capacity);
    this.owners.set(rows, owner);
    return rows;
  }

  giveBack(rows: SampleRows): void {
    this.owners.delete(rows);
    this.kernel.giveBack(rows);
  }

  /** All rows that may still be committed, counted. */
  inUse(): Iterable<SampleRows> {
    this.takeBackLost();
    for (const owner of this.owners.values()) owner.deref()?.countRows();
    return this.owners.keys();
  }

  private rows(capacity: number): SampleRows {
    try {
      return this.kernel.rows(capacity);
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      // Slow path: all memory is lent, perhaps to some who are gone by now.
      this.takeBackLost();
      return this.kernel.rows(capacity);
    }
  }

  private takeBackLost(): void {
    for (const [rows, owner] of this.owners) {
      if (owner.deref() === undefined) this.giveBack(rows);
    }
  }
}
