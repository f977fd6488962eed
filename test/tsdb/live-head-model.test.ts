/** A living head against a model of a hundred lines: what it takes, what it shows, and to whom. */
import fc from 'fast-check';
import { addInterval, type Interval } from '../../model/interval.js';
import { matcher } from '../../model/matcher.js';
import type { Appender } from '../../tsdb/appender.js';
import type { HeadReader } from '../../tsdb/head-reader.js';
import type { LiveHead } from '../../tsdb/live-head.js';
import { type Content, contentOf, memoryHead, openHead, RANGE_MS } from '../support/live-heads.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

type Op =
  | { op: 'append'; who: number; series: number; time: number; value: number }
  | { op: 'commit'; who: number }
  | { op: 'rollback'; who: number }
  | { op: 'open'; reader: number; minTime: number; length: number }
  | { op: 'read'; reader: number }
  | { op: 'delete'; series: number; minTime: number; length: number }
  | { op: 'truncate'; back: number };

const who = fc.nat(2);
const series = fc.nat(3);
/** How far ahead of the clock of the run; the clock moves with each append. */
const time = fc.integer({ min: -700, max: 60 });
const length = fc.nat(2500);
const operation: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      op: fc.constant('append' as const),
      who,
      series,
      time,
      value: fc.nat(1),
    }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('commit' as const), who }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('rollback' as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('open' as const),
      reader: who,
      minTime: fc.integer({ min: -3000, max: 100 }),
      length,
    }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('read' as const), reader: who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('delete' as const),
      series,
      minTime: fc.integer({ min: -3000, max: 100 }),
      length,
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('truncate' as const), back: fc.nat(3000) }) },
);

interface Sample {
  readonly time: number;
  readonly value: number;
}

class ModelSeries {
  samples: Sample[] = [];
  deleted: Interval[] = [];

  get last(): Sample | undefined {
    return this.samples.at(-1);
  }

  visible({ minTime, maxTime }: Interval, samples = this.samples): Sample[] {
    const isIn = (range: Interval, at: number): boolean =>
      range.minTime <= at && at <= range.maxTime;
    return samples.filter(
      (sample) =>
        isIn({ minTime, maxTime }, sample.time) &&
        !this.deleted.some((interval) => isIn(interval, sample.time)),
    );
  }
}

interface Writer {
  readonly appender: Appender;
  readonly minTime: number | null;
  readonly rows: { series: number; time: number; value: number }[];
}

interface Reader {
  readonly reader: HeadReader;
  readonly range: Interval;
  readonly seen: readonly (readonly Sample[])[];
}

/** The head and the model, side by side. */
class Pair {
  private readonly head: LiveHead;
  private readonly all = Array.from({ length: 4 }, () => new ModelSeries());
  private readonly writers = new Map<number, Writer>();
  private readonly readers = new Map<number, Reader>();
  private clock = 10_000;
  private isEmpty = true;
  private readonly cleaning: Promise<void>[] = [];

  constructor(head: LiveHead) {
    this.head = head;
  }

  async apply(op: Op): Promise<void> {
    if (op.op === 'append') this.append(op);
    else if (op.op === 'commit') await this.commit(op.who);
    else if (op.op === 'rollback') this.rollback(op.who);
    else if (op.op === 'open') this.open(op.reader, this.clock + op.minTime, op.length);
    else if (op.op === 'read') this.read(op.reader);
    else if (op.op === 'delete') await this.delete(op.series, this.clock + op.minTime, op.length);
    else this.truncate(this.clock - op.back);
  }

  async end(): Promise<void> {
    for (const reader of this.readers.keys()) this.read(reader);
    for (const { reader } of this.readers.values()) reader.release();
    this.readers.clear();
    await Promise.all(this.cleaning);
    this.open(0, 0, 1e9);
    this.read(0);
  }

  private writer(name: number): Writer {
    let writer = this.writers.get(name);
    if (writer === undefined) {
      const minTime = this.isEmpty ? null : this.appendable();
      writer = { appender: this.head.appender(), minTime, rows: [] };
      this.writers.set(name, writer);
    }
    return writer;
  }

  private appendable(): number {
    return Math.max(this.head.maxTime - RANGE_MS / 2, this.head.data.minValidTime);
  }

