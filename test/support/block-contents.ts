/** What a block of test samples holds, as text; every sample's value is its time times 1.5. */
import { closeBlock, openBlock } from '../../compact/open-block.js';
import type { Disk } from '../../disk/disk.js';
import { ChunkMetas } from '../../index/reader.js';
import type { Kernel } from '../../kernel/kernel.js';
import { Columns } from '../../model/columns.js';

/** `labels: times` of every series. */
export function blockContents(disk: Disk, path: string, kernel: Kernel): string[] {
  const block = openBlock(disk, path, kernel);
  const symbols = [...block.index.symbols()];
  const texts: string[] = [];
  for (const postings = block.index.allPostings(); postings.next();) {
    const numbers: number[] = [];
    const metas = new ChunkMetas();
    block.index.seriesSymbols(postings.at, numbers, metas);
    const columns = new Columns();
    block.chunks.read(metas.refs, 0, metas.count, columns);
    const rows = Array.from(columns.times.subarray(0, columns.count));
    const values = Array.from(columns.values.subarray(0, columns.count));
    expect(values).toEqual(rows.map((time) => 1.5 * time));
    texts.push(`${numbers.map((number) => symbols[number]).join(' ')}: ${rows.join(' ')}`);
  }
  closeBlock(block);
  return texts;
}
