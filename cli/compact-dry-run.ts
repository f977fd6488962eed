/**
 * What `mmtsdb compact` would do, without a lock and without writing: each step on the blocks that
 * those before it would leave.
 */
import type { BlockMeta } from '../compact/block-meta.js';
import { mergedBlock } from '../compact/merged-meta.js';
import { compactionRanges, planCompaction } from '../compact/planner.js';
import { ulidFactory } from '../disk/clock.js';
import { compactableRange } from '../tsdb/head-range.js';
import type { BlockInfo } from '../tsdb/db.js';
import { type CompactFlags, type CompactionStep, durationsOf, printStep } from './compact.js';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import { openDatabase } from './open.js';
import type { Terminal } from './terminal.js';

export async function dryRun(
  dir: string,
  flags: CompactFlags,
  terminal: Terminal,
): Promise<number> {
  const db = await openDatabase(dir, flags, terminal, 'server');
  try {
    const steps = stepsOf(db.blocks(), db.headRange(), flags);
    for (const { step, blocks } of steps) printStep(step, blocks, flags, terminal);
    if (steps.length === 0 && flags.json !== true) terminal.out.write('nothing to compact\n');
    return db.problems.length === 0 ? EXIT_OK : EXIT_FAILURE;
  } finally {
    await db.close();
  }
}

interface PlannedStep {
  readonly step: CompactionStep;
  /** What there is when it begins. */
  readonly blocks: readonly BlockInfo[];
}

/** The steps in order: one, or with `untilDone` all. */
function stepsOf(
  present: readonly BlockInfo[],
  head: { readonly minTime: number; readonly maxTime: number },
  flags: CompactFlags,
): PlannedStep[] {
  const { minBlockDurationMs, maxBlockDurationMs } = durationsOf(flags);
  const rangesMs = compactionRanges(minBlockDurationMs, maxBlockDurationMs);
  const newUlid = ulidFactory(() => Date.now());
  const steps: PlannedStep[] = [];
  let blocks = [...present];
  let { minTime } = head;
  do {
    const range = compactableRange({ minTime, maxTime: head.maxTime }, minBlockDurationMs);
    if (range !== null) {
      steps.push({ step: { kind: 'head', ...range }, blocks });
      blocks = [...blocks, imagined(metaOfHead(newUlid(), range), 0)];
      minTime = range.maxTime;
      continue;
    }
    const plan = planCompaction(
      blocks.map(({ meta }) => meta),
      { rangesMs },
    );
    if (plan === null) break;
    steps.push({ step: { kind: 'merge', plan }, blocks });
    const merged = new Set(plan.blocks.map(({ ulid }) => ulid));
    const sources = blocks.filter(({ meta }) => merged.has(meta.ulid));
    const bytes = sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const others = blocks.filter(({ meta }) => !merged.has(meta.ulid));
    blocks = [...others, imagined(metaOfMerge(newUlid(), plan.blocks), bytes)];
  } while (flags.untilDone === true);
  return steps;
}

function imagined(meta: BlockMeta, sizeBytes: number): BlockInfo {
  return { meta, path: meta.ulid, sizeBytes };
}

/** Of a block of which nothing is known but its range. */
function metaOfHead(ulid: string, range: { minTime: number; maxTime: number }): BlockMeta {
  const stats = {
    numSamples: 0,
    numFloatSamples: 0,
    numHistogramSamples: 0,
    numSeries: 0,
    numChunks: 0,
    numTombstones: 0,
  };
  const compaction = {
    level: 1,
    sources: [ulid],
    deletable: false,
    parents: [],
    failed: false,
    hints: [],
  };
  return { ulid, ...range, stats, compaction, version: 1 };
}

/** As if no series, chunk or sample of the sources were the same. */
function metaOfMerge(ulid: string, sources: readonly BlockMeta[]): BlockMeta {
  const sum = (field: keyof BlockMeta['stats']): number =>
    sources.reduce((total, { stats }) => total + stats[field], 0);
  const { minTime, maxTime, compaction } = mergedBlock(ulid, sources);
  const empty = metaOfHead(ulid, { minTime, maxTime });
  return {
    ...empty,
    stats: {
      numSamples: sum('numSamples'),
      numFloatSamples: sum('numFloatSamples'),
      numHistogramSamples: sum('numHistogramSamples'),
      numSeries: sum('numSeries'),
      numChunks: sum('numChunks'),
      numTombstones: 0,
    },
    compaction: { ...empty.compaction, ...compaction },
  };
}
