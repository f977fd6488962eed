/**
 * Makes a block of what a reader of the head sees: in this thread, with turns of the event loop in
 * between. Chunks are encoded anew, 120 samples each.
 */
import { BlockDirectory } from '../compact/block-directory.js';
import type { BlockMeta } from '../compact/block-meta.js';
import { BlockWriter, type NewBlock } from '../compact/block-writer.js';
import type { WritableDisk } from '../disk/writable-disk.js';
import { Columns } from '../model/columns.js';
import { Pacer } from '../model/pacer.js';
import type { SeriesCursor, SeriesSource } from '../model/queryable.js';
import { compareUtf8 } from '../model/utf8.js';
import type { JobOptions } from './maintenance.js';

/** What a series costs beside its samples, in the pacer's units. */
const SERIES_UNITS = 1000;

/**
 * Writes the block `made` into `dir` of what `source` has in its range; durable when it resolves.
 * Null where that is nothing: then there is none.
 */
export async function writeSourceBlock(
  disk: WritableDisk,
  dir: string,
  made: NewBlock,
  source: SeriesSource,
  { signal, onProgress }: JobOptions,
): Promise<BlockMeta | null> {
  const pacer = new Pacer();
  const select = (): Promise<SeriesCursor> =>
    pacer.run(source.select([], made.minTime, made.maxTime - 1), signal);
  const texts = new Set(['']);
  let total = 0;
  const cursor = await select();
  for (let moved = cursor.move(); moved !== 'ended'; moved = cursor.move()) {
    if (moved === 'on') {
      const { labels } = cursor.series;
      for (let i = 0; i < labels.size; i++) texts.add(labels.nameAt(i)).add(labels.valueAt(i));
      total++;
    }
    if (pacer.isDue(SERIES_UNITS)) await pacer.turn(signal);
  }
  if (total === 0) return null;
  const directory = new BlockDirectory(disk, dir, made.ulid);
  try {
    const writer = new BlockWriter(directory.openSink, made, [...texts].sort(compareUtf8));
    const samples = new Columns();
    const series = await select();
    let done = 0;
    for (let moved = series.move(); moved !== 'ended'; moved = series.move()) {
      if (moved === 'on') {
        samples.clear();
        series.series.read(samples);
        if (samples.count > 0) writer.writeSamples(series.series.labels, samples);
        onProgress?.(++done, total);
      }
      if (pacer.isDue(SERIES_UNITS + samples.count)) await pacer.turn(signal);
    }
    const meta = writer.finish();
    if (meta.stats.numSamples === 0) {
      directory.discard(null);
      return null;
    }
    directory.publish();
    return meta;
  } catch (error) {
    throw directory.discard(error);
  }
}
