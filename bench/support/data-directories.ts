/** The data directories that the benchmarks of reading read. */
import { linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBlockMeta, parseBlockMeta } from '../../compact/block-meta.js';
import { BlockWriter, symbolsOf } from '../../compact/block-writer.js';
import type { Labels } from '../../model/labels.js';
import { blockFiles } from './block-files.js';
import { CHUNK_MS, slotChunks, START_MS } from './series-data.js';

/** Crockford's digits: those of a ULID. */
const ULID_DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export interface FleetBlock {
  readonly labels: readonly Labels[];
  /** Each series has so many chunks of 120 samples. */
  readonly chunksPerSeries: number;
}

/** The `index`th block of a row of equally long ones; returns its directory. */
export function writeFleetBlock(dir: string, index: number, fleet: FleetBlock): string {
  const { labels, chunksPerSeries } = fleet;
  const ulid = numberedUlid(index);
  const blockMs = chunksPerSeries * CHUNK_MS;
  const minTime = START_MS + index * blockMs;
  const slots = Array.from({ length: chunksPerSeries }, (_, i) =>
    slotChunks(minTime + i * CHUNK_MS),
  );
  const range = { ulid, minTime, maxTime: minTime + blockMs };
  const writer = new BlockWriter(blockFiles(join(dir, ulid)), range, symbolsOf(labels));
  labels.forEach((one, number) => {
    writer.writeSeries(
      one,
      slots.map((chunks) => chunks[number % chunks.length]),
    );
  });
  writer.finish();
  return join(dir, ulid);
}

/**
 * Fills `dir` with `count` blocks that share the files of `block` by hard links; each has a name
 * and a time range of its own.
 */
export function cloneBlock(block: string, dir: string, count: number): void {
  const metaPath = join(block, 'meta.json');
  const meta = parseBlockMeta(metaPath, readFileSync(metaPath));
  const rangeMs = meta.maxTime - meta.minTime;
  mkdirSync(dir);
  for (let index = 0; index < count; index++) {
    const ulid = numberedUlid(index);
    const target = join(dir, ulid);
    mkdirSync(join(target, 'chunks'), { recursive: true });
    for (const name of readdirSync(join(block, 'chunks'))) {
      linkSync(join(block, 'chunks', name), join(target, 'chunks', name));
    }
    for (const name of ['index', 'tombstones']) linkSync(join(block, name), join(target, name));
    const minTime = meta.minTime + index * rangeMs;
    const compaction = { ...meta.compaction, sources: [ulid] };
    const clone = { ...meta, ulid, minTime, maxTime: minTime + rangeMs, compaction };
    writeFileSync(join(target, 'meta.json'), encodeBlockMeta(clone));
  }
}

/** A ULID that a number stands in. */
export function numberedUlid(number: number): string {
  let digits = '';
  for (let rest = number; digits.length < 16; rest = Math.floor(rest / 32)) {
    digits = ULID_DIGITS[rest % 32] + digits;
  }
  return `01JGFJJZ00${digits}`;
}
