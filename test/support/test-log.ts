/** A log that notes the types of the records of each group, fails when told to, and may be slow. */
import type { RowSource } from '../../kernel/row-encoder.js';
import type { SampleRows } from '../../kernel/sample-rows.js';
import type { GroupListener, Log } from '../../wal/log.js';

export class TestLog implements Log {
  readonly segment = 0;
  isElsewhere = false;
  /** The record types of the groups that were written. */
  readonly groups: string[][] = [];
  failing: Error | null = null;
  isSlow = false;
  private group: string[] = [];
  private flushed = 0;
  private readonly pending: (() => void)[] = [];

  add(record: Uint8Array): void {
    this.group.push(String(record[0]));
  }

  addRows(rows: SampleRows, kernel: RowSource): void {
    this.add(kernel.encode(rows));
  }

  private flush(): Promise<void> {
    const { group } = this;
    this.group = [];
    this.flushed++;
    if (this.failing !== null) return Promise.reject(this.failing);
    if (group.length > 0) this.groups.push(group);
    if (!this.isSlow) return Promise.resolve();
    return new Promise((resolve) => this.pending.push(resolve));
  }

  flushFor(listener: GroupListener): void {
    this.flush().then(listener.flushed.bind(listener), listener.refused.bind(listener));
  }

  /** Resolves once so many groups were flushed. */
  async whenFlushed(count: number): Promise<void> {
    while (this.flushed < count) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Ends the writing of all groups, the last one first. */
  finishAll(): void {
    for (const resolve of this.pending.splice(0).reverse()) resolve();
  }

  cut(): Promise<number> {
    return Promise.resolve(0);
  }

  sizeBytes(): number {
    return 0;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
