/**
 * Decoding XOR chunks: the kernel and the TypeScript codec, and beside them Prometheus' own
 * iterator (bench/peer/decode, a Go program) on the same bytes in the same run.
 *
 *     npm run bench -- decode [--small] [--json] [--no-peer]
 *
 * Chunks of 120 samples at 15 s, all different, lie in one mapped segment file per shape. What is
 * timed for us ends with the samples in a caller's columns, a series of ten chunks at a time; for
 * Go it ends with the sums of what the iterator gave. Both are timed with the chunks' checksums
 * verified (what every read of a block does) and without.
 *
 * On a busy machine a long pass is always disturbed. So the chunks are cut into slices of about a
 * millisecond, and a figure is the sum of each slice's fastest pass.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ENCODING_XOR } from '../chunks/chunk.js';
import { CRC_BYTES, type RawChunk, readEntry, segmentName } from '../chunks/segment-format.js';
import { ChunkSegments } from '../chunks/segment-reader.js';
import { SegmentWriter } from '../chunks/segment-writer.js';
import { decodeXor, XorAppender } from '../chunks/xor.js';
import type { ByteSource } from '../disk/byte-source.js';
import { NodeDisk } from '../disk/node-disk.js';
import { Kernel } from '../kernel/kernel.js';
import { Columns } from '../model/columns.js';
import { seeded } from './support/random.js';
import { type Column, formatTable } from './support/report.js';

const SAMPLES_PER_CHUNK = 120;
const CHUNKS_PER_SERIES = 10;
const STEP_MS = 15_000;
const TURNS = 4;
const CHUNKS_PER_SLICE = 500;
const START_MS = 1_600_000_000_000;

export interface DecodeParameters {
  readonly chunks: number;
  /** In each turn. */
  readonly rounds: number;
  /** Whether to build and run the Go program; it is left out where there is no Go. */
  readonly peer: boolean;
}

export const FULL: DecodeParameters = { chunks: 10_000, rounds: 8, peer: true };
export const SMALL: DecodeParameters = { chunks: 40, rounds: 2, peer: false };

/** Nanoseconds a sample; the peer's are null where it was not run. */
export interface DecodeRow {
  readonly shape: string;
  readonly verified: boolean;
  readonly kernel: number;
  readonly typescript: number;
  readonly prometheus: number | null;
  /** How many times as fast the kernel is as Prometheus. */
  readonly ratio: number | null;
}

/** The series that chunks are cut from: `next` gives the time's jitter and the value. */
interface Shape {
  readonly name: string;
  readonly jitterMs: (random: () => number) => number;
  readonly value: (last: number, random: () => number) => number;
}

const SHAPES: readonly Shape[] = [
  { name: 'constant', jitterMs: () => 0, value: (last) => last },
  {
    name: 'counter',
    jitterMs: () => 0,
    value: (last, random) => last + Math.floor(random() * 1000),
  },
  {
    name: 'jitter',
    jitterMs: (random) => Math.floor(random() * 65) - 32,
    value: (last, random) => last + Math.floor(random() * 1000),
  },
  { name: 'random', jitterMs: () => 0, value: (_, random) => random() + random() / 2 ** 26 },
];

/**
 * Measures every shape, with and without checksums. We and the peer take turns, so that a moment in
 * which the machine is busy spoils neither side alone.
 */
