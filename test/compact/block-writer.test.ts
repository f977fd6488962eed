/** Blocks that we write: read back by our reader, and compared with Prometheus' own bytes. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { ENCODING_XOR } from '../../chunks/chunk.js';
import { ChunkSegments } from '../../chunks/segment-reader.js';
import { XorAppender } from '../../chunks/xor.js';
import { parseBlockMeta } from '../../compact/block-meta.js';
import {
  BlockWriter,
  type FileSink,
  symbolsOf,
  type WrittenChunk,
} from '../../compact/block-writer.js';
import { NodeDisk } from '../../disk/node-disk.js';
import { STALE_NAN, wordsOf } from '../../encoding/float-bits.js';
import { ChunkMetas, IndexReader } from '../../index/reader.js';
import { Columns } from '../../model/columns.js';
import { Labels } from '../../model/labels.js';
import { openReadOnly } from '../../tsdb/db.js';
import { scratchFolder } from '../support/scratch.js';

const ULID = '01JGFJJZ000000000000000000';
const LIVE = join(__dirname, '../fixtures/live');

/** Collects the files of one block, and what was done in which order. */
class Collected {
  /** Those that have ended. */
  readonly files = new Map<string, Buffer>();
  readonly sizes = new Map<string, number>();
  readonly log: string[] = [];

  readonly open = (name: string): FileSink => {
    this.log.push(`open ${name}`);
    const parts: Uint8Array[] = [];
    return {
      write: (bytes) => {
        // What is handed over holds only until we return.
        parts.push(bytes.slice());
        this.sizes.set(name, (this.sizes.get(name) ?? 0) + bytes.length);
      },
      end: () => {
        this.log.push(`end ${name}`);
        this.files.set(name, Buffer.concat(parts));
      },
    };
  };

  /** Stores them as a data directory with one block; returns its path. */
  store(ulid: string): string {
    const dir = scratchFolder();
    // Each block has the folder, one without chunks too.
    mkdirSync(join(dir, ulid, 'chunks'), { recursive: true });
    for (const [name, bytes] of this.files) {
      const path = join(dir, ulid, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
    return dir;
  }
}

function columnsOf(rows: readonly (readonly [time: number, value: number])[]): Columns {
  const columns = new Columns(rows.length);
  rows.forEach(([time, value], row) => {
    columns.times[row] = time;
    columns.values[row] = value;
  });
  columns.count = rows.length;
  return columns;
}

/** From values by their bits, since some NaNs do not survive as numbers. */
function columnsOfBits(rows: readonly (readonly [time: number, bits: Uint32Array])[]): Columns {
  const columns = columnsOf(rows.map(([time]) => [time, 0]));
  const words = wordsOf(columns.values);
  rows.forEach(([, bits], row) => words.set(bits, 2 * row));
  return columns;
}

function chunkOf(samples: Columns): WrittenChunk {
  const appender = new XorAppender();
  for (let row = 0; row < samples.count; row++) appender.append(samples.times, samples.values, row);
  const [minTime, maxTime] = [samples.times[0], samples.times[samples.count - 1]];
  return { encoding: ENCODING_XOR, data: appender.bytes(), minTime, maxTime };
}

/** The bits of a column's values, so that NaNs compare. */
function bitsOf({ values, count }: Columns): Uint32Array {
  return wordsOf(values.slice(0, count));
}

describe('a written block', () => {
  const anyValue = fc.oneof(
    fc.constantFrom(STALE_NAN, Float64Array.of(1), Float64Array.of(-0)).map(wordsOf),
    fc.double().map((value) => wordsOf(Float64Array.of(value))),
  );
  const anySamples = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 100_000 }), anyValue), {
      minLength: 1,
      maxLength: 300,
    })
    .map((steps) => {
      let time = 0;
      return columnsOfBits(steps.map(([step, bits]) => [(time += step), bits]));
    });
  const anyName = fc.constantFrom('__name__', 'a', 'job', 'é');
  const anyLabels = fc.dictionary(anyName, fc.string({ minLength: 1, maxLength: 3 }));

  it('reads as what was written, bit by bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(anyLabels, anySamples), { maxLength: 8 }), async (all) => {
        const byKey = new Map(all.map(([record, samples]) => [Labels.from(record).key(), samples]));
        const sets = all.map(([record]) => Labels.from(record)).sort((a, b) => a.compare(b));
        const unique = sets.filter((one, i) => i === 0 || one.compare(sets[i - 1]) !== 0);
        const collected = new Collected();
        const range = { ulid: ULID, minTime: 0, maxTime: 30_000_001 };
        const writer = new BlockWriter(collected.open, range, symbolsOf(unique));
        for (const labels of unique) {
          writer.writeSamples(labels, byKey.get(labels.key()) ?? new Columns());
        }
        const meta = writer.finish();
        expect(meta.stats.numSeries).toBe(unique.length);

        const db = await openReadOnly(collected.store(ULID));
        let count = 0;
        for await (const { labels, samples } of db.select([])) {
          expect(labels.key()).toBe(unique[count++].key());
          const wanted = byKey.get(labels.key()) ?? new Columns();
          expect(samples.times.slice(0, samples.count)).toEqual(
            wanted.times.slice(0, wanted.count),
          );
          expect(bitsOf(samples)).toEqual(bitsOf(wanted));
        }
        expect(count).toBe(unique.length);
        expect(db.problems).toEqual([]);
        await db.close();
      }),
      { numRuns: 30 },
    );
  });

  it('counts series, chunks and samples in meta.json', () => {
    const labels = Labels.from({ job: 'a' });
    const collected = new Collected();
    const range = { ulid: ULID, minTime: 0, maxTime: 1000 };
    const writer = new BlockWriter(collected.open, range, symbolsOf([labels]));
    writer.writeSamples(labels, columnsOf(Array.from({ length: 241 }, (_, i) => [i, i])));
    const meta = writer.finish();
    expect(meta.stats).toEqual({
      numSamples: 241,
      numFloatSamples: 241,
      numHistogramSamples: 0,
      numSeries: 1,
      numChunks: 3,
      numTombstones: 0,
    });
    const bytes = collected.files.get('meta.json') ?? new Uint8Array();
    expect(parseBlockMeta('meta.json', bytes)).toEqual(meta);
    expect(meta.compaction).toMatchObject({ level: 1, sources: [ULID] });
  });

  it('names its sources and parents where it is merged from others', () => {
    const collected = new Collected();
    const parent = { ulid: ULID, minTime: 0, maxTime: 10 };
    const compaction = { level: 2, sources: [ULID], parents: [parent] };
    const range = { ulid: ULID, minTime: 0, maxTime: 10, compaction };
    const meta = new BlockWriter(collected.open, range, symbolsOf([])).finish();
    expect(meta.compaction).toMatchObject(compaction);
  });

  it('is no block before everything else is whole: meta.json comes last', () => {
    const collected = new Collected();
    const labels = Labels.from({ job: 'a' });
    const range = { ulid: ULID, minTime: 0, maxTime: 10 };
    const writer = new BlockWriter(collected.open, range, symbolsOf([labels]));
    writer.writeSamples(labels, columnsOf([[1, 1]]));
    writer.finish();
    expect(collected.log.slice(-2)).toEqual(['open meta.json', 'end meta.json']);
    expect(collected.log.slice(0, -2).sort()).toEqual([
      'end chunks/000001',
      'end index',
      'end tombstones',
      'open chunks/000001',
      'open index',
      'open tombstones',
    ]);
  });

  it('gives its bytes away while it is written', () => {
    const collected = new Collected();
    const sets = [1, 2, 3].map((i) => Labels.from({ i: String(i) }));
    const range = { ulid: ULID, minTime: 0, maxTime: 10 };
    const writer = new BlockWriter(collected.open, range, symbolsOf(sets));
    const chunk = chunkOf(columnsOf([[1, 1]]));
    let expected = 8;
    for (const labels of sets) {
      writer.writeSeries(labels, [chunk]);
      expected += 1 + 1 + chunk.data.length + 4;
      expect(collected.sizes.get('chunks/000001')).toBe(expected);
    }
  });

  it('refuses what no block may hold', () => {
    const labels = Labels.from({ job: 'a' });
    const range = { ulid: ULID, minTime: 10, maxTime: 20 };
    const writer = (): BlockWriter =>
      new BlockWriter(new Collected().open, range, symbolsOf([labels]));
    const chunk = (...times: number[]): WrittenChunk =>
      chunkOf(columnsOf(times.map((time) => [time, 0])));
    const refuses = (chunks: WrittenChunk[], message: string): void => {
      expect(() => writer().writeSeries(labels, chunks)).toThrow(message);
    };
    refuses([], 'has a chunk');
    refuses([chunk(9, 12)], 'begins within its block');
    refuses([chunk(12, 20)], 'ends within its block');
    refuses([chunk(12, 14), chunk(14, 15)], 'follow one another');
    const histograms = columnsOf([[10, 0]]);
    histograms.withHistograms();
    expect(() => writer().writeSamples(labels, histograms)).toThrow('histograms come as');
    const started = columnsOf([[10, 0]]);
    started.withStartTimes();
    expect(() => writer().writeSamples(labels, started)).toThrow('start times come as');
    const nothing = { ...range, maxTime: 10 };
    expect(() => new BlockWriter(new Collected().open, nothing, [])).toThrow('covers some time');
  });
});

