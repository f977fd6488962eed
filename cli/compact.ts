/**
 * `mmtsdb compact`: says which blocks are to become one, and why, and does it; the head first,
 * where it holds enough for a block.
 */
import type { BlockMeta } from '../compact/block-meta.js';
import type { CompactionPlan } from '../compact/planner.js';
import type { DatabaseOptions } from '../tsdb/database-options.js';
import type { BlockInfo } from '../tsdb/db.js';
import { infoOf } from '../tsdb/block-view.js';
import { dryRun } from './compact-dry-run.js';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import type { CommonFlags } from './flags.js';
import { formatTime } from './go-duration.js';
import { blockTable } from './list.js';
import { type Held, openForWriting } from './open-for-writing.js';
import { startProgress } from './progress.js';
import type { Terminal } from './terminal.js';

/** As a server with its default retention of 15 days has it. */
export const MAX_BLOCK_DURATION_MS = 36 * 3600 * 1000;
export const MIN_BLOCK_DURATION_MS = 2 * 3600 * 1000;

export interface CompactFlags extends CommonFlags {
  /** Says what would be done, and writes nothing. */
  readonly dryRun?: boolean;
  /** Goes on until there is nothing to do; else one step is done. */
  readonly untilDone?: boolean;
  /** In ms. */
  readonly maxBlockDuration?: number;
  readonly minBlockDuration?: number;
}

/** One thing to do. */
export type CompactionStep =
  | { readonly kind: 'head'; readonly minTime: number; readonly maxTime: number }
  | { readonly kind: 'merge'; readonly plan: CompactionPlan };

/** Exit code 1 if a damaged block, or a head that cannot be written on, was left out. */
export async function compact(
  dir: string,
  flags: CompactFlags,
  terminal: Terminal,
): Promise<number> {
  if (flags.dryRun === true) return dryRun(dir, flags, terminal);
  const held = await openForWriting(dir, flags, terminal, durationsOf(flags));
  try {
    let steps = 0;
    for (let step = nextStep(held); step !== null; step = nextStep(held)) {
      printStep(step, held.maintenance.store.view.infos(), flags, terminal);
      const made = await run(step, held, flags, terminal);
      printMade(made, held, flags, terminal);
      steps++;
      if (flags.untilDone !== true) break;
    }
    if (steps === 0 && flags.json !== true) terminal.out.write('nothing to compact\n');
    const isWhole = held.database !== null && held.maintenance.store.view.problems.length === 0;
    return isWhole ? EXIT_OK : EXIT_FAILURE;
  } finally {
    await held.close();
  }
}

export function durationsOf(
  flags: CompactFlags,
): Required<Pick<DatabaseOptions, 'minBlockDurationMs' | 'maxBlockDurationMs'>> {
  const minBlockDurationMs = flags.minBlockDuration ?? MIN_BLOCK_DURATION_MS;
  const maxBlockDurationMs = flags.maxBlockDuration ?? MAX_BLOCK_DURATION_MS;
  return { minBlockDurationMs, maxBlockDurationMs };
}

function nextStep({ database, maintenance }: Held): CompactionStep | null {
  const range = database?.compactableRange() ?? null;
  if (range !== null) return { kind: 'head', ...range };
  const plan = maintenance.plan();
  return plan === null ? null : { kind: 'merge', plan };
}

async function run(
  step: CompactionStep,
  { database, maintenance }: Held,
  flags: CompactFlags,
  terminal: Terminal,
): Promise<BlockMeta | null> {
  const progress = await startProgress(terminal, 'compacting', flags.quiet);
  const onProgress = (done: number, total: number): void => progress.update(done, total);
  try {
    if (step.kind === 'merge') return await maintenance.merge(step.plan, { onProgress });
    return (await database?.compactHead({ onProgress })) ?? null;
  } finally {
    progress.stop();
  }
}

/** Says what is to be done, before it is done. */
export function printStep(
  step: CompactionStep,
  blocks: readonly BlockInfo[],
  flags: CompactFlags,
  { out }: Terminal,
): void {
  if (flags.json === true) {
    out.write(`${JSON.stringify(stepJson(step))}\n`);
  } else if (step.kind === 'head') {
    const range = `${formatTime(step.minTime)} to ${formatTime(step.maxTime)}`;
    out.write(`head: samples from ${range} become a block\n`);
  } else {
    const { words, reason, blocks: sources } = step.plan;
    const ulids = new Set(sources.map(({ ulid }) => ulid));
    const shown = blocks.filter(({ meta }) => ulids.has(meta.ulid));
    out.write(`${reason}: ${words}\n`);
    for (const line of blockTable(shown, { humanReadable: true })) out.write(`  ${line}\n`);
  }
}

function stepJson(step: CompactionStep): object {
  if (step.kind === 'head') return { step: 'head', minTime: step.minTime, maxTime: step.maxTime };
  const { reason, words, blocks } = step.plan;
  return {
    step: 'merge',
    reason,
    words,
    blocks: blocks.map(({ ulid }) => ulid),
    minTime: Math.min(...blocks.map(({ minTime }) => minTime)),
    maxTime: Math.max(...blocks.map(({ maxTime }) => maxTime)),
  };
}

function printMade(
  made: BlockMeta | null,
  { maintenance }: Held,
  flags: CompactFlags,
  { out }: Terminal,
): void {
  const block = maintenance.store.view.blocks.find(({ meta }) => meta.ulid === made?.ulid);
  if (flags.json === true) {
    out.write(`${JSON.stringify({ made })}\n`);
  } else if (block === undefined) {
    out.write('no samples were left: there is no new block\n');
  } else {
    out.write('made:\n');
    for (const line of blockTable([infoOf(block)], { humanReadable: true })) {
      out.write(`  ${line}\n`);
    }
  }
}
