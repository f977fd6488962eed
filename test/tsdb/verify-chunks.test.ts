import { addBlock, patch, patchSeries, seriesIds, USUAL } from '../support/block-builder.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { findingsIn } from '../support/verified.js';

describe('chunks are checked', () => {
  let disk: MemoryDisk;
  let block: string;

  beforeEach(() => {
    disk = new MemoryDisk();
    block = addBlock(disk, USUAL);
  });

  it('one whose samples do not fill the range that the index tells', async () => {
    addBlock(disk, { series: [[{ n: 'a' }, [{ times: [10, 20], says: [10, 30] }]]] });
    expect(await findingsIn(disk)).toEqual([
      expect.stringMatching(
        /\/index:\d+: \{n="a"\}: chunk \[10, 30\] holds samples from 10 to 20$/,
      ),
    ]);
  });

  it('one with two samples of one time', async () => {
    addBlock(disk, { series: [[{ n: 'a' }, [{ times: [10, 20, 20, 40] }]]] });
    expect(await findingsIn(disk)).toEqual([
      expect.stringContaining('chunk [10, 40] has a sample at 20 behind one at 20'),
    ]);
  });

  it('one that leaves the block', async () => {
    patch(disk, `${block}/meta.json`, (bytes) => {
      const text = Buffer.from(bytes).toString().replace('"maxTime": 1000', '"maxTime": 900 ');
      bytes.set(Buffer.from(text));
    });
    expect(await findingsIn(disk)).toEqual([
      expect.stringContaining("chunk [0, 999] leaves the block's range [0, 900)"),
    ]);
  });

  it('two of a series that overlap', async () => {
    const index = `${block}/index`;
    patchSeries(disk, index, seriesIds(disk, index)[0], (body) => {
      // One label, then: chunks 2 | min 10 | range 10 | ref 8 | 30 - 20 | …
      expect([...body.slice(3, 8)]).toEqual([2, 20, 10, 8, 10]);
      body[7] = 0;
    });
    const found = await findingsIn(disk);
    expect(found).toContainEqual(
      expect.stringContaining('chunk [20, 30] overlaps the one before, which ends at 20'),
    );
  });

  it('one that two series name, and one that none does', async () => {
    const index = `${block}/index`;
    const [first, second] = seriesIds(disk, index);
    const last = (body: Uint8Array): number => body.length - 1;
    let ref = 0;
    patchSeries(disk, index, first, (body) => {
      ref = body[6];
    });
    patchSeries(disk, index, second, (body) => {
      body[last(body)] = ref;
    });
    const found = await findingsIn(disk);
    expect(found).toContainEqual(expect.stringContaining('is named by another series too'));
    expect(found).toContainEqual(
      expect.stringMatching(/^note .*chunks\/000001: 1 of 4 chunks have no series$/),
    );
  });

  it('one with a wrong checksum, which is told once, at its place', async () => {
    patch(disk, `${block}/chunks/000001`, (bytes) => {
      bytes[12] ^= 1;
    });
    const found = await findingsIn(disk);
    expect(found[0]).toMatch(/^damage .*\/chunks\/000001:8: chunk checksum is/);
    expect(found.filter((line) => line.includes('checksum'))).toHaveLength(1);
    expect(found).toContainEqual(expect.stringContaining('numSamples is 8; the block holds 6'));
  });

  it('a segment with a wrong header or an entry that leaves it', async () => {
    const segment = `${block}/chunks/000001`;
    patch(disk, segment, (bytes) => {
      bytes[8] = 0x7f;
    });
    expect((await findingsIn(disk))[0]).toMatch(/chunks\/000001:8: chunk length 127 exceeds/);
    patch(disk, segment, (bytes) => {
      bytes[0] ^= 1;
    });
    expect((await findingsIn(disk))[0]).toMatch(/chunks\/000001:0: segment magic is/);
  });

  it('a missing segment, and a missing folder', async () => {
    const bytes = disk.files.get(`${block}/chunks/000001`) ?? new Uint8Array(0);
    disk.files.delete(`${block}/chunks/000001`);
    disk.files.set(`${block}/chunks/000002`, bytes);
    expect((await findingsIn(disk))[0]).toMatch(/chunks\/000002: segment 1 is missing before it$/);
    disk.files.delete(`${block}/chunks/000002`);
    expect((await findingsIn(disk))[0]).toContain('no such file or directory');
  });
});
