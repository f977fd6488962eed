/**
 * Checks one block: that its files can be read, and that they agree with one another: meta.json's
 * counts with what there is, chunks with the index, tombstones with the series.
 */
import { ChunkSegments } from '../chunks/segment-reader.js';
import type { BlockMeta } from '../compact/block-meta.js';
import { readTombstones } from '../index/tombstones.js';
import { Block } from './block.js';
import { ChunkCheck, type ChunkCounts } from './verify-chunks.js';
import type { VerifyContext } from './verify-context.js';
import { verifyIndex } from './verify-index.js';

/** Null for a block without a readable meta.json. */
export async function verifyBlock(
  path: string,
  name: string,
  context: VerifyContext,
): Promise<BlockMeta | null> {
  const { disk, findings, counts, kernel } = context;
  const metaPath = disk.join(path, 'meta.json');
  let meta: BlockMeta;
  try {
    ({ meta } = Block.load(disk, path, { labelCacheBytes: 0, kernel }));
  } catch (error) {
    findings.error(error, metaPath);
    return null;
  }
  counts.blocks++;
  checkMeta(meta, metaPath, name, context);
  const chunksDir = disk.join(path, 'chunks');
  const segments = ChunkSegments.open(disk, chunksDir, kernel);
  try {
    const chunks = new ChunkCheck(segments, meta, context);
    await chunks.readSegments(chunksDir);
    const ids = await verifyIndex(disk.join(path, 'index'), meta, chunks, context);
    chunks.finish();
    checkStats(meta, { ...chunks.counts, numSeries: ids.size }, metaPath, context);
    checkTombstones(disk.join(path, 'tombstones'), meta, ids, context);
  } finally {
    segments.close();
  }
  return meta;
}

function checkMeta(meta: BlockMeta, path: string, name: string, { findings }: VerifyContext): void {
  if (meta.ulid !== name.toUpperCase()) {
    findings.damage(path, null, `the block says that it is ${meta.ulid}`);
  }
  if (meta.minTime >= meta.maxTime) {
    findings.damage(path, null, `the time range [${meta.minTime}, ${meta.maxTime}) is empty`);
  }
}

function checkStats(
  { stats }: BlockMeta,
  counted: Readonly<ChunkCounts> & { readonly numSeries: number },
  path: string,
  { findings }: VerifyContext,
): void {
  const check = (field: keyof typeof counted): void => {
    if (stats[field] === counted[field]) return;
    const message = `${field} is ${stats[field]}; the block holds ${counted[field]}`;
    findings.damage(path, null, message);
  };
  check('numSeries');
  check('numChunks');
  check('numSamples');
  // Before Prometheus 3.6 samples were not counted by kind.
  if (stats.numFloatSamples + stats.numHistogramSamples === 0) return;
  check('numFloatSamples');
  check('numHistogramSamples');
}

function checkTombstones(
  path: string,
  meta: BlockMeta,
  ids: ReadonlySet<number>,
  context: VerifyContext,
): void {
  const { disk, findings } = context;
  context.attempt(path, () => {
    let intervals = 0;
    for (const [id, deleted] of readTombstones(disk, path)) {
      intervals += deleted.length;
      if (!ids.has(id)) findings.damage(path, null, `deletes from series ${id}, which is not here`);
    }
    // meta.json is written after the tombstones: a crash in between leaves the older count.
    const said = meta.stats.numTombstones;
    if (said !== intervals) {
      findings.note(path, null, `holds ${intervals} tombstones; meta.json says ${said}`);
    }
  });
}
