/** Something damaged that was set aside so that the rest could be opened. */
export interface Problem {
  /** The file or directory. */
  readonly path: string;
  /** Where in the file the damage begins, in bytes; null where that is not known. */
  readonly offset: number | null;
  /** The code of the error that was met (model/errors.ts). */
  readonly code: string;
  /** What is wrong and what was left out because of it. */
  readonly message: string;
}
