/** What a database's thread and those that help it with queries say to each other. */

/** Marks `workerData` as ours: who imports the worker's file does not start one. */
export const QUERY_WORKER = 'mmtsdb queries';

export interface QueryWorkerData {
  readonly worker: typeof QUERY_WORKER;
  /** Of `Portions`. */
  readonly buffer: SharedArrayBuffer;
  /** Its number. */
  readonly thread: number;
}

export type QueryMessage =
  /** What is to be made of the portions of a query: a `LeafPlan`. */
  | { readonly kind: 'begin'; readonly query: number; readonly plan: unknown }
  | { readonly kind: 'end'; readonly query: number }
  /** To one that sleeps. */
  | { readonly kind: 'work' };

export interface QueryAnswer {
  readonly kind: 'ready';
}
