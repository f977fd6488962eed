import { encodeTombstones } from '../../index/tombstones.js';
import { addBlock, patch, seriesIds, ULID, USUAL } from '../support/block-builder.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { findingsIn } from '../support/verified.js';

describe("a block's files are checked against one another", () => {
  let disk: MemoryDisk;
  let block: string;

  beforeEach(() => {
    disk = new MemoryDisk();
    block = addBlock(disk, USUAL);
  });

  function changeMeta(from: string, to: string): void {
    patch(disk, `${block}/meta.json`, (bytes) => {
      const text = Buffer.from(bytes).toString();
      expect(text).toContain(from);
      expect(to).toHaveLength(from.length);
      bytes.set(Buffer.from(text.replace(from, to)));
    });
  }

  it.each(['numSamples": 8', 'numFloatSamples": 8', 'numSeries": 3', 'numChunks": 4'])(
    '"%s in meta.json must be true',
    async (field) => {
      changeMeta(field, field.replace(/\d$/, '5'));
      const [name, count] = field.split('": ');
      expect(await findingsIn(disk)).toEqual([
        `damage ${ULID}/meta.json: ${name} is 5; the block holds ${count}`,
      ]);
    },
  );

  it('samples need not be counted by kind, as before 3.6', async () => {
    changeMeta('"numFloatSamples": 8', '"numOtherSamples": 8');
    expect(await findingsIn(disk)).toEqual([]);
  });

  it('the block must be the one that its directory is named by', async () => {
    patch(disk, `${block}/meta.json`, (bytes) => {
      const text = Buffer.from(bytes).toString();
      bytes.set(Buffer.from(text.replaceAll(ULID, `00${ULID.slice(2)}`)));
    });
    expect(await findingsIn(disk)).toEqual([
      `damage ${ULID}/meta.json: the block says that it is 00${ULID.slice(2)}`,
    ]);
  });

  it('a range without an instant in it is damage', async () => {
    changeMeta('"maxTime": 1000', '"maxTime": 0000'.replace('0000', '   0'));
    expect(await findingsIn(disk)).toContain(
      `damage ${ULID}/meta.json: the time range [0, 0) is empty`,
    );
  });

  it('a meta.json that is none sets the block aside', async () => {
    disk.files.set(`${block}/meta.json`, Buffer.from('{'));
    const found = await findingsIn(disk);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^damage .*meta.json/);
  });

  it('tombstones must be of series that are there; their count in meta.json may lag', async () => {
    const [first] = seriesIds(disk, `${block}/index`);
    const deletions = new Map([
      [first, [{ minTime: 10, maxTime: 20 }]],
      [9999, [{ minTime: 10, maxTime: 20 }]],
    ]);
    disk.files.set(`${block}/tombstones`, encodeTombstones(deletions));
    expect(await findingsIn(disk)).toEqual([
      `damage ${ULID}/tombstones: deletes from series 9999, which is not here`,
      `note ${ULID}/tombstones: holds 2 tombstones; meta.json says 0`,
    ]);
  });

  it('a damaged tombstones file is found', async () => {
    patch(disk, `${block}/tombstones`, (bytes) => {
      bytes[5] ^= 1;
    });
    expect((await findingsIn(disk))[0]).toMatch(/^damage .*tombstones:5: checksum/);
  });
});
