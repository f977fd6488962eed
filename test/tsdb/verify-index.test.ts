import { crc32c } from '../../encoding/crc32c.js';
import { addBlock, patch, patchSeries, seriesIds, USUAL } from '../support/block-builder.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { findingsIn } from '../support/verified.js';

/** Behind magic, version, and the section's length and count. */
const FIRST_SYMBOL = 13;

describe('the index is checked', () => {
  let disk: MemoryDisk;
  let index: string;
  let ids: number[];

  beforeEach(() => {
    disk = new MemoryDisk();
    index = `${addBlock(disk, USUAL)}/index`;
    ids = seriesIds(disk, index);
  });

  it('and nothing is found in one that is whole', async () => {
    expect(await findingsIn(disk)).toEqual([]);
  });

  it('symbols out of order are found, and the series that they misplace', async () => {
    patch(disk, index, (bytes) => {
      const view = new DataView(bytes.buffer);
      const end = 9 + view.getUint32(5);
      // Symbols: "" a b c n x é, a length byte each; `a` becomes `d`.
      expect(String.fromCharCode(bytes[FIRST_SYMBOL + 2])).toBe('a');
      bytes[FIRST_SYMBOL + 2] = 'd'.charCodeAt(0);
      view.setUint32(end, crc32c(bytes.subarray(9, end)));
    });
    const found = await findingsIn(disk);
    expect(found).toContainEqual(expect.stringContaining('symbols are not sorted: "b" behind "d"'));
    expect(found).toContainEqual(
      expect.stringContaining('{n="b", x="é"} is not in order behind {n="d"}'),
    );
  });

  it('a series of unsorted labels is found where it stands', async () => {
    patchSeries(disk, index, ids[1], (body) => {
      // Two labels of two symbols each, behind their count.
      const labels = body.slice(1, 5);
      body.set([labels[2], labels[3], labels[0], labels[1]], 1);
    });
    expect(await findingsIn(disk)).toContainEqual(
      expect.stringMatching(
        new RegExp(`/index:${16 * ids[1]}: the labels of \\{x="é", n="b"\\} are not sorted$`),
      ),
    );
  });

  it('an empty label and an unknown symbol are found', async () => {
    patchSeries(disk, index, ids[1], (body) => {
      body[4] = 0;
    });
    patchSeries(disk, index, ids[0], (body) => {
      body[2] = 99;
    });
    const found = await findingsIn(disk);
    expect(found).toContainEqual(expect.stringContaining('has an empty label'));
    expect(found).toContainEqual(expect.stringContaining('99'));
  });

  it('a series entry with a wrong checksum is found, and the others are still read', async () => {
    patch(disk, index, (bytes) => {
      bytes[16 * ids[0] + 3] ^= 1;
    });
    const found = await findingsIn(disk);
    expect(found[0]).toMatch(
      new RegExp(`/index:${16 * ids[0]}: checksum of a series entry does not match`),
    );
    expect(found).toContainEqual(expect.stringContaining('n="a" hold series'));
    expect(found.some((line) => line.includes('n="b"'))).toBe(false);
  });

  it('an entry that cannot be stepped over does not hide the series behind it', async () => {
    patch(disk, index, (bytes) => {
      bytes[16 * ids[0]] = 0x7f;
    });
    const found = await findingsIn(disk);
    expect(found).toContainEqual(expect.stringContaining('series entry of 127 bytes'));
    expect(found.some((line) => line.includes('n="c"'))).toBe(false);
  });

  it('a missing index is one finding, and meta.json then promises too much', async () => {
    disk.files.delete(index);
    const found = await findingsIn(disk);
    expect(found[0]).toContain('no such file or directory');
    expect(found.slice(1).every((line) => /meta.json|have no series/.test(line))).toBe(true);
  });
});
