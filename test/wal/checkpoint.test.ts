/** Which files make up a log. */
import { NodeDisk } from '../../disk/node-disk.js';
import { listLog } from '../../wal/checkpoint.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { scratchFile, scratchFolder } from '../support/scratch.js';

const NOTHING = new Uint8Array(0);

function list(...paths: string[]): ReturnType<typeof listLog> {
  return listLog(new MemoryDisk(Object.fromEntries(paths.map((path) => [path, NOTHING]))), 'wal');
}

function indexes(segments: readonly { index: number }[]): number[] {
  return segments.map((segment) => segment.index);
}

describe('a log', () => {
  it('that does not exist is empty', () => {
    const empty = { checkpoint: null, segments: [], gaps: [] };
    expect(listLog(new NodeDisk(), `${scratchFolder()}/wal`)).toEqual(empty);
  });

  it('that is a file is an error', () => {
    const path = scratchFile(NOTHING);
    expect(() => listLog(new NodeDisk(), path)).toThrow(
      expect.objectContaining({ code: 'TSDB_IO', errno: 'ENOTDIR' }),
    );
  });

  it('has its segments in the order of their numbers, not of their names', () => {
    const { segments, checkpoint, gaps } = list(
      'wal/100000000',
      'wal/99999999',
      'wal/series_state.json',
    );
    expect(indexes(segments)).toEqual([99_999_999, 100_000_000]);
    expect(segments[0].path).toBe('wal/99999999');
    expect(checkpoint).toBeNull();
    expect(gaps).toEqual([]);
  });

  it('begins with the newest checkpoint and leaves out what that covers', () => {
    const { checkpoint, segments, gaps } = list(
      'wal/checkpoint.00000003/00000000',
      'wal/checkpoint.00000009/00000000',
      'wal/checkpoint.00000009/00000001',
      'wal/checkpoint.00000011.tmp/00000000',
      'wal/00000008',
      'wal/00000009',
      'wal/00000010',
      'wal/00000011',
    );
    expect(checkpoint?.index).toBe(9);
    expect(checkpoint?.path).toBe('wal/checkpoint.00000009');
    expect(indexes(checkpoint?.segments ?? [])).toEqual([0, 1]);
    expect(checkpoint?.segments[1].path).toBe('wal/checkpoint.00000009/00000001');
    expect(indexes(segments)).toEqual([10, 11]);
    expect(gaps).toEqual([]);
  });

  it('without a checkpoint may begin at any segment', () => {
    expect(list('wal/00000041', 'wal/00000042').gaps).toEqual([]);
  });

  it('names the segments that are missing, and has the others', () => {
    const { segments, gaps } = list('wal/00000001', 'wal/00000003', 'wal/00000007');
    expect(indexes(segments)).toEqual([1, 3, 7]);
    expect(gaps.map((gap) => gap.message)).toEqual([
      expect.stringContaining('00000002;'),
      expect.stringContaining('00000004-00000006;'),
    ]);
    expect(gaps[0]).toMatchObject({ path: 'wal', offset: null, code: 'TSDB_CORRUPT' });
  });

  it('names segments that are missing behind or within the checkpoint', () => {
    const { gaps } = list('wal/checkpoint.00000003/00000001', 'wal/00000005');
    expect(gaps.map((gap) => [gap.path, gap.message.split(';')[0]])).toEqual([
      ['wal/checkpoint.00000003', 'missing from the log: 00000000'],
      ['wal', 'missing from the log: 00000004'],
    ]);
  });

  it('does not take a file for a checkpoint or a directory for a segment', () => {
    const { checkpoint, segments } = list(
      'wal/checkpoint.00000003',
      'wal/00000000/x',
      'wal/00000001',
    );
    expect(checkpoint).toBeNull();
    expect(indexes(segments)).toEqual([1]);
  });
});