export function run(parameters: DecodeParameters): DecodeRow[] {
  const dir = mkdtempSync(join(tmpdir(), 'mmtsdb-decode-'));
  try {
    const peer = parameters.peer ? buildPeer(dir) : null;
    return SHAPES.flatMap((shape) => {
      const files = writeShape(join(dir, shape.name), shape, parameters.chunks);
      return [false, true].map((verified) => measure(files, verified, parameters, peer));
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

interface ShapeFiles {
  readonly shape: string;
  readonly dir: string;
  readonly path: string;
  readonly refs: Float64Array;
  readonly chunks: readonly RawChunk[];
}

/** Writes one segment of `count` different chunks. */
function writeShape(dir: string, shape: Shape, count: number): ShapeFiles {
  mkdirSync(dir);
  const random = seeded(42);
  const chunks: RawChunk[] = [];
  for (let i = 0; i < count; i++) chunks.push(chunkOf(shape, i, random));
  const parts: Uint8Array[] = [];
  const writer = new SegmentWriter(() => ({
    write: (bytes) => parts.push(bytes.slice()),
    end: () => {},
  }));
  const refs = Float64Array.from(writer.write(chunks));
  writer.end();
  const path = join(dir, segmentName(1));
  writeFileSync(path, Buffer.concat(parts));
  return { shape: shape.name, dir, path, refs, chunks };
}

function chunkOf(shape: Shape, index: number, random: () => number): RawChunk {
  const times = new Float64Array(1);
  const values = new Float64Array(1);
  const appender = new XorAppender();
  values[0] = Math.floor(random() * 1e6);
  for (let i = 0; i < SAMPLES_PER_CHUNK; i++) {
    values[0] = shape.value(values[0], random);
    times[0] = START_MS + (index * SAMPLES_PER_CHUNK + i) * STEP_MS + shape.jitterMs(random);
    appender.append(times, values, 0);
  }
  return { encoding: ENCODING_XOR, data: appender.bytes().slice() };
}

function measure(
  files: ShapeFiles,
  verified: boolean,
  parameters: DecodeParameters,
  peer: string | null,
): DecodeRow {
  const columns = new Columns(CHUNKS_PER_SERIES * SAMPLES_PER_CHUNK);
  const disk = new NodeDisk({ io: 'mmap' });
  const kernel = new Kernel();
  const segments = ChunkSegments.open(disk, files.dir, kernel);
  const source = disk.openImmutable(files.path);
  const viaKernel: DecodeSeries = verified
    ? (from, to) => segments.read(files.refs, from, to, columns)
    : (from, to) => decodeUnverified(kernel, source, files.refs, from, to, columns);
  const viaTypeScript: DecodeSeries = (from, to) => {
    for (let i = from; i < to; i++) decodeByTypeScript(source, files, i, verified, columns);
  };
  const best = {
    kernel: newTimes(files),
    typescript: newTimes(files),
    prometheus: newTimes(files),
  };
  try {
    for (let turn = 0; turn < TURNS; turn++) {
      for (let round = 0; round < parameters.rounds; round++) {
        timeSlices(best.kernel, files, viaKernel, columns);
        timeSlices(best.typescript, files, viaTypeScript, columns);
      }
      if (peer !== null) runPeer(peer, files.path, verified, parameters.rounds, best.prometheus);
    }
  } finally {
    segments.close();
    source.close();
  }
  const kernelNs = perSample(best.kernel, files);
  const prometheus = peer === null ? null : perSample(best.prometheus, files);
  return {
    shape: files.shape,
    verified,
    kernel: kernelNs,
    typescript: perSample(best.typescript, files),
    prometheus,
    ratio: prometheus === null ? null : prometheus / kernelNs,
  };
}

/** Decodes the chunks `[from, to)` of one series into the columns. */
type DecodeSeries = (from: number, to: number) => void;

/** The fastest pass of each slice, in nanoseconds; nothing was timed yet. */
function newTimes({ chunks }: ShapeFiles): Float64Array {
  return new Float64Array(Math.ceil(chunks.length / CHUNKS_PER_SLICE)).fill(Infinity);
}

/** The sum of the slices' fastest passes, a sample. */
function perSample(best: Float64Array, { chunks }: ShapeFiles): number {
  const sum = best.reduce((total, nanoseconds) => total + nanoseconds, 0);
  return sum / (chunks.length * SAMPLES_PER_CHUNK);
}

/** Passes once over all slices; throws when a series does not have all its samples. */
function timeSlices(
  best: Float64Array,
  { chunks }: ShapeFiles,
  decode: DecodeSeries,
  columns: Columns,
): void {
  for (let slice = 0; slice < best.length; slice++) {
    const end = Math.min((slice + 1) * CHUNKS_PER_SLICE, chunks.length);
    const start = performance.now();
    for (let from = slice * CHUNKS_PER_SLICE; from < end; from += CHUNKS_PER_SERIES) {
      const to = Math.min(from + CHUNKS_PER_SERIES, end);
      columns.clear();
      decode(from, to);
      if (columns.count !== (to - from) * SAMPLES_PER_CHUNK) {
        throw new Error(`decoded ${columns.count} samples of ${to - from} chunks`);
      }
    }
    best[slice] = Math.min(best[slice], (performance.now() - start) * 1e6);
  }
}

/** What `ChunkSegments.read` does, but for the checksums, which it never leaves out. */
function decodeUnverified(
  kernel: Kernel,
  source: ByteSource,
  refs: Float64Array,
  from: number,
  to: number,
  columns: Columns,
): void {
  const base = refs[from];
  const end = to < refs.length ? refs[to] : source.size;
  const bytes = source.peek(base, end - base);
  kernel.decodeXorRun({ bytes, refs, from, to, base, verify: false }, columns);
}

function decodeByTypeScript(
  source: ByteSource,
  { refs, chunks }: ShapeFiles,
  index: number,
  verified: boolean,
  columns: Columns,
): void {
  const end = index + 1 < refs.length ? refs[index + 1] : source.size;
  if (verified) {
    decodeXor(readEntry(source.peek(refs[index], end - refs[index])).data, columns);
  } else {
    const dataBytes = chunks[index].data.length;
    decodeXor(source.peek(end - CRC_BYTES - dataBytes, dataBytes), columns);
  }
}

/** Builds the Go program into `dir`; null, with the reason on stderr, where that cannot be done. */
function buildPeer(dir: string): string | null {
  const folder = resolve(dirname(fileURLToPath(import.meta.url)), '../../bench/peer/decode');
  const program = join(dir, 'decode-peer');
  const { status, error } = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) return program;
  const reason = error === undefined ? `go build ended with status ${status}` : error.message;
  process.stderr.write(`decode: Prometheus is left out: ${reason}\n`);
  return null;
}

/** Runs the Go program; it passes over the same slices as `timeSlices`. */
function runPeer(
  program: string,
  path: string,
  verified: boolean,
  rounds: number,
  best: Float64Array,
): void {
  const options = [`-rounds=${rounds}`, `-slice=${CHUNKS_PER_SLICE}`, `-crc=${verified}`, path];
  const { status, stdout } = spawnSync(program, options, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the Go program ended with status ${status}`);
  const times = JSON.parse(stdout) as number[];
  times.forEach((nanoseconds, slice) => (best[slice] = Math.min(best[slice], nanoseconds)));
}

/** A line a row. */
export function table(rows: readonly DecodeRow[]): string {
  const number = (value: number | null): string | null =>
    value === null ? null : value.toFixed(2);
  const columns: Column<DecodeRow>[] = [
    { head: 'ns/sample', cell: ({ shape }) => shape },
    { head: 'checksums', cell: ({ verified }) => (verified ? 'verified' : 'not verified') },
    { head: 'kernel', cell: ({ kernel }) => number(kernel) },
    { head: 'TypeScript', cell: ({ typescript }) => number(typescript) },
    { head: 'Prometheus', cell: ({ prometheus }) => number(prometheus) },
    { head: 'times as fast', cell: ({ ratio }) => number(ratio) },
  ];
  return formatTable(rows, columns);
}

function main(args: readonly string[]): void {
  const parameters = args.includes('--small') ? SMALL : FULL;
  const rows = run({ ...parameters, peer: parameters.peer && !args.includes('--no-peer') });
  process.stdout.write(`${args.includes('--json') ? JSON.stringify(rows) : table(rows)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2));
