/** The rules by which the log becomes a head, each told as a story. */
import { isStale, STALE_NAN } from '../../encoding/float-bits.js';
import { Kernel } from '../../kernel/kernel.js';
import { Columns } from '../../model/columns.js';
import { Histogram, HINT_UNKNOWN } from '../../model/histogram.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { replayHead, type ReplayedHead } from '../../tsdb/head-replay.js';
import { Pacer } from '../../model/pacer.js';
import type { ByteSource } from '../../disk/byte-source.js';
import { DiskError } from '../../model/errors.js';
import { atOnce } from '../../model/steps.js';
import { RECORD_HISTOGRAMS } from '../../wal/record.js';
import {
  dataDirectory,
  DIR,
  headChunkFile,
  records,
  sampleTexts,
  segment,
} from '../support/data-directory.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { advance } from '../support/moving.js';

const HISTOGRAM = new Histogram({
  isFloat: false,
  counterResetHint: HINT_UNKNOWN,
  schema: 0,
  zeroThreshold: 0.001,
  zeroCount: 1,
  count: 3,
  sum: 4.5,
  positiveSpans: [{ offset: 0, length: 1 }],
  negativeSpans: [],
  positiveBuckets: Float64Array.of(2),
  negativeBuckets: new Float64Array(0),
  customValues: new Float64Array(0),
});

function replay(disk: MemoryDisk, minValidTime = MIN_TIME): Promise<ReplayedHead> {
  const options = { labelCacheBytes: 0, kernel: new Kernel() };
  return replayHead(DIR, { disk, options, pacer: new Pacer() }, { minValidTime });
}

/** Everything in the head, as `{n="a"} 1:2 3:4`. */
function contentOf({ head }: ReplayedHead): string[] {
  const cursor = atOnce(head.select([], MIN_TIME, MAX_TIME));
  const lines: string[] = [];
  while (advance(cursor)) {
    const columns = new Columns();
    cursor.series.read(columns);
    lines.push([cursor.series.labels.get('n'), ...sampleTexts(columns)].join(' '));
  }
  return lines;
}

const SERIES = records.series([1, { n: 'b' }], [2, { n: 'a' }]);