describe("Prometheus 3.14's blocks", () => {
  const ulids = readdirSync(LIVE).filter((name) => name.length === 26);

  it.each(ulids)('%s comes out byte for byte when written again', (ulid) => {
    const dir = join(LIVE, ulid);
    const meta = parseBlockMeta(join(dir, 'meta.json'), readFileSync(join(dir, 'meta.json')));
    const collected = rewrite(dir, meta);
    const names = ['index', 'tombstones', 'meta.json'];
    for (const name of readdirSync(join(dir, 'chunks'))) names.push(`chunks/${name}`);
    expect([...collected.files.keys()].sort()).toEqual(names.sort());
    for (const name of names) {
      const wanted = readFileSync(join(dir, name));
      expect(collected.files.get(name)?.equals(wanted)).toBe(true);
    }
  });

  /** Reads a block's series and chunks, and writes them again. */
  function rewrite(dir: string, range: ReturnType<typeof parseBlockMeta>): Collected {
    const disk = new NodeDisk({ io: 'pread' });
    const index = IndexReader.open(disk.openImmutable(join(dir, 'index')));
    const segments = ChunkSegments.open(disk, join(dir, 'chunks'));
    const collected = new Collected();
    const writer = new BlockWriter(collected.open, range, index.symbols());
    const metas = new ChunkMetas();
    for (const postings = index.allPostings(); postings.next();) {
      const labels = index.series(postings.at, metas);
      const chunks = Array.from(metas.refs.subarray(0, metas.count), (ref, i) => ({
        ...segments.rawChunk(ref),
        minTime: metas.minTimes[i],
        maxTime: metas.maxTimes[i],
      }));
      writer.writeSeries(labels, chunks);
    }
    writer.finish();
    index.close();
    segments.close();
    return collected;
  }
});
