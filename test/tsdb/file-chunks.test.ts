import { HeadChunkWriter } from '../../chunks/head-chunk-writer.js';
import { FileChunks } from '../../tsdb/file-chunks.js';
import { headChunkFile } from '../support/data-directory.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const DIR = '/chunks_head';

function entryOf(minTime: number): Uint8Array {
  return headChunkFile({ seriesRef: 7, times: [minTime, minTime + 1], value: 1 }).bytes.subarray(8);
}

function open(disk: WritableMemoryDisk, fileBytesMax?: number): FileChunks {
  return new FileChunks(disk, DIR, new HeadChunkWriter(disk, DIR, { fileBytesMax }));
}

describe('full chunks in files', () => {
  it('are read from the buffer and from their files, as these grow', async () => {
    const disk = new WritableMemoryDisk(['/', DIR]);
    const chunks = open(disk);
    const entry = entryOf(5);
    const dataLength = entry.length - 25 - 1 - 4;
    const first = chunks.append(entry, 6);
    const data = chunks.data(first, dataLength).slice();
    expect(data).toHaveLength(dataLength);
    await chunks.flush();
    expect(chunks.data(first, dataLength)).toEqual(data);
    const second = chunks.append(entry, 6);
    await chunks.flush();
    expect(chunks.data(second, dataLength)).toEqual(data);
    expect(chunks.data(first, dataLength)).toEqual(data);
    expect(chunks.memoryBytes).toBeGreaterThan(0);
    await chunks.close();
    await chunks.close();
  });

  it('are checked when they are read from a file', async () => {
    const disk = new WritableMemoryDisk(['/', DIR]);
    const chunks = open(disk);
    const entry = entryOf(5);
    const ref = chunks.append(entry, 6);
    await chunks.flush();
    const file = disk.files.get(`${DIR}/000001`);
    if (file !== undefined) file[file.length - 1] ^= 1;
    expect(() => chunks.data(ref, entry.length - 30)).toThrow('corrupt');
    expect(() => chunks.data(ref, entry.length - 31)).toThrow('corrupt');
  });

  it('go with their files', async () => {
    const disk = new WritableMemoryDisk(['/', DIR]);
    const chunks = open(disk, 60);
    const refs = [0, 10, 20].map((time) => chunks.append(entryOf(time), time + 1));
    await chunks.flush();
    const dataLength = entryOf(0).length - 30;
    for (const ref of refs) chunks.data(ref, dataLength);
    chunks.truncate(15);
    expect([...disk.files.keys()]).toEqual([`${DIR}/000003`]);
    expect(chunks.data(refs[2], dataLength)).toHaveLength(dataLength);
  });
});
