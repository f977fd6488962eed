/**
 * Every truncation and every flipped byte of every file of a small data directory: the database
 * opens, and either the samples are those that were written, or what is wrong is told. A sample that
 * was not written is never given. What came out is counted, and docs/corruption.md says it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlockWriter, symbolsOf } from '../../compact/block-writer.js';
import { IndexReader } from '../../index/reader.js';
import { encodeTombstones } from '../../index/tombstones.js';
import { Columns } from '../../model/columns.js';
import { TsdbError } from '../../model/errors.js';
import { Labels } from '../../model/labels.js';
import { matcher, openReadOnly } from '../../tsdb/db.js';
import {
  dataDirectory,
  DIR,
  headChunkFile,
  records,
  sampleTexts,
  segment,
} from '../support/data-directory.js';
import type { MemoryDisk } from '../support/memory-disk.js';

jest.setTimeout(120_000);

const ULID = '01M83CBQ74YCKJF9GDZKMA1V6Q';
const BLOCK = `${DIR}/${ULID}`;
const BLOCK_SERIES = [
  Labels.from({ n: 'a' }),
  Labels.from({ n: 'b', x: 'é' }),
  Labels.from({ n: 'c' }),
];
/** What is done to each byte: the lowest bit, and all bits. */
const FLIPS = [0x01, 0xff];

const OUTCOMES = ['same', 'torn', 'told', 'refused', 'unseen'] as const;
type Outcome = (typeof OUTCOMES)[number];

function ramp(count: number, from: number): Columns {
  const columns = new Columns(count);
  for (let i = 0; i < count; i++) {
    columns.times[i] = from + 10 * i;
    columns.values[i] = 1.5 * i;
  }
  columns.count = count;
  return columns;
}

/** A block of three series with a deletion, a log of two segments, late samples, a head chunk. */
function smallDirectory(): MemoryDisk {
  const mapped = headChunkFile({ seriesRef: 1, times: [1010, 1020, 1030], value: 7 });
  const disk = dataDirectory({
    wal: [
      segment(
        records.series([1, { n: 'a' }], [2, { n: 'd' }]),
        records.samples([1, 1010, 7], [2, 1010, 8]),
        records.samples([1, 1020, 7], [1, 1030, 7], [1, 1040, 9]),
      ),
      segment(
        records.tombstones({ ref: 2, minTime: 1050, maxTime: 1060 }),
        records.samples([1, 1050, 1], [2, 1050, 2], [2, 1070, 3]),
      ),
    ],
    wbl: [segment(records.samples([1, 500, 5], [1, 400, 4]))],
    headChunks: mapped.bytes,
  });
  const parts = new Map<string, Uint8Array[]>();
  const open = (name: string) => {
    const written: Uint8Array[] = [];
    parts.set(name, written);
    return { write: (bytes: Uint8Array) => void written.push(bytes.slice()), end: () => {} };
  };
  const block = { ulid: ULID, minTime: 0, maxTime: 1000 };
  const writer = new BlockWriter(open, block, symbolsOf(BLOCK_SERIES));
  BLOCK_SERIES.forEach((labels, i) => writer.writeSamples(labels, ramp(5 + i, 100 * i)));
  writer.finish();
  for (const [name, written] of parts) {
    disk.files.set(`${BLOCK}/${name}`, Uint8Array.from(Buffer.concat(written)));
  }
  const index = IndexReader.open(disk.openImmutable(`${BLOCK}/index`));
  const series = index.allPostings();
  series.next();
  const deletion = new Map([[series.at, [{ minTime: 10, maxTime: 20 }]]]);
  disk.files.set(`${BLOCK}/tombstones`, encodeTombstones(deletion));
  return disk;
}

/** Every sample, those of two series again by label, and label values, a line each; null where
 * reading fails with a named error. */
async function read(disk: MemoryDisk): Promise<{ lines: string[] | null; told: boolean }> {
  await using db = await openReadOnly(DIR, { disk });
  const lines: string[] = [];
  try {
    for (const matchers of [[], [matcher('n', '=~', 'b|d')]]) {
      for await (const { labels, samples } of db.select(matchers)) {
        for (const text of sampleTexts(samples)) lines.push(`${labels.key()} ${text}`);
      }
    }
    for (const name of await db.labelNames()) {
      for (const value of await db.labelValues(name)) lines.push(`${name}=${value}`);
    }
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    return { lines: null, told: true };
  }
  return { lines, told: db.problems.length > 0 };
}

/** What became of the samples of a damaged directory; throws where one was not written so. */
async function judge(disk: MemoryDisk, path: string, whole: readonly string[]): Promise<Outcome> {
  const { lines, told } = await read(disk);
  if (lines === null) return 'refused';
  // Without the deletion more samples of the block are seen, and without m-mapped chunks the log's.
  const known = new Set([...whole, ...DELETED]);
  const altered = lines.filter((line) => !known.has(line));
  // Only meta.json has no checksum: what it says of times and hints is believed.
  expect({ path, altered }).toEqual({ path, altered: [] });
  if (told) return 'told';
  if (lines.join('\n') === whole.join('\n')) return 'same';
  const isLogEnd = /\/(wal\/00000001|wbl\/00000000)$/.test(path);
  return isLogEnd ? 'torn' : 'unseen';
}

const DELETED = [1, 2].map((i) => `n\ud800a ${10 * i}:${1.5 * i}`);

async function sweep(
  path: string,
  variants: Iterable<Uint8Array>,
): Promise<Record<Outcome, number>> {
  const counts = { same: 0, torn: 0, told: 0, refused: 0, unseen: 0 };
  const disk = smallDirectory();
  const whole = (await read(disk)).lines ?? [];
  expect(whole.length).toBeGreaterThan(20);
  for (const bytes of variants) {
    disk.files.set(path, bytes);
    counts[await judge(disk, path, whole)]++;
  }
  return counts;
}

function* truncations(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let length = 0; length < bytes.length; length++) yield bytes.subarray(0, length);
}

function* flips(bytes: Uint8Array): Iterable<Uint8Array> {
  for (const mask of FLIPS) {
    for (let i = 0; i < bytes.length; i++) {
      const flipped = bytes.slice();
      flipped[i] ^= mask;
      yield flipped;
    }
  }
}

function row(name: string, counts: Record<Outcome, number>): string {
  return `| ${name} | ${OUTCOMES.map((outcome) => counts[outcome]).join(' | ')} |`;
}

describe('a damaged data directory', () => {
  const documented = readFileSync(join(__dirname, '../../docs/corruption.md'), 'utf8').replace(
    / +/g,
    ' ',
  );

  it('is whole to begin with', async () => {
    const { lines, told } = await read(smallDirectory());
    expect(told).toBe(false);
    expect(lines).not.toContain(DELETED[0]);
    expect(lines).toContain('n\ud800a 1020:7');
  });

  const files = [...smallDirectory().files].sort(([a], [b]) => (a < b ? -1 : 1));
  it.each(files)('%s: every truncation is survived and told', async (path, bytes) => {
    const counts = await sweep(path, truncations(bytes));
    const name = path.slice(DIR.length + 1).replace(ULID, 'block');
    expect(documented).toContain(row(`${name}, cut off`, counts));
  });

  it.each(files)('%s: every flipped byte is survived and told', async (path, bytes) => {
    const counts = await sweep(path, flips(bytes));
    const name = path.slice(DIR.length + 1).replace(ULID, 'block');
    expect(documented).toContain(row(`${name}, flipped`, counts));
  });
});