describe('replayHead', () => {
  it('gives the samples of all segments, series in label order', async () => {
    const disk = dataDirectory({
      wal: [
        segment(SERIES, records.samples([1, 10, 1], [2, 10, 2])),
        segment(records.samples([1, 20, 3])),
      ],
    });
    const replayed = await replay(disk);
    expect(contentOf(replayed)).toEqual(['a 10:2', 'b 10:1 20:3']);
    expect(replayed.problems).toEqual([]);
    expect(replayed.head.inOrder).toEqual({ minTime: 10, maxTime: 20 });
  });

  it('keeps runs of more than a chunk, in order', async () => {
    const samples = Array.from({ length: 500 }, (_, i): [number, number, number] => [1, i * 7, i]);
    const disk = dataDirectory({ wal: [segment(SERIES, records.samples(...samples))] });
    expect(contentOf(await replay(disk))).toEqual([
      ['b', ...samples.map(([, time, value]) => `${time}:${value}`)].join(' '),
    ]);
  });

  it('leaves out what blocks cover, unknown series, and series without a sample', async () => {
    const wal = [segment(SERIES, records.samples([1, 9, 1], [1, 10, 2], [77, 30, 3]))];
    expect(contentOf(await replay(dataDirectory({ wal }), 10))).toEqual(['b 10:2']);
  });

  it('refuses samples that are not newer, as the server did that wrote them', async () => {
    const wal = [segment(SERIES, records.samples([1, 20, 1], [1, 10, 2], [1, 20, 3], [1, 21, 4]))];
    expect(contentOf(await replay(dataDirectory({ wal })))).toEqual(['b 20:1 21:4']);
  });

  it('reads m-mapped chunks, and of the log only what is newer', async () => {
    const { bytes } = headChunkFile({ seriesRef: 1, times: [10, 20], value: 7 });
    const wal = [segment(SERIES, records.samples([1, 10, 1], [1, 20, 1], [1, 30, 1]))];
    const disk = dataDirectory({ wal, headChunks: bytes });
    expect(contentOf(await replay(disk))).toEqual(['b 10:7 20:7 30:1']);
  });

  it('starts a series over when a record repeats its labels, even under a ref without chunks', async () => {
    const { bytes } = headChunkFile({ seriesRef: 1, times: [10, 20], value: 7 });
    const again = records.series([5, { n: 'b' }]);
    const wal = [segment(SERIES, records.samples([1, 30, 1]), again, records.samples([5, 40, 2]))];
    const disk = dataDirectory({ wal, headChunks: bytes });
    expect(contentOf(await replay(disk))).toEqual(['b 40:2']);
  });

  it('still takes samples of a series that come under its older ref', async () => {
    const again = records.series([5, { n: 'b' }]);
    const wal = [segment(SERIES, again, records.samples([5, 40, 2], [1, 50, 3]))];
    expect(contentOf(await replay(dataDirectory({ wal })))).toEqual(['b 40:2 50:3']);
  });

  it('turns a float stale marker behind histograms into a stale histogram', async () => {
    const entry = { ref: 1, time: 10, startTime: 0, histogram: HISTOGRAM };
    const wal = [
      segment(
        SERIES,
        records.histograms(RECORD_HISTOGRAMS, entry),
        records.sampleOf(1, 20, STALE_NAN),
        records.sampleOf(2, 20, STALE_NAN),
      ),
    ];
    const replayed = await replay(dataDirectory({ wal }));
    expect(contentOf(replayed)).toEqual(['a 20:NaN', 'b 10:histogram 20:histogram']);
    const cursor = atOnce(replayed.head.select([], MIN_TIME, MAX_TIME));
    cursor.move();
    cursor.move();
    const columns = new Columns();
    cursor.series.read(columns);
    expect(columns.histograms?.map((one) => isStale(one?.sum ?? 0))).toEqual([false, true]);
  });

  it('says how many histograms it leaves out because it does not know their schema', async () => {
    const histogram = new Histogram({ ...HISTOGRAM, schema: 99 });
    const entry = { ref: 1, time: 10, startTime: 0, histogram };
    const wal = [segment(SERIES, records.histograms(RECORD_HISTOGRAMS, entry))];
    const { problems } = await replay(dataDirectory({ wal }));
    expect(problems.map(({ message }) => message)).toEqual([
      '1 histograms of unknown schemas are left out',
    ]);
  });

  it('hides what was deleted, also from a series recorded under another ref', async () => {
    const again = records.series([5, { n: 'b' }]);
    const samples = records.samples([1, 10, 1], [1, 20, 2], [1, 30, 3]);
    const deletion = records.tombstones({ ref: 5, minTime: 15, maxTime: 25 });
    const wal = [segment(SERIES, again, samples, deletion)];
    expect(contentOf(await replay(dataDirectory({ wal })))).toEqual(['b 10:1 30:3']);
  });

  it('drops a series that was compacted away early; its labels start afresh', async () => {
    const gone = records.tombstones({ ref: 1, minTime: MIN_TIME, maxTime: MAX_TIME });
    const wal = [
      segment(SERIES, records.samples([1, 10, 1]), gone, records.samples([1, 20, 2])),
      segment(records.series([9, { n: 'b' }]), records.samples([9, 15, 3])),
    ];
    expect(contentOf(await replay(dataDirectory({ wal })))).toEqual(['b 15:3']);
  });

  it('sees late samples in their place; within a run the first of a time wins', async () => {
    const wal = [segment(SERIES, records.samples([1, 100, 1]))];
    const wbl = [segment(records.samples([1, 50, 2], [1, 40, 3], [1, 50, 4], [2, 5, 5]))];
    const replayed = await replay(dataDirectory({ wal, wbl }), 60);
    expect(contentOf(replayed)).toEqual(['a 5:5', 'b 40:3 50:2 100:1']);
    expect(replayed.head.outOfOrder).toEqual({ minTime: 5, maxTime: 50 });
  });

  it('keeps late samples by the hundred, in whatever order they came', async () => {
    const times = Array.from({ length: 100 }, (_, i) => (i * 37) % 100);
    const late = times.map((time): [number, number, number] => [1, time, time]);
    const disk = dataDirectory({
      wal: [segment(SERIES)],
      wbl: [segment(records.samples(...late))],
    });
    const sorted = [...times].sort((a, b) => a - b).map((time) => `${time}:${time}`);
    expect(contentOf(await replay(disk))).toEqual([['b', ...sorted].join(' ')]);
  });

  it('forgets late samples that a marker says are m-mapped, unless that chunk is missing', async () => {
    const late = { seriesRef: 1, times: [10, 20], value: 7, isOutOfOrder: true };
    const { bytes, refs } = headChunkFile(late);
    const open = (marked: number) =>
      dataDirectory({
        wal: [segment(SERIES)],
        wbl: [
          segment(
            records.samples([1, 10, 1], [1, 20, 1]),
            records.markers({ seriesRef: 1, chunkRef: marked }),
            records.samples([1, 15, 2]),
          ),
        ],
        headChunks: bytes,
      });
    expect(contentOf(await replay(open(refs[0])))).toEqual(['b 10:7 15:2 20:7']);
    const unseen = contentOf(await replay(open(refs[0] + 1)));
    expect(unseen.map((line) => line.replace(/(10|20):[17]/g, '$1:?'))).toEqual([
      'b 10:? 15:2 20:?',
    ]);
  });

  it('loses the rest of a damaged segment, says so, and reads on behind it', async () => {
    const first = segment(SERIES, records.samples([1, 10, 1]), records.samples([1, 20, 2]));
    first[first.length - 1] ^= 1;
    const wal = [first, segment(records.samples([1, 30, 3]))];
    const replayed = await replay(dataDirectory({ wal }));
    expect(contentOf(replayed)).toEqual(['b 10:1 30:3']);
    expect(replayed.problems).toMatchObject([
      { path: `${DIR}/wal/00000000`, code: 'TSDB_CORRUPT' },
    ]);
  });

  it('passes over a record that cannot be decoded, and over unknown ones', async () => {
    const broken = Uint8Array.of(2, 1, 2, 3);
    const unknown = Uint8Array.of(200, 1);
    const wal = [segment(SERIES, broken, unknown, records.samples([1, 10, 1]))];
    const replayed = await replay(dataDirectory({ wal }));
    expect(contentOf(replayed)).toEqual(['b 10:1']);
    expect(replayed.problems).toHaveLength(1);
  });

  it('takes a torn tail for what it is: a write under way', async () => {
    const whole = segment(SERIES, records.samples([1, 10, 1]), records.samples([1, 20, 2]));
    const replayed = await replay(dataDirectory({ wal: [whole.subarray(0, whole.length - 3)] }));
    expect(contentOf(replayed)).toEqual(['b 10:1']);
    expect(replayed.problems).toEqual([]);
  });

  it('starts over when Prometheus truncates the log under it', async () => {
    const wal = [segment(SERIES), segment(SERIES, records.samples([1, 30, 3]))];
    const disk = new TruncatingDisk(dataDirectory({ wal }).files);
    expect(contentOf(await replay(disk))).toEqual(['b 30:3']);
    expect(disk.files.has(`${DIR}/wal/00000000`)).toBe(false);
  });

  it('stops when its signal says so', async () => {
    const many = Array.from({ length: 20_000 }, (_, i): [number, number, number] => [1, i, i]);
    const wal = [segment(SERIES, records.samples(...many), records.samples([1, 1e6, 1]))];
    const options = { labelCacheBytes: 0, kernel: new Kernel() };
    const signal = AbortSignal.abort(new Error('enough'));
    const context = { disk: dataDirectory({ wal }), options, pacer: new Pacer(), signal };
    await expect(replayHead(DIR, context, { minValidTime: MIN_TIME })).rejects.toThrow('enough');
  });
});

/** Loses the first segment when it is opened: a checkpoint took its place. */
class TruncatingDisk extends MemoryDisk {
  constructor(files: Map<string, Uint8Array>) {
    super(Object.fromEntries(files));
  }

  override openMutable(path: string): ByteSource {
    if (path.endsWith('/wal/00000000') && this.files.delete(path)) {
      throw new DiskError(`cannot open ${path}`, path, 'ENOENT');
    }
    return super.openMutable(path);
  }
}
