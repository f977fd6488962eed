import { addBlock, patchPostings, seriesIds, USUAL } from '../support/block-builder.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { findingsIn } from '../support/verified.js';

describe('postings are checked against series', () => {
  let disk: MemoryDisk;
  let index: string;
  let ids: number[];

  beforeEach(() => {
    disk = new MemoryDisk();
    index = `${addBlock(disk, USUAL)}/index`;
    ids = seriesIds(disk, index);
  });

  it('a list that lacks a series and holds another is found from both sides', async () => {
    patchPostings(disk, index, ['n', 'a'], (list) => {
      list[0] = ids[1];
    });
    expect(await findingsIn(disk)).toEqual([
      expect.stringMatching(
        new RegExp(`^damage .*/index:\\d+: the postings of n="a" lack series ${ids[0]}$`),
      ),
      expect.stringMatching(
        new RegExp(`the postings of n="a" hold series ${ids[1]}, which does not belong there$`),
      ),
    ]);
  });

  it('a list that names a series twice lacks another', async () => {
    patchPostings(disk, index, ['x', 'é'], (list) => {
      list[1] = list[0];
    });
    const found = await findingsIn(disk);
    expect(found).toContainEqual(expect.stringContaining(`x="é" lack series ${ids[2]}`));
    expect(found).toContainEqual(expect.stringContaining(`x="é" hold series ${ids[1]}, which`));
  });

  it('a list that is not sorted is found', async () => {
    patchPostings(disk, index, ['', ''], (list) => list.reverse());
    const found = await findingsIn(disk);
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((line) => line.includes('the postings of all series'))).toBe(true);
  });

  it('a list that cannot be read is told once, and the others are still checked', async () => {
    const bytes = disk.files.get(index)?.slice() ?? new Uint8Array(0);
    patchPostings(disk, index, ['n', 'b'], (list) => {
      list[0] = ids[0];
    });
    const damaged = disk.files.get(index)?.slice() ?? new Uint8Array(0);
    // The changed id without its mended checksum.
    const at = damaged.findIndex((byte, i) => byte !== bytes[i]);
    bytes[at] = damaged[at];
    disk.files.set(index, bytes);
    expect(await findingsIn(disk)).toEqual([
      expect.stringMatching(/^damage .*\/index:\d+: checksum of a postings list does not match$/),
      expect.stringMatching(/^damage .*\/index: no readable postings of n="b"$/),
    ]);
  });
});
