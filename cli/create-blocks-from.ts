/**
 * `mmtsdb create-blocks-from openmetrics`: makes blocks of a text file, and prints them as promtool
 * does: the first one below the titles, each further one as a table of its own.
 */
import { monotonicFactory } from 'ulid';
import { blockDuration } from '../compact/block-grid.js';
import { importOpenMetrics } from '../compact/openmetrics-import.js';
import { InputFile } from '../disk/input-file.js';
import { NodeWritableDisk } from '../disk/node-writable-disk.js';
import type { BlockInfo } from '../tsdb/db.js';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import { formatTime } from './go-duration.js';
import { blockRow, blockTable, listJson } from './list.js';
import { startProgress } from './progress.js';
import { alignColumns } from './tab-writer.js';
import type { Terminal } from './terminal.js';

export interface CreateBlocksFlags {
  /** Times and sizes for people. */
  readonly humanReadable?: boolean;
  readonly json?: boolean;
  /** Does not print what was made. */
  readonly quiet?: boolean;
  /** In ms; what a block may cover at most, two hours at least. */
  readonly maxBlockDuration?: number;
  readonly label?: ReadonlyMap<string, string>;
}

/** Exit code 1 if samples were left out. */
export async function createBlocksFromOpenMetrics(
  input: string,
  out: string,
  flags: CreateBlocksFlags,
  terminal: Terminal,
): Promise<number> {
  const file = new InputFile(input);
  const progress = await startProgress(terminal, 'reading', flags.quiet);
  const newUlid = monotonicFactory();
  const made: BlockInfo[] = [];
  try {
    let bytesRead = 0;
    const read = (into: Uint8Array): number => {
      const count = file.read(into);
      bytesRead += count;
      if (file.size !== null) progress.update(bytesRead, file.size);
      return count;
    };
    const leftOut = await importOpenMetrics(new NodeWritableDisk(), input, read, {
      out,
      durationMs: blockDuration(flags.maxBlockDuration ?? 0),
      labels: flags.label ?? new Map(),
      newUlid: () => newUlid(),
      onBlock: (block) => made.push(block),
    });
    if (leftOut === null) return EXIT_OK;
    terminal.message(
      `mmtsdb: ${leftOut.samples} samples were left out: they lie before ` +
        `${formatTime(leftOut.before)}, where the first block begins, as promtool lays it`,
    );
    return EXIT_FAILURE;
  } finally {
    // What was made stays when a later block fails, so it is told then too.
    progress.stop();
    file.close();
    print(made, flags, terminal);
  }
}

function print(blocks: readonly BlockInfo[], flags: CreateBlocksFlags, terminal: Terminal): void {
  if (flags.quiet === true) return;
  if (flags.json === true) {
    terminal.out.write(`${listJson(blocks)}\n`);
    return;
  }
  blocks.forEach((block, i) => {
    const lines = i === 0 ? blockTable([block], flags) : alignColumns([blockRow(block, flags)]);
    for (const line of lines) terminal.out.write(`${line}\n`);
  });
}
