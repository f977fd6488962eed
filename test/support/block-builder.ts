/** Small blocks in memory, right ones and ones that lie, and patches under valid checksums. */
import { ENCODING_XOR } from '../../chunks/chunk.js';
import { XorAppender } from '../../chunks/xor.js';
import { BlockWriter, symbolsOf, type WrittenChunk } from '../../compact/block-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import { IndexReader } from '../../index/reader.js';
import { Labels } from '../../model/labels.js';
import { DIR } from './data-directory.js';
import type { MemoryDisk } from './memory-disk.js';

export const ULID = '01M83CBQ74YCKJF9GDZKMA1V6Q';
export const OTHER_ULID = '01M83CBQACH589A3QFF02X2AX2';

export interface TestChunk {
  readonly times: readonly number[];
  /** The range that the index will tell, if not the true one. */
  readonly says?: readonly [minTime: number, maxTime: number];
}

export interface TestBlock {
  readonly ulid?: string;
  readonly minTime?: number;
  readonly maxTime?: number;
  readonly series: readonly (readonly [Readonly<Record<string, string>>, readonly TestChunk[]])[];
}

/** Writes a block into the disk's data directory and returns its path. */
export function addBlock(disk: MemoryDisk, block: TestBlock): string {
  const { ulid = ULID, minTime = 0, maxTime = 1000, series } = block;
  const path = `${DIR}/${ulid}`;
  const open = (name: string) => {
    const parts: Uint8Array[] = [];
    const write = (bytes: Uint8Array): void => void parts.push(bytes.slice());
    const end = (): void => {
      disk.files.set(`${path}/${name}`, Uint8Array.from(Buffer.concat(parts)));
    };
    return { write, end };
  };
  const sets = series.map(([labels]) => Labels.from(labels));
  const writer = new BlockWriter(open, { ulid, minTime, maxTime }, symbolsOf(sets));
  series.forEach(([, chunks], i) => writer.writeSeries(sets[i], chunks.map(encode)));
  writer.finish();
  return path;
}

/** The usual block: three series, the first of two chunks. */
export const USUAL: TestBlock = {
  series: [
    [{ n: 'a' }, [{ times: [10, 20] }, { times: [30, 40] }]],
    [{ n: 'b', x: 'é' }, [{ times: [100] }]],
    [{ n: 'c', x: 'é' }, [{ times: [0, 500, 999] }]],
  ],
};

/** Replaces a file by a changed copy of it. */
export function patch(disk: MemoryDisk, path: string, change: (bytes: Uint8Array) => void): void {
  const bytes = disk.files.get(path)?.slice();
  if (bytes === undefined) throw new Error(`no file ${path}`);
  change(bytes);
  disk.files.set(path, bytes);
}

/** Changes the ids of a postings list and mends its checksum. */
export function patchPostings(
  disk: MemoryDisk,
  indexPath: string,
  pair: readonly [name: string, value: string],
  change: (ids: number[]) => void,
): void {
  let at = -1;
  const index = IndexReader.open(disk.openImmutable(indexPath));
  index.forEachPostings((name, value, offset) => {
    if (name === pair[0] && value === pair[1]) at = offset;
  });
  patch(disk, indexPath, (bytes) => {
    const view = new DataView(bytes.buffer);
    const count = view.getUint32(at + 4);
    const ids = Array.from({ length: count }, (_, i) => view.getUint32(at + 8 + 4 * i));
    change(ids);
    if (ids.length !== count) throw new Error('a patched list keeps its length');
    ids.forEach((id, i) => view.setUint32(at + 8 + 4 * i, id));
    const end = at + 8 + 4 * count;
    view.setUint32(end, crc32c(bytes.subarray(at + 4, end)));
  });
}

/** Changes the body of the series entry with this id and mends its checksum. */
export function patchSeries(
  disk: MemoryDisk,
  indexPath: string,
  id: number,
  change: (body: Uint8Array) => void,
): void {
  patch(disk, indexPath, (bytes) => {
    // Bodies of tests are shorter than 128 bytes: their length takes one.
    const start = 16 * id + 1;
    const end = start + bytes[16 * id];
    change(bytes.subarray(start, end));
    new DataView(bytes.buffer).setUint32(end, crc32c(bytes.subarray(start, end)));
  });
}

/** The ids of all series. */
export function seriesIds(disk: MemoryDisk, indexPath: string): number[] {
  const ids: number[] = [];
  const postings = IndexReader.open(disk.openImmutable(indexPath)).allPostings();
  while (postings.next()) ids.push(postings.at);
  return ids;
}

function encode({ times, says }: TestChunk): WrittenChunk {
  const appender = new XorAppender();
  const timeColumn = Float64Array.from(times);
  const values = timeColumn.map((time) => 1.5 * time);
  for (let row = 0; row < times.length; row++) appender.append(timeColumn, values, row);
  const [minTime, maxTime] = says ?? [times[0], times[times.length - 1]];
  return { encoding: ENCODING_XOR, data: appender.bytes().slice(), minTime, maxTime };
}
