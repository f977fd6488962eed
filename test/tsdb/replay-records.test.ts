import { UnsupportedDataError } from '../../model/errors.js';
import { HeadKernel } from '../../kernel/head-kernel.js';
import { HeadChunkList } from '../../chunks/head-chunk-list.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { HeadData } from '../../tsdb/head-data.js';
import { LiveHead } from '../../tsdb/live-head.js';
import { MemoryChunks } from '../../tsdb/memory-chunks.js';
import { ReplayRecords } from '../../tsdb/replay-records.js';
import { SampleBatch } from '../../wal/sample-batch.js';
import { encodeSamplesV2 } from '../../wal/sample-record.js';
import { records } from '../support/data-directory.js';
import { headContent } from '../support/live-heads.js';

function make(): { apply: ReplayRecords; head: LiveHead } {
  const options = { chunkRangeMs: 100_000, seriesMax: 10 };
  const data = new HeadData(new HeadKernel(options), new MemoryChunks(), options);
  return {
    apply: new ReplayRecords('/data', data, new HeadChunkList()),
    head: new LiveHead(data, null),
  };
}

function version2(startTime: number): Uint8Array {
  const batch = new SampleBatch();
  batch.reset(1);
  batch.push(1, 5, startTime, 2);
  const out = new ByteWriter();
  encodeSamplesV2(batch, out);
  return out.bytes();
}

describe('records that are replayed', () => {
  it('may hold more samples than one portion', () => {
    const { apply, head } = make();
    apply.apply(records.series([1, { a: 'x' }]));
    const samples = Array.from({ length: 40_000 }, (_, i): [number, number, number] => [1, i, i]);
    expect(apply.apply(records.samples(...samples))).toBeGreaterThan(40_000);
    apply.flush();
    expect(headContent(head)['{a="x"}']).toEqual(samples.map(([, time, value]) => [time, value]));
  });

  it('may be of the second version, without start times', () => {
    const { apply, head } = make();
    apply.apply(records.series([1, { a: 'x' }]));
    apply.apply(version2(0));
    apply.flush();
    expect(headContent(head)).toEqual({ '{a="x"}': [[5, 2]] });
    expect(() => apply.apply(version2(3))).toThrow('start timestamps');
  });

  it('are passed over where their type says nothing', () => {
    const { apply, head } = make();
    for (const type of [0, 4, 6]) apply.apply(Uint8Array.of(type, 1, 2, 3));
    apply.apply(new Uint8Array(0));
    expect(head.seriesCount).toBe(0);
    expect(() => apply.apply(Uint8Array.of(2, 1))).toThrow();
  });

  it('are refused where they are of a type that is not known yet, and would be lost', () => {
    const { apply } = make();
    expect(() => apply.apply(Uint8Array.of(14, 1))).toThrow(UnsupportedDataError);
  });
});
