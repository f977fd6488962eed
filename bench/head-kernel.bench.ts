/**
 * The head's loops over samples: appending to open chunks, encoding and decoding log records; the
 * head kernel and the TypeScript codec on the same samples in the same run.
 *
 *     npm run bench -- head-kernel [--small] [--json]
 *
 * Every series gets one sample in turn, 15 s apart, as scrapes give them. What is timed for
 * appending includes ending chunks and making entries of them, but no writing. A figure is the sum
 * of each round's fastest pass, so that a busy machine does not spoil it.
 */
import { pathToFileURL } from 'node:url';
import { ChunkCutter } from '../chunks/chunk-cutter.js';
import { XorAppender } from '../chunks/xor.js';
import { ByteWriter } from '../encoding/byte-writer.js';
import { HeadKernel, ROWS_MAX } from '../kernel/head-kernel.js';
import type { SampleRows } from '../kernel/sample-rows.js';
import { decodeSamples, encodeSamples } from '../wal/sample-record.js';
import { SampleBatch } from '../wal/sample-batch.js';
import { seeded } from './support/random.js';
import { type Column, formatTable } from './support/report.js';

const STEP_MS = 15_000;
const START_MS = 1_600_000_000_000;
const CHUNK_RANGE_MS = 7_200_000;

export interface HeadKernelParameters {
  readonly series: number;
  /** How many samples each series gets. */
  readonly rounds: number;
  readonly passes: number;
}

export const FULL: HeadKernelParameters = { series: 10_000, rounds: 240, passes: 5 };
export const SMALL: HeadKernelParameters = { series: 50, rounds: 130, passes: 2 };

/** Nanoseconds a sample. */
export interface HeadKernelRow {
  readonly shape: string;
  readonly work: 'append' | 'encode' | 'decode';
  readonly kernel: number;
  readonly typescript: number;
  /** How many times as fast the kernel is. */
  readonly ratio: number;
}

/** How a sample follows from the last one of its series. */
interface Shape {
  readonly name: string;
  readonly jitterMs: (random: () => number) => number;
  readonly value: (last: number, random: () => number) => number;
}

const SHAPES: readonly Shape[] = [
  { name: 'constant', jitterMs: () => 0, value: (last) => last },
  { name: 'lock-step', jitterMs: () => 0, value: (last) => last + 1 },
  {
    name: 'noisy',
    jitterMs: (random) => Math.floor(random() * 65) - 32,
    value: (last, random) => Math.round(100 * last + 200 * random() - 100) / 100,
  },
  { name: 'random', jitterMs: () => 0, value: (_, random) => random() + random() / 2 ** 26 },
];

export function run(parameters: HeadKernelParameters): HeadKernelRow[] {
  return SHAPES.flatMap((shape) => {
    const load = new Load(shape, parameters);
    return [measureAppend(load), measureEncode(load), measureDecode(load)];
  });
}

/** The samples of all rounds, round after round. */
class Load {
  readonly shape: string;
  readonly series: number;
  readonly rounds: number;
  readonly passes: number;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly records: Uint8Array[] = [];

  constructor(shape: Shape, { series, rounds, passes }: HeadKernelParameters) {
    this.shape = shape.name;
    this.series = series;
    this.rounds = rounds;
    this.passes = passes;
    this.times = new Float64Array(series * rounds);
    this.values = new Float64Array(series * rounds);
    const random = seeded(42);
    for (let row = 0; row < this.times.length; row++) {
      const last = row < series ? Math.floor(random() * 1e4) : this.values[row - series];
      const step = Math.floor(row / series) * STEP_MS;
      this.times[row] = START_MS + step + shape.jitterMs(random);
      this.values[row] = shape.value(last, random);
    }
  }

  /** Copies one round's samples behind each other into `rows`. */
  fill(rows: SampleRows, round: number): void {
    const start = round * this.series;
    rows.times.set(this.times.subarray(start, start + this.series));
    rows.values.set(this.values.subarray(start, start + this.series));
    rows.count = this.series;
  }

  /** The same into the columns of the codec in TypeScript. */
  fillBatch(batch: SampleBatch, round: number): void {
    const start = round * this.series;
    batch.reset(this.series);
    for (let i = 0; i < this.series; i++) batch.refs[i] = i + 1;
    batch.times.set(this.times.subarray(start, start + this.series));
    batch.values.set(this.values.subarray(start, start + this.series));
    batch.count = this.series;
  }
}

/** Passes over all rounds; `begin` makes what one pass works with, and is not timed. */
function measure<State>(
  load: Load,
  begin: () => State,
  prepare: (state: State, round: number) => void,
  work: (state: State, round: number) => void,
): number {
  const best = new Float64Array(load.rounds).fill(Infinity);
  for (let pass = 0; pass < load.passes; pass++) {
    const state = begin();
    for (let round = 0; round < load.rounds; round++) {
      prepare(state, round);
      const start = performance.now();
      work(state, round);
      best[round] = Math.min(best[round], (performance.now() - start) * 1e6);
    }
  }
  const sum = best.reduce((total, nanoseconds) => total + nanoseconds, 0);
  return sum / (load.rounds * load.series);
}

