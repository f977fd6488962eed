/** The chunks of a series entry as rows, which tests compare. */
import { ChunkMetas } from '../../index/series-entry.js';

export type Row = readonly [minTime: number, maxTime: number, ref: number];

export function metasOf(rows: readonly Row[]): ChunkMetas {
  const metas = new ChunkMetas();
  for (const row of rows) metas.push(...row);
  return metas;
}