  private append({ who, series, time, value }: Extract<Op, { op: 'append' }>): void {
    const at = (this.clock += 20) + time;
    let writer = this.writer(who);
    if (writer.minTime === null) {
      this.isEmpty = false;
      this.head.data.initTime(at);
      this.writers.set(who, (writer = { ...writer, minTime: this.appendable() }));
    }
    const { last } = this.all[series];
    const want =
      at < (writer.minTime ?? 0)
        ? 'TSDB_OUT_OF_BOUNDS'
        : last === undefined || at > last.time
          ? 'row'
          : at < last.time
            ? 'TSDB_OUT_OF_ORDER'
            : last.value === value
              ? 'equal'
              : 'TSDB_DUPLICATE_SAMPLE';
    let got = want === 'equal' ? 'equal' : 'row';
    try {
      writer.appender.append({ __name__: `s${series}` }, at, value);
    } catch (error) {
      got = (error as { code: string }).code;
    }
    expect(got).toBe(want);
    if (want === 'row') writer.rows.push({ series, time: at, value });
  }

  private async commit(name: number): Promise<void> {
    const { appender, rows, minTime } = this.writer(name);
    this.writers.delete(name);
    const want = { appended: 0, outOfOrder: 0, duplicate: 0, outOfBounds: 0 };
    const validTime = this.head.data.minValidTime;
    for (const { series, ...sample } of rows) {
      const { last } = this.all[series];
      if (sample.time < validTime && (minTime ?? 0) < validTime) want.outOfBounds++;
      else if (last === undefined || sample.time > last.time) {
        this.all[series].samples.push(sample);
        want.appended++;
      } else if (sample.time < last.time) want.outOfOrder++;
      else if (sample.value !== last.value) want.duplicate++;
    }
    expect(await appender.commit()).toEqual(want);
  }

  private rollback(name: number): void {
    this.writer(name).appender.rollback();
    this.writers.delete(name);
  }

  private open(name: number, minTime: number, length: number): void {
    this.readers.get(name)?.reader.release();
    this.readers.delete(name);
    const reader = this.head.reader({ minTime, maxTime: minTime + length });
    if (reader === null) return;
    const range = { minTime: Math.max(minTime, this.head.minTime), maxTime: minTime + length };
    const seen = this.all.map(({ samples }) => [...samples]);
    this.readers.set(name, { reader, range, seen });
  }

  private read(name: number): void {
    const open = this.readers.get(name);
    if (open === undefined) return;
    const want: Content = {};
    for (const [i, one] of this.all.entries()) {
      const visible = one.visible(open.range, [...open.seen[i]]);
      if (visible.length > 0) {
        want[`{__name__="s${i}"}`] = visible.map((sample) => [sample.time, sample.value]);
      }
    }
    const got = Object.entries(contentOf(open.reader)).filter(([, samples]) => samples.length > 0);
    expect(Object.fromEntries(got)).toEqual(want);
  }

  private async delete(series: number, minTime: number, length: number): Promise<void> {
    const one = this.all[series];
    const from = Math.max(minTime, this.head.minTime);
    const to = Math.min(minTime + length, this.head.maxTime, one.last?.time ?? -Infinity);
    const matchers = [matcher('__name__', '=', `s${series}`)];
    await this.head.delete(matchers, { minTime, maxTime: minTime + length });
    const first = one.samples.findIndex((sample) => sample.time >= from && sample.time <= to);
    if (first >= 0) one.deleted = addInterval(one.deleted, { minTime: from, maxTime: to });
  }

  /** The model's series lose nothing: what is cut off is hidden by where readers begin. */
  private truncate(at: number): void {
    if (this.isEmpty || at <= this.head.minTime || at > this.head.maxTime - RANGE_MS / 2) return;
    this.cleaning.push(this.head.truncate(at));
  }
}

async function check(head: LiveHead, ops: readonly Op[]): Promise<void> {
  const pair = new Pair(head);
  for (const op of ops) await pair.apply(op);
  await pair.end();
}

describe('a living head', () => {
  it('does what a simple model does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 120 }), async (ops) => {
        await check(memoryHead(), ops);
      }),
      { numRuns: 60 },
    );
  });

  it('does the same over a log and files, and is the same when it is rebuilt', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 80 }), async (ops) => {
        const dir = '/data';
        const disk = new WritableMemoryDisk(['/', dir]);
        const { head, log } = await openHead(disk, dir);
        await check(head, ops);
        const range = { minTime: head.minTime, maxTime: head.maxTime };
        const before = contentIn(head, range);
        await head.close();
        await log.close();
        const minValidTime = head.data.minValidTime;
        const rebuilt = await openHead(disk, dir, { minValidTime });
        expect(contentIn(rebuilt.head, range)).toEqual(before);
      }),
      { numRuns: 25 },
    );
  });
});

function contentIn(head: LiveHead, range: Interval): Content {
  const reader = head.reader(range);
  if (reader === null) return {};
  const content = contentOf(reader);
  reader.release();
  return Object.fromEntries(Object.entries(content).filter(([, samples]) => samples.length > 0));
}
