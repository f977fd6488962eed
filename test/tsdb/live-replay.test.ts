/** A head that was written, and one that is rebuilt of its files: the same. */
import { HEAD_CHUNKS_HEADER_BYTES } from '../../chunks/head-chunks.js';
import { crc32c } from '../../encoding/crc32c.js';
import { isStaleAt, STALE_NAN } from '../../encoding/float-bits.js';
import { matcher } from '../../model/matcher.js';
import type { ReplayedLiveHead } from '../../tsdb/live-replay.js';
import { LiveHead } from '../../tsdb/live-head.js';
import { Columns } from '../../model/columns.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { atOnce } from '../../model/steps.js';
import { RECORD_HISTOGRAMS } from '../../wal/record.js';
import { DIR, headChunkFile, records, segment } from '../support/data-directory.js';
import { histogramOf } from '../support/histograms.js';
import { ALL, ANY, headContent, openHead, replay } from '../support/live-heads.js';
import { advance } from '../support/moving.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

function emptyDisk(files: Readonly<Record<string, Uint8Array>> = {}): WritableMemoryDisk {
  const disk = new WritableMemoryDisk(['/', DIR, `${DIR}/wal`, `${DIR}/chunks_head`]);
  for (const [path, bytes] of Object.entries(files)) disk.files.set(`${DIR}/${path}`, bytes);
  return disk;
}

async function replayed(
  files: Readonly<Record<string, Uint8Array>>,
  minValidTime = MIN_TIME,
): Promise<{ content: unknown; result: ReplayedLiveHead; disk: WritableMemoryDisk }> {
  const disk = emptyDisk(files);
  const result = await replay(disk, DIR, { minValidTime });
  return { content: headContent(new LiveHead(result.data, null)), result, disk };
}

const U64_BYTES = 8;
const CRC_BYTES = 4;
const UP = '{__name__="up"}';
const seriesUp = records.series([7, { __name__: 'up' }]);