function rowOf(
  load: Load,
  work: HeadKernelRow['work'],
  kernel: number,
  typescript: number,
): HeadKernelRow {
  return { shape: load.shape, work, kernel, typescript, ratio: typescript / kernel };
}

/** A kernel with a slot for every series, and rows that name them in turn. */
function newHead(load: Load): { kernel: HeadKernel; rows: SampleRows } {
  const kernel = new HeadKernel({ chunkRangeMs: CHUNK_RANGE_MS });
  const rows = kernel.rows(ROWS_MAX);
  for (let i = 0; i < load.series; i++) rows.slots[i] = kernel.addSlot(i + 1);
  return { kernel, rows };
}

function measureAppend(load: Load): HeadKernelRow {
  const head = newHead(load);
  const kernel = measure(
    load,
    () => renewSlots(head.kernel, head.rows, load.series),
    (_, round) => load.fill(head.rows, round),
    () => appendAll(head.kernel, head.rows),
  );
  const typescript = measure(
    load,
    () => Array.from({ length: load.series }, () => new TypeScriptSeries()),
    () => {},
    (series, round) => appendInTypeScript(series, load, round),
  );
  return rowOf(load, 'append', kernel, typescript);
}

function renewSlots(kernel: HeadKernel, rows: SampleRows, count: number): void {
  for (let i = count - 1; i >= 0; i--) kernel.freeSlot(rows.slots[i]);
  for (let i = 0; i < count; i++) rows.slots[i] = kernel.addSlot(i + 1);
}

function appendAll(kernel: HeadKernel, rows: SampleRows): void {
  for (let row = 0; row < rows.count;) {
    row = kernel.append(rows, row);
    if (row < rows.count) kernel.finished.clear();
  }
}

class TypeScriptSeries {
  readonly cutter = new ChunkCutter(CHUNK_RANGE_MS);
  appender = new XorAppender();
}

function appendInTypeScript(all: TypeScriptSeries[], load: Load, round: number): void {
  const { times, values } = load;
  for (let i = 0; i < all.length; i++) {
    const series = all[i];
    const row = round * all.length + i;
    const { sampleCount } = series.appender;
    const byteCount = series.appender.bytes().length;
    if (series.cutter.cutsBefore(times[row], sampleCount, byteCount)) {
      series.appender = new XorAppender();
    }
    series.appender.append(times, values, row);
  }
}

function measureEncode(load: Load): HeadKernelRow {
  const { kernel, rows } = newHead(load);
  const batch = new SampleBatch();
  const byKernel = measure(
    load,
    () => {},
    (_, round) => load.fill(rows, round),
    () => kernel.encode(rows),
  );
  const typescript = measure(
    load,
    () => new ByteWriter(),
    (_, round) => load.fillBatch(batch, round),
    (writer) => {
      writer.clear();
      encodeSamples(batch, writer);
    },
  );
  for (let round = 0; round < load.rounds; round++) {
    load.fill(rows, round);
    load.records[round] = kernel.encode(rows).slice();
  }
  return rowOf(load, 'encode', byKernel, typescript);
}

function measureDecode(load: Load): HeadKernelRow {
  const { kernel } = newHead(load);
  const batch = new SampleBatch();
  const { replay } = kernel;
  for (let i = 0; i < load.series; i++) replay.enter(i + 1, i);
  const check = (count: number): void => {
    if (count !== load.series) throw new Error(`decoded ${count} samples of ${load.series}`);
  };
  const byKernel = measure(
    load,
    () => {},
    () => {},
    (_, round) => {
      replay.rows.count = 0;
      replay.stage(load.records[round], -Infinity);
      check(replay.rows.count);
    },
  );
  const typescript = measure(
    load,
    () => {},
    () => {},
    (_, round) => {
      decodeSamples(load.records[round], batch);
      check(batch.count);
    },
  );
  return rowOf(load, 'decode', byKernel, typescript);
}

/** A line a row. */
export function table(rows: readonly HeadKernelRow[]): string {
  const columns: Column<HeadKernelRow>[] = [
    { head: 'ns/sample', cell: ({ shape }) => shape },
    { head: 'work', cell: ({ work }) => work },
    { head: 'kernel', cell: ({ kernel }) => kernel.toFixed(2) },
    { head: 'TypeScript', cell: ({ typescript }) => typescript.toFixed(2) },
    { head: 'times as fast', cell: ({ ratio }) => ratio.toFixed(2) },
  ];
  return formatTable(rows, columns);
}

function main(args: readonly string[]): void {
  const rows = run(args.includes('--small') ? SMALL : FULL);
  process.stdout.write(`${args.includes('--json') ? JSON.stringify(rows) : table(rows)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2));
