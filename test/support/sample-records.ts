/** Log records of samples for tests: values come as the halves of their bits. */
import { ByteWriter } from '../../encoding/byte-writer.js';
import { SampleBatch } from '../../wal/sample-batch.js';
import { encodeSamples } from '../../wal/sample-record.js';

/** Ref, time, and the high and the low word of the value. */
export type Sample = readonly [number, number, number, number];

export function batchOf(list: readonly Sample[]): SampleBatch {
  const batch = new SampleBatch();
  batch.reset(list.length);
  const words = new Uint32Array(batch.values.buffer);
  list.forEach(([ref, time, high, low], i) => {
    batch.push(ref, time, 0, 0);
    words.set([low, high], 2 * i);
  });
  return batch;
}

export function encoded(batch: SampleBatch): Uint8Array {
  const writer = new ByteWriter();
  encodeSamples(batch, writer);
  return writer.bytes().slice();
}