describe('replaying a living head', () => {
  it('gives what was committed: full chunks from their files, the rest from the log', async () => {
    const disk = emptyDisk();
    const { head, log } = await openHead(disk, DIR, { chunkRangeMs: 100_000 });
    for (let round = 0; round < 10; round++) {
      const appender = head.appender();
      for (let i = 0; i < 100; i++) {
        appender.append({ __name__: 'up' }, round * 1000 + i * 10, i % 7);
        appender.append({ __name__: 'up', round: String(round) }, i, round);
      }
      await appender.commit();
    }
    await head.delete([matcher('round', '=', '3')], { minTime: 50, maxTime: 1000 });
    const before = headContent(head);
    expect(before[UP]).toHaveLength(1000);
    expect(before['{__name__="up", round="3"}']).toHaveLength(50);
    expect(head.data.lists.count).toBeGreaterThan(4);
    await head.close();
    await log.close();

    const again = await replay(disk, DIR, { chunkRangeMs: 100_000 });
    expect([again.damage, again.problems, again.unknownSamples]).toEqual([null, [], 0]);
    const rebuilt = new LiveHead(again.data, null);
    expect(headContent(rebuilt)).toEqual(before);
    expect([rebuilt.minTime, rebuilt.maxTime]).toEqual([0, 9990]);
    expect(rebuilt.seriesCount).toBe(11);
    const appender = rebuilt.appender();
    expect(appender.append({ __name__: 'new' }, 9990, 1)).toBe(12);
  });

  it('takes a stale marker with its bits, and knows the last value', async () => {
    const disk = emptyDisk({
      'wal/00000000': segment(seriesUp, records.sampleOf(7, 5, STALE_NAN)),
    });
    const { data } = await replay(disk, DIR);
    const head = new LiveHead(data, null);
    const columns = new Columns();
    const cursor = atOnce(head.reader(ALL)?.select(ANY, MIN_TIME, MAX_TIME) ?? none());
    while (advance(cursor)) cursor.series.read(columns);
    expect([columns.count, isStaleAt(columns.values, 0)]).toEqual([1, true]);
    const appender = head.appender();
    expect(appender.appendColumns([7], [5], STALE_NAN).accepted).toBe(1);
    expect(appender.appendColumns([7], [5], Float64Array.of(1)).refusals).toEqual(['duplicate']);
  });

  it('leaves out what is in blocks, and series of which nothing else is there', async () => {
    const { content, result } = await replayed(
      {
        'wal/00000000': segment(
          records.series([7, { __name__: 'up' }], [8, { a: 'old' }]),
          records.samples([7, 99, 1], [8, 50, 1], [7, 100, 2], [55, 200, 1]),
        ),
      },
      100,
    );
    expect(content).toEqual({ [UP]: [[100, 2]] });
    expect([result.data.minTime, result.unknownSamples]).toEqual([100, 1]);
    expect([7, 8].map((ref) => result.expiries.timeOf(ref))).toEqual([-Infinity, 100]);
    expect(result.data.store.lastRef).toBe(8);
  });

  it('prefers m-mapped chunks to the samples that the log has of them', async () => {
    const { bytes } = headChunkFile(
      { seriesRef: 7, times: [1, 2, 3], value: 70 },
      { seriesRef: 7, times: [5, 6], value: 71 },
    );
    const log = segment(seriesUp, records.samples([7, 2, 1], [7, 6, 1], [7, 7, 1]));
    const { content, disk } = await replayed({ 'wal/00000000': log, 'chunks_head/000001': bytes });
    expect(content).toEqual({
      [UP]: [
        [1, 70],
        [2, 70],
        [3, 70],
        [5, 71],
        [6, 71],
        [7, 1],
      ],
    });
    expect(disk.exists(`${DIR}/chunks_head/000001`)).toBe(true);
  });

  it('lets the chunks of a repeated series record stand for all before', async () => {
    const { bytes } = headChunkFile({ seriesRef: 7, times: [1, 2], value: 70 });
    const { content, result } = await replayed({
      'chunks_head/000001': bytes,
      'wal/00000000': segment(
        seriesUp,
        records.samples([7, 3, 1]),
        records.series([9, { __name__: 'up' }]),
        records.samples([9, 3, 2], [7, 4, 1]),
      ),
    });
    expect(content).toEqual({
      [UP]: [
        [3, 2],
        [4, 1],
      ],
    });
    expect([7, 9].map((ref) => result.expiries.timeOf(ref))).toEqual([-Infinity, 3]);
    expect(result.data.store.lastRef).toBe(9);
    const same = await replayed({
      'chunks_head/000001': bytes,
      'wal/00000000': segment(seriesUp, records.samples([7, 3, 1]), seriesUp),
    });
    expect(same.content).toEqual({
      [UP]: [
        [1, 70],
        [2, 70],
      ],
    });
  });

  it('applies deletions, also of a whole series, and gives no ref twice', async () => {
    const whole = { minTime: MIN_TIME, maxTime: MAX_TIME };
    const { content, result } = await replayed({
      'wal/00000000': segment(
        records.series([7, { __name__: 'up' }], [8, { a: 'x' }]),
        records.samples([7, 1, 1], [8, 1, 1], [8, 2, 2], [8, 3, 3]),
        records.tombstones({ ref: 8, minTime: 2, maxTime: 2 }, { ref: 7, ...whole }),
        records.samples([7, 2, 5]),
        records.series([9, { __name__: 'up' }]),
        records.samples([9, 1, 6]),
        records.tombstones({ ref: 40, ...whole }, { ref: 41, minTime: 1, maxTime: 2 }),
      ),
    });
    expect(content).toEqual({
      [UP]: [[1, 6]],
      '{a="x"}': [
        [1, 1],
        [3, 3],
      ],
    });
    expect([result.unknownSamples, result.data.store.lastRef]).toEqual([1, 41]);
  });

  it('stops where the log is damaged or torn, and says where', async () => {
    const whole = segment(seriesUp, records.samples([7, 1, 1]));
    const more = segment(records.samples([7, 2, 2]));
    const torn = await replayed({ 'wal/00000000': whole, 'wal/00000001': more.subarray(0, 20) });
    expect(torn.content).toEqual({ [UP]: [[1, 1]] });
    expect(torn.result.damage).toMatchObject({ segment: 1, offset: 0, isTorn: true });

    const bad = Uint8Array.from(whole);
    bad[whole.length - 1] ^= 1;
    const damaged = await replayed({ 'wal/00000000': bad, 'wal/00000001': more });
    expect(damaged.content).toEqual({});
    expect(damaged.result.damage).toMatchObject({ segment: 0, isTorn: false });

    const wrong = segment(seriesUp, Uint8Array.of(1, 2, 3), records.samples([7, 1, 1]));
    const { result } = await replayed({ 'wal/00000000': wrong });
    expect(result.damage?.reason).toContain('corrupt');
  });

  it('does not open behind a damaged checkpoint', async () => {
    const bad = segment(seriesUp);
    bad[bad.length - 1] ^= 1;
    const files = { 'wal/checkpoint.00000003/00000000': bad, 'wal/00000004': segment() };
    await expect(replayed(files)).rejects.toThrow('checkpoint is damaged');
    await expect(
      replayed({ 'wal/00000000': segment(), 'wal/00000002': segment() }),
    ).rejects.toThrow('missing');
  });

  it('reads a checkpoint first, and tells how far it is', async () => {
    const disk = emptyDisk({
      'wal/checkpoint.00000003/00000000': segment(seriesUp, records.samples([7, 1, 1])),
      'wal/00000003': segment(records.samples([7, 1, 5])),
      'wal/00000004': segment(records.samples([7, 2, 2])),
    });
    const told: number[] = [];
    const { data } = await replay(disk, DIR, { onProgress: ({ done }) => told.push(done) });
    expect(headContent(new LiveHead(data, null))).toEqual({
      [UP]: [
        [1, 1],
        [2, 2],
      ],
    });
    expect(told).toEqual([0, 1, 2]);
  });

  it('removes head chunk files that are damaged, and takes their samples from the log', async () => {
    const { bytes } = headChunkFile({ seriesRef: 7, times: [1, 2], value: 70 });
    const log = segment(seriesUp, records.samples([7, 1, 1], [7, 2, 2]));
    const want = {
      [UP]: [
        [1, 1],
        [2, 2],
      ],
    };
    const bad = Uint8Array.from(bytes);
    bad[bytes.length - 1] ^= 1;
    for (const file of [bad, bytes.subarray(0, bytes.length - 3), new Uint8Array(2)]) {
      const files = { 'wal/00000000': log, 'chunks_head/000001': file };
      const { content, disk } = await replayed(files);
      expect(content).toEqual(want);
      expect(disk.exists(`${DIR}/chunks_head/000001`)).toBe(false);
    }
    const twice = headChunkFile(
      { seriesRef: 7, times: [1, 2], value: 70 },
      { seriesRef: 7, times: [2, 3], value: 70 },
    );
    const files = { 'wal/00000000': log, 'chunks_head/000001': twice.bytes };
    const { content, result } = await replayed(files);
    expect(content).toEqual(want);
    expect(result.problems).toHaveLength(1);
  });

  it('never gives a new series the chunks of one whose record is lost', async () => {
    const lost = headChunkFile({ seriesRef: 9, times: [1, 2], value: 70 });
    const disk = emptyDisk({
      'wal/00000000': segment(seriesUp, records.samples([7, 1, 1])),
      'chunks_head/000001': lost.bytes,
    });
    const { data } = await replay(disk, DIR, { minValidTime: MIN_TIME });
    expect(data.store.lastRef).toBe(9);
    const onlyChunks = await replayed({ 'chunks_head/000001': lost.bytes }, 1000);
    expect(onlyChunks.result.data.store.lastRef).toBe(9);
  });

  it('refuses what cannot be written on, by name', async () => {
    const late = { seriesRef: 7, times: [1], value: 1, isOutOfOrder: true };
    const cases: [files: Record<string, Uint8Array>, reason: string][] = [
      [{ 'chunks_head/000001': headChunkFile(late).bytes }, 'out-of-order chunks'],
      [{ 'wbl/00000000': segment(records.samples([7, 1, 1])) }, 'out-of-order samples'],
      [{ 'wal/00000000': segment(Uint8Array.of(14, 1, 2)) }, 'log records of the unknown type 14'],
      [{ 'chunks_head/000001': unknownChunk() }, 'head chunks of unknown encodings'],
      [
        {
          'wal/00000000': segment(
            seriesUp,
            records.histograms(RECORD_HISTOGRAMS, {
              ref: 7,
              time: 5,
              startTime: 0,
              histogram: histogramOf({}),
            }),
          ),
        },
        'native histograms',
      ],
    ];
    for (const [files, reason] of cases) await expect(replayed(files)).rejects.toThrow(reason);
    const empty = await replayed({ 'wbl/00000000': segment() });
    expect(empty.content).toEqual({});
  });
});

/** A file of one chunk whose encoding nobody knows. */
function unknownChunk(): Uint8Array {
  const { bytes } = headChunkFile({ seriesRef: 7, times: [1], value: 1 });
  const start = HEAD_CHUNKS_HEADER_BYTES;
  const end = bytes.length - CRC_BYTES;
  bytes[start + 3 * U64_BYTES] = 99;
  new DataView(bytes.buffer).setUint32(end, crc32c(bytes.subarray(start, end)));
  return bytes;
}

function none(): never {
  throw new Error('there is a reader');
}
