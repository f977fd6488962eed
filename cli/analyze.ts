/** `mmtsdb analyze`: churn and cardinality of one block, as `promtool tsdb analyze` prints them. */
import { isUlid } from '../compact/block-meta.js';
import type { Disk } from '../disk/disk.js';
import { NodeDisk } from '../disk/node-disk.js';
import { Kernel } from '../kernel/kernel.js';
import { OpenError } from '../model/errors.js';
import { parseSelector } from '../promql/selector.js';
import { Block } from '../tsdb/block.js';
import {
  type Analysis,
  analyzeBlock,
  ChunkSizer,
  type ChunkSizes,
  type Ranked,
} from './analysis.js';
import { drawHistogram } from './chunk-histogram.js';
import { EXIT_OK } from './exit-codes.js';
import type { CommonFlags } from './flags.js';
import { formatDuration } from './go-duration.js';
import type { Output } from './output.js';
import { startProgress } from './progress.js';
import { loggerOf, type Terminal } from './terminal.js';

export interface AnalyzeFlags extends CommonFlags {
  /** How many entries a list shows. */
  readonly limit: number;
  /** Also the sizes of chunks. */
  readonly extended?: boolean;
  /** Only the series of this selector. */
  readonly match?: string;
}

/** The first characters of a ULID are its time. */
const ULID_TIME_LENGTH = 10;

/** Without `ulid`, the block that was made last. */
export async function analyze(
  dir: string,
  ulid: string | undefined,
  flags: AnalyzeFlags,
  terminal: Terminal,
): Promise<number> {
  const matchers = isGiven(flags.match) ? parseSelector(flags.match) : [];
  const disk = new NodeDisk({ io: flags.io, logger: loggerOf(terminal, flags.quiet === true) });
  const block = openBlock(disk, dir, ulid);
  const progress = await startProgress(terminal, 'analyzing', flags.quiet);
  block.acquire();
  try {
    const sizer = flags.extended === true ? new ChunkSizer(block) : null;
    const analysis = await analyzeBlock(block, matchers, {
      onSeries: (metas) => sizer?.add(metas) ?? 0,
      onProgress: (series) => progress.update(series, block.meta.stats.numSeries),
    });
    progress.stop();
    const sizes = sizer?.sizes() ?? null;
    if (flags.json === true) {
      terminal.out.write(`${analysisJson(analysis, sizes, flags)}\n`);
    } else {
      writeAnalysis(terminal.out, analysis, flags);
      if (sizes !== null) writeSizes(terminal.out, sizes);
    }
  } finally {
    progress.stop();
    block.release();
    block.close();
  }
  return EXIT_OK;
}

function openBlock(disk: Disk, dir: string, ulid: string | undefined): Block {
  const chosen = ulid ?? newestBlock(disk, dir);
  const path = disk.join(dir, chosen);
  if (!disk.exists(path)) throw new OpenError(`invalid block ID ${chosen}`, path);
  return Block.load(disk, path, { labelCacheBytes: 0, kernel: new Kernel() });
}

/** The block with the latest creation time in its name; of several, the first by name. */
function newestBlock(disk: Disk, dir: string): string {
  let newest = '';
  for (const { name } of disk.list(dir)) {
    if (!isUlid(name)) continue;
    const time = name.slice(0, ULID_TIME_LENGTH).toUpperCase();
    if (time > newest.slice(0, ULID_TIME_LENGTH).toUpperCase()) newest = name;
  }
  if (newest === '') throw new OpenError(`${dir}: no blocks found`, dir);
  return newest;
}

function writeAnalysis(out: Output, analysis: Analysis, flags: AnalyzeFlags): void {
  out.write(`Block ID: ${analysis.ulid}\n`);
  out.write(`Duration: ${formatDuration(analysis.durationMs)}\n`);
  out.write(`Total Series: ${analysis.totalSeries}\n`);
  if (isGiven(flags.match)) out.write(`Matcher: ${flags.match}\n`);
  out.write(`Label names: ${analysis.labelNames}\n`);
  if (isGiven(flags.match)) out.write(`Matched series: ${analysis.matchedSeries}\n`);
  out.write(`Postings (unique label pairs): ${analysis.labelPairs}\n`);
  out.write(`Postings entries (total label pairs): ${analysis.labelEntries}\n`);
  const section = (title: string, items: readonly Ranked[]): void => {
    out.write(`\n${title}:\n`);
    for (const { name, value } of items.slice(0, flags.limit)) out.write(`${value} ${name}\n`);
  };
  section('Label pairs most involved in churning', analysis.churningPairs);
  section('Label names most involved in churning', analysis.churningNames);
  section('Most common label pairs', analysis.commonPairs);
  section('Label names with highest cumulative label value length', analysis.valueBytes);
  section('Highest cardinality labels', analysis.cardinality);
  section('Highest cardinality metric names', analysis.seriesOfMetrics);
}

function writeSizes(out: Output, sizes: ChunkSizes): void {
  out.write('\nCompaction analysis:\n\n');
  out.write(drawHistogram('samples per float chunk', sizes.floatSamples, sizes.count));
  out.write(drawHistogram('bytes per float chunk', sizes.floatBytes, sizes.count));
  out.write(drawHistogram('samples per histogram chunk', sizes.histogramSamples, sizes.count));
  out.write(drawHistogram('bytes per histogram chunk', sizes.histogramBytes, sizes.count));
  out.write(drawHistogram('buckets per histogram chunk', sizes.histogramBuckets, sizes.count));
}

function analysisJson(
  analysis: Analysis,
  sizes: ChunkSizes | null,
  { limit }: AnalyzeFlags,
): string {
  return JSON.stringify({
    ...analysis,
    churningPairs: analysis.churningPairs.slice(0, limit),
    churningNames: analysis.churningNames.slice(0, limit),
    commonPairs: analysis.commonPairs.slice(0, limit),
    valueBytes: analysis.valueBytes.slice(0, limit),
    cardinality: analysis.cardinality.slice(0, limit),
    seriesOfMetrics: analysis.seriesOfMetrics.slice(0, limit),
    ...(sizes === null ? {} : { chunks: sizes }),
  });
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
