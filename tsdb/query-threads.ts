/**
 * The threads that help a database with large queries, so that these use the machine's other cores.
 *
 * They are started by the first query that asks for them, which goes on alone until they are up.
 * They never keep the process alive, and hold nothing: what they work on lies in shared memory
 * (portions.ts). Where one dies, its portion is done by the query's own thread; where none can be
 * started (their file is not there, as in some bundles), queries go alone.
 */
import { Worker } from 'node:worker_threads';
import { Kernel } from '../kernel/kernel.js';
import type { SeriesCursor, SharedWork } from '../model/queryable.js';
import { PortionReader } from './portion-reader.js';
import {
  CLAIMED,
  DONE,
  FREE,
  Portions,
  READY,
  seriesPerPortion,
  type Slot,
  SLOT_COUNT,
  TAKEN,
  THREADS_MAX,
} from './portions.js';
import {
  QUERY_WORKER,
  type QueryAnswer,
  type QueryMessage,
  type QueryWorkerData,
} from './query-protocol.js';
import { SharedSeries } from './shared-series.js';

/** After so many have died there are no more. */
const DEATHS_MAX = 3;
/** However many queries there are, each may have so many portions under way. */
const SLOTS_MIN = 2;

export interface QueryThreadsOptions {
  /** How many; at most THREADS_MAX. */
  readonly count: number;
  /** Where their program is; by default beside this one. */
  readonly workerFile?: URL;
}

interface Helper {
  readonly worker: Worker;
  readonly thread: number;
  isReady: boolean;
}

export class QueryThreads {
  private readonly count: number;
  private readonly workerFile: URL;
  private readonly helpers = new Map<number, Helper>();
  /** What no other thread has taken is read by this. */
  private readonly reader = new PortionReader(new Kernel());
  private portions: Portions | null = null;
  private deaths = 0;
  private isClosed = false;
  private waiting: (() => void)[] = [];

  private lastQuery = 0;
  private readonly queries = new Set<ThreadedQuery>();
  private sequence = 0;
  /** Portions of queries that have ended, while a thread is still at them. */
  private readonly left = new Set<Slot>();

  constructor(options: QueryThreadsOptions) {
    this.count = Math.min(options.count, THREADS_MAX);
    this.workerFile = options.workerFile ?? new URL('./query-worker.js', import.meta.url);
  }

  /** Shares what is left of `cursor`; null while no thread is up, and for what cannot be shared. */
  share(cursor: SeriesCursor, work: SharedWork): SharedSeries | null {
    if (cursor.canGive !== true || seriesPerPortion(work.steps) === 0) return null;
    this.start();
    if (![...this.helpers.values()].some(({ isReady }) => isReady)) return null;
    const query = new ThreadedQuery(this, ++this.lastQuery, work.steps);
    this.queries.add(query);
    this.tell({ kind: 'begin', query: query.id, plan: work.plan });
    return new SharedSeries(query, cursor, this.reader);
  }

  /** Starts what is to run and does not. */
  start(): void {
    for (let thread = 0; thread < this.count; thread++) {
      if (this.isClosed || this.deaths >= DEATHS_MAX) return;
      if (!this.helpers.has(thread)) this.startOne(thread);
    }
  }

  /** Starts what is to run, and resolves when all of it is up or gone. */
  async started(): Promise<void> {
    this.start();
    for (const { isReady, worker } of this.helpers.values()) if (!isReady) worker.ref();
    while ([...this.helpers.values()].some(({ isReady }) => !isReady)) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Ends the threads that there are, as if they had died. */
  kill(): void {
    for (const { worker } of this.helpers.values()) void worker.terminate();
  }

  /** Ends the threads; no query may be under way. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.helpers.values()].map(({ worker }) => worker.terminate()));
  }

  /** A slot to fill, unless the query has its share of them. */
  take(held: number): Slot | null {
    if (this.portions === null) return null;
    const share = Math.floor(SLOT_COUNT / Math.max(1, this.queries.size));
    if (held >= Math.max(SLOTS_MIN, share)) return null;
    for (const slot of this.left) {
      if (slot.state !== DONE) continue;
      slot.state = FREE;
      this.left.delete(slot);
    }
    return this.portions.slots.find(({ state }) => state === FREE) ?? null;
  }

  /** Shows a slot that was filled to the threads, and wakes one that sleeps. */
  publish(slot: Slot, query: number, series: number): void {
    slot.fill(query, ++this.sequence, series);
    slot.state = READY;
    for (const { thread, worker, isReady } of this.helpers.values()) {
      if (!isReady || this.portions?.wake(thread) !== true) continue;
      worker.postMessage({ kind: 'work' } satisfies QueryMessage);
      return;
    }
  }

  /** A query ends, whatever became of its portions. */
  end(query: ThreadedQuery, slots: Iterable<Slot>): void {
    if (!this.queries.delete(query)) return;
    for (const slot of slots) {
      const isOurs = [READY, DONE, TAKEN].some((state) => slot.change(state, FREE));
      if (!isOurs) this.left.add(slot);
    }
    this.tell({ kind: 'end', query: query.id });
  }

  private tell(message: QueryMessage): void {
    for (const { worker } of this.helpers.values()) worker.postMessage(message);
  }

  private startOne(thread: number): void {
    try {
      this.portions ??= new Portions();
      const { buffer } = this.portions;
      const workerData: QueryWorkerData = { worker: QUERY_WORKER, buffer, thread };
      // Flags of the process, such as --input-type, are not for files.
      const worker = new Worker(this.workerFile, { workerData, execArgv: [] });
      const helper: Helper = { worker, thread, isReady: false };
      this.helpers.set(thread, helper);
      worker.on('message', (answer: QueryAnswer) => {
        if (answer.kind === 'ready') this.welcome(helper);
      });
      // It exits next.
      worker.on('error', () => undefined);
      worker.on('exit', () => this.bury(helper));
      // Listening for messages has undone that, had it been said before.
      worker.unref();
    } catch {
      // Memory or threads are refused: that is no reason for a query to fail.
      this.deaths = DEATHS_MAX;
    }
  }

  private welcome(helper: Helper): void {
    helper.isReady = true;
    helper.worker.unref();
    this.notify();
  }

  private bury(helper: Helper): void {
    this.helpers.delete(helper.thread);
    this.deaths++;
    for (const slot of this.portions?.slots ?? []) {
      slot.change(CLAIMED + helper.thread, this.left.has(slot) ? DONE : READY);
    }
    this.notify();
  }

  private notify(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** One selector's series that are shared. */
export class ThreadedQuery {
  readonly id: number;
  readonly steps: number;
  private readonly threads: QueryThreads;

  constructor(threads: QueryThreads, id: number, steps: number) {
    this.threads = threads;
    this.id = id;
    this.steps = steps;
  }

  take(held: number): Slot | null {
    return this.threads.take(held);
  }

  publish(slot: Slot, series: number): void {
    this.threads.publish(slot, this.id, series);
  }

  end(slots: Iterable<Slot>): void {
    this.threads.end(this, slots);
  }
}
