import { dataDirectory, DIR, headChunkFile, records, segment } from '../support/data-directory.js';
import { patch } from '../support/block-builder.js';
import type { MemoryDisk } from '../support/memory-disk.js';
import { findingsIn } from '../support/verified.js';

function usual(): MemoryDisk {
  return dataDirectory({
    wal: [
      segment(records.series([1, { n: 'a' }]), records.samples([1, 10, 1], [1, 20, 2])),
      segment(records.samples([1, 30, 3])),
    ],
    wbl: [segment(records.samples([1, 5, 5]))],
    headChunks: headChunkFile({ seriesRef: 1, times: [10, 20], value: 7 }).bytes,
  });
}

describe("the head's files are checked", () => {
  it('and nothing is found where they are whole', async () => {
    expect(await findingsIn(usual())).toEqual([]);
  });

  it('a record with a wrong checksum is found at its place', async () => {
    const disk = usual();
    patch(disk, `${DIR}/wal/00000000`, (bytes) => {
      bytes[10] ^= 1;
    });
    expect((await findingsIn(disk))[0]).toMatch(/^damage wal\/00000000:0: fragment checksum/);
  });

  it('a record that cannot be decoded is found, and those behind it are still read', async () => {
    const disk = dataDirectory({
      wal: [
        segment(
          Uint8Array.of(1, 0, 0),
          records.series([1, { n: 'a' }]),
          records.samples([1, 1, 1]),
        ),
      ],
    });
    const found = await findingsIn(disk);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^damage wal\/00000000:\d+: wanted 8 bytes/);
  });

  it('a torn end, unknown series and unknown records are notes', async () => {
    const disk = usual();
    const last = segment(records.samples([9, 30, 3], [8, 30, 3]), Uint8Array.of(200));
    disk.files.set(`${DIR}/wal/00000001`, last.subarray(0, last.length));
    expect(await findingsIn(disk)).toEqual([
      'note wal: 2 entries of series that the log does not know',
      'note wal: 1 records of unknown types',
    ]);
    disk.files.set(`${DIR}/wal/00000001`, segment(records.samples([1, 30, 3])).subarray(0, 20));
    expect(await findingsIn(disk)).toEqual([
      'note wal/00000001:0: the last record is not all there',
    ]);
  });

  it('a gap between segments is damage', async () => {
    const disk = usual();
    disk.files.set(`${DIR}/wal/00000004`, segment(records.samples([1, 40, 4])));
    expect(await findingsIn(disk)).toEqual([
      'damage wal: missing from the log: 00000002-00000003; the segments behind are read',
    ]);
  });

  it('a damaged head chunk is found, and one of an unknown series noted', async () => {
    const disk = usual();
    const two = headChunkFile(
      { seriesRef: 1, times: [10, 20], value: 7 },
      { seriesRef: 1, times: [30, 40], value: 7 },
    );
    disk.files.set(`${DIR}/chunks_head/000001`, two.bytes);
    patch(disk, `${DIR}/chunks_head/000001`, (bytes) => {
      bytes[40] ^= 1;
    });
    expect((await findingsIn(disk))[0]).toMatch(/^damage chunks_head\/000001:8: /);
    const stranger = headChunkFile({ seriesRef: 5, times: [10, 20], value: 7 });
    disk.files.set(`${DIR}/chunks_head/000001`, stranger.bytes);
    expect(await findingsIn(disk)).toEqual([
      'note chunks_head: 1 chunks of series that the log does not know',
    ]);
  });

  it('a last head chunk that is not all there is a note: a server may be writing it', async () => {
    const disk = usual();
    const { bytes } = headChunkFile({ seriesRef: 1, times: [10, 20], value: 7 });
    disk.files.set(`${DIR}/chunks_head/000001`, bytes.subarray(0, bytes.length - 3));
    expect(await findingsIn(disk)).toEqual([
      expect.stringMatching(/^note chunks_head\/000001:8: the last chunk is not all there: /),
    ]);
  });

  it('the frame of a memory snapshot is read', async () => {
    const disk = usual();
    const path = `${DIR}/chunk_snapshot.000001.0000000000/00000000`;
    disk.files.set(path, segment(Uint8Array.of(1, 2, 3)));
    expect(await findingsIn(disk)).toEqual([]);
    patch(disk, path, (bytes) => {
      bytes[7] ^= 1;
    });
    expect((await findingsIn(disk))[0]).toMatch(/^damage chunk_snapshot.*fragment checksum/);
  });
});
