/**
 * A thread that helps with queries: takes portions of series out of shared memory, decodes them and
 * makes columns of them. It opens no file and knows no database, so that it can end at any time.
 */
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import { Kernel } from '../kernel/kernel.js';
import { scratchColumns } from '../kernel/step-kernel.js';
import { type Leaf, type LeafPlan, leafOf } from '../promql/leaf.js';
import { PortionReader } from './portion-reader.js';
import { DONE, Portions, REFUSED, type Slot } from './portions.js';
import {
  QUERY_WORKER,
  type QueryAnswer,
  type QueryMessage,
  type QueryWorkerData,
} from './query-protocol.js';

/** After so many portions the thread's loop has a turn: it may have been told to end. */
const PORTIONS_PER_TURN = 64;

/** Serves portions until the thread is ended. */
export function serveQueries(port: MessagePort, { buffer, thread }: QueryWorkerData): void {
  const helper = new QueryHelper(port, new Portions(buffer), thread);
  port.on('message', (message: QueryMessage) => {
    helper.hear(message);
    helper.run();
  });
  port.postMessage({ kind: 'ready' } satisfies QueryAnswer);
  helper.run();
}

class QueryHelper {
  private readonly port: MessagePort;
  private readonly portions: Portions;
  private readonly thread: number;
  private readonly reader = new PortionReader(new Kernel());
  private readonly samples = scratchColumns();
  private readonly leaves = new Map<number, Leaf>();
  private isWaiting = false;

  constructor(port: MessagePort, portions: Portions, thread: number) {
    this.port = port;
    this.portions = portions;
    this.thread = thread;
  }

  hear(message: QueryMessage): void {
    if (message.kind === 'begin') this.leaves.set(message.query, leafOf(message.plan as LeafPlan));
    else if (message.kind === 'end') this.leaves.delete(message.query);
  }

  /** Takes the portions that there are. */
  run(): void {
    if (this.isWaiting) return;
    for (let done = 0; done < PORTIONS_PER_TURN; done++) {
      let slot = this.portions.claim(this.thread);
      if (slot === null) {
        this.portions.sleep(this.thread);
        // Whoever has come in between may not have seen us asleep.
        slot = this.portions.claim(this.thread);
        if (slot === null) return;
        this.portions.wake(this.thread);
      }
      this.make(slot);
    }
    this.isWaiting = true;
    setImmediate(() => {
      this.isWaiting = false;
      this.run();
    });
  }

  private make(slot: Slot): void {
    const leaf = this.leafFor(slot.query);
    const { series } = slot;
    if (leaf === undefined) {
      for (let i = 0; i < series; i++) slot.setMade(i, REFUSED, 0);
    } else {
      const columns = slot.clearedColumns(leaf.steps);
      for (let i = 0; i < series; i++) {
        const column = columns[i];
        const samplesMax = this.read(slot, i) ? leaf.fill(this.samples, column) : null;
        slot.setMade(i, samplesMax === null ? REFUSED : column.count, samplesMax ?? 0);
      }
    }
    slot.state = DONE;
  }

  /** What is made of a query's series: told before its portions are there, if not heard by now. */
  private leafFor(query: number): Leaf | undefined {
    for (;;) {
      const leaf = this.leaves.get(query);
      if (leaf !== undefined) return leaf;
      const received = receiveMessageOnPort(this.port);
      if (received === undefined) return undefined;
      this.hear(received.message as QueryMessage);
    }
  }

  private read(slot: Slot, i: number): boolean {
    this.samples.clear();
    return this.reader.read(slot, i, this.samples);
  }
}

const data = workerData as QueryWorkerData | null;
if (parentPort !== null && data?.worker === QUERY_WORKER) serveQueries(parentPort, data);
