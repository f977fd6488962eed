/**
 * What `verifyDirectory` finds, and the list that it goes to. A file that is damaged all over would
 * be found so a million times: each kind of finding about one file is told so often and then
 * counted.
 */
import { CorruptionError, DiskError, messageOf, TsdbError } from '../model/errors.js';

/**
 * `damage`: something is wrong, data may be missing or wrong. `note`: worth knowing, and legal:
 * blocks that overlap, what a crash left over, what a running Prometheus has not finished writing.
 */
export type Severity = 'damage' | 'note';

export interface Finding {
  readonly severity: Severity;
  /** The file or directory. */
  readonly path: string;
  /** In bytes; null where it is about the file as a whole. */
  readonly offset: number | null;
  readonly message: string;
}

/** How much of one file is told before the rest is only counted. */
const FINDINGS_PER_FILE_MAX = 50;

export class Findings {
  private readonly tell: (finding: Finding) => void;
  private readonly perFile = new Map<string, number>();
  private damageCount = 0;
  /** What a provisional check found so far; null outside of one. */
  private held: Finding[] | null = null;

  constructor(tell: (finding: Finding) => void) {
    this.tell = tell;
  }

  /** How many findings were damage, told or not. */
  get damages(): number {
    return this.damageCount;
  }

  damage(path: string, offset: number | null, message: string): void {
    this.add({ severity: 'damage', path, offset, message });
  }

  note(path: string, offset: number | null, message: string): void {
    this.add({ severity: 'note', path, offset, message });
  }

  /** Takes what the engine threw as damage; `path` stands in where the error names none. */
  error(error: unknown, path: string): void {
    if (error instanceof CorruptionError) this.damage(error.path, error.offset, error.reason);
    else if (error instanceof DiskError) this.damage(error.path, null, error.message);
    else if (error instanceof TsdbError) this.damage(path, null, messageOf(error));
    else throw error;
  }

  /**
   * Runs a check of files that a running Prometheus may take away meanwhile: what it finds is told
   * behind it, or forgotten if `isVoid` says so of its result.
   */
  async provisional<T>(check: () => Promise<T>, isVoid: (result: T) => boolean): Promise<T> {
    this.held = [];
    let held: readonly Finding[];
    let result: T;
    try {
      result = await check();
    } finally {
      held = this.held;
      this.held = null;
    }
    if (!isVoid(result)) for (const finding of held) this.add(finding);
    return result;
  }

  /** Says how many findings were not told, file by file. */
  finish(): void {
    for (const [path, count] of this.perFile) {
      const untold = count - FINDINGS_PER_FILE_MAX;
      if (untold <= 0) continue;
      this.tell({ severity: 'note', path, offset: null, message: `${untold} more findings` });
    }
  }

  private add(finding: Finding): void {
    if (this.held !== null) {
      this.held.push(finding);
      return;
    }
    if (finding.severity === 'damage') this.damageCount++;
    const count = (this.perFile.get(finding.path) ?? 0) + 1;
    this.perFile.set(finding.path, count);
    if (count <= FINDINGS_PER_FILE_MAX) this.tell(finding);
  }
}
