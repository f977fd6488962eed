/** `mmtsdb list`: the blocks of a directory, byte for byte as `promtool tsdb list` prints them. */
import { goSort } from '../model/go-sort.js';
import { compareUtf8 } from '../model/utf8.js';
import { type BlockInfo, listBlocks } from '../tsdb/db.js';
import { formatBytes } from './byte-size.js';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import type { CommonFlags } from './flags.js';
import { formatDuration, formatTime } from './go-duration.js';
import { alignColumns } from './tab-writer.js';
import { loggerOf, type Terminal } from './terminal.js';

export interface ListFlags extends CommonFlags {
  /** Times and sizes for people; durations always are. */
  readonly humanReadable?: boolean;
}

const TITLES = [
  'BLOCK ULID',
  'MIN TIME',
  'MAX TIME',
  'DURATION',
  'NUM SAMPLES',
  'NUM CHUNKS',
  'NUM SERIES',
  'SIZE',
] as const;

/** Exit code 1 if a damaged block was left out. */
export async function list(dir: string, flags: ListFlags, terminal: Terminal): Promise<number> {
  const logger = loggerOf(terminal, flags.quiet === true);
  const { blocks, problems } = await listBlocks(dir, { io: flags.io, logger });
  for (const problem of problems) logger.warn(`${problem.path}: ${problem.message}`);
  if (flags.json === true) terminal.out.write(`${listJson(blocks)}\n`);
  else for (const line of blockTable(blocks, flags)) terminal.out.write(`${line}\n`);
  return problems.length === 0 ? EXIT_OK : EXIT_FAILURE;
}

/** The table's lines, blocks of equal min time in the order in which Go's sort leaves them. */
export function blockTable(blocks: readonly BlockInfo[], flags: ListFlags): string[] {
  const sorted = [...blocks].sort((a, b) => compareUtf8(a.meta.ulid, b.meta.ulid));
  goSort(sorted, (a, b) => a.meta.minTime - b.meta.minTime);
  return alignColumns([TITLES, ...sorted.map((block) => blockRow(block, flags))]);
}

/** What the table says of one block, cell by cell. */
export function blockRow({ meta, sizeBytes }: BlockInfo, flags: ListFlags): string[] {
  const time = flags.humanReadable === true ? formatTime : String;
  const size = flags.humanReadable === true ? formatBytes : String;
  return [
    meta.ulid,
    time(meta.minTime),
    time(meta.maxTime),
    formatDuration(meta.maxTime - meta.minTime),
    String(meta.stats.numSamples),
    String(meta.stats.numChunks),
    String(meta.stats.numSeries),
    size(sizeBytes),
  ];
}

/** The same, and what else `meta.json` says, as JSON. */
export function listJson(blocks: readonly BlockInfo[]): string {
  return JSON.stringify(
    blocks.map(({ meta, path, sizeBytes }) => ({
      ulid: meta.ulid,
      path,
      minTime: meta.minTime,
      maxTime: meta.maxTime,
      stats: meta.stats,
      compaction: meta.compaction,
      sizeBytes,
    })),
  );
}
