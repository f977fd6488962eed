/** Floats as chunks: every sample comes back, bits and all, and chunks end where the cutter says. */
import fc from 'fast-check';
import { decodeChunk, ENCODING_XOR } from '../../chunks/chunk.js';
import { ChunkCutter } from '../../chunks/chunk-cutter.js';
import { FloatEncoder } from '../../compact/float-encoder.js';
import { wordsOf } from '../../encoding/float-bits.js';
import { Columns } from '../../model/columns.js';

const RANGE_MS = 14_400_000;

function columns(
  count: number,
  time: (i: number) => number,
  value: (i: number) => number,
): Columns {
  const made = new Columns(count);
  for (let i = 0; i < count; i++) {
    made.times[i] = time(i);
    made.values[i] = value(i);
  }
  made.count = count;
  return made;
}

/** Encodes, decodes, compares; returns the sizes in bytes of the chunks. */
function check(encoder: FloatEncoder, samples: Columns): number[] {
  for (let row = 0; row < samples.count; row++) encoder.append(samples.times, samples.values, row);
  const chunks = encoder.finish();
  const decoded = new Columns();
  for (const { encoding, data, minTime, maxTime } of chunks) {
    const from = decoded.count;
    expect(encoding).toBe(ENCODING_XOR);
    decodeChunk(encoding, data, decoded);
    expect([minTime, maxTime]).toEqual([decoded.times[from], decoded.times[decoded.count - 1]]);
  }
  expect(decoded.count).toBe(samples.count);
  const end = samples.count;
  expect(decoded.times.slice(0, end)).toEqual(samples.times.slice(0, end));
  expect(wordsOf(decoded.values.slice(0, end))).toEqual(wordsOf(samples.values.slice(0, end)));
  return chunks.map(({ data }) => data.length);
}

describe('chunks', () => {
  it('hold all samples, series after series', () => {
    const encoder = new FloatEncoder(RANGE_MS);
    check(
      encoder,
      columns(
        1000,
        (i) => 15_000 * i,
        (i) => i,
      ),
    );
    check(
      encoder,
      columns(
        1,
        () => -5,
        () => -0,
      ),
    );
    check(
      encoder,
      columns(
        300,
        (i) => -1e6 + 977 * i,
        (i) => Math.sin(i),
      ),
    );
    expect(encoder.finish()).toEqual([]);
  });

  it('end before they could exceed 1024 bytes', () => {
    const noise = (i: number): number => Math.sin(i * 1.7) * 10 ** (i % 300);
    const far = columns(2000, (i) => 20 * i + (i % 7), noise);
    const sizes = check(new FloatEncoder(RANGE_MS), far);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024);
    // All but the last one end for their size.
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(1005);
  });

  it('end where the cutter says that knows each length', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 60_000 }), fc.double()), {
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: -1e9, max: 1e9 }), (all, start) => {
        let time = start;
        const samples = columns(
          all.length,
          (i) => (time += all[i][0]),
          (i) => all[i][1],
        );
        check(new FloatEncoder(RANGE_MS), samples);
        const cutter = new ChunkCutter(RANGE_MS);
        const encoder = new FloatEncoder(RANGE_MS);
        const starts: number[] = [];
        let count = 0;
        let bytes = 0;
        for (let row = 0; row < samples.count; row++) {
          if (cutter.cutsBefore(samples.times[row], count, bytes)) {
            starts.push(samples.times[row]);
            count = 0;
          }
          count++;
          const probe = new FloatEncoder(RANGE_MS);
          for (let i = row + 1 - count; i <= row; i++)
            probe.append(samples.times, samples.values, i);
          bytes = probe.finish().at(-1)?.data.length ?? 0;
        }
        for (let row = 0; row < samples.count; row++) {
          encoder.append(samples.times, samples.values, row);
        }
        expect(encoder.finish().map(({ minTime }) => minTime)).toEqual(starts);
      }),
      { numRuns: 20 },
    );
  });
});
