import fc from 'fast-check';
import { decodeChunk, ENCODING_XOR } from '../../chunks/chunk.js';
import { refOffset, type RawChunk, readEntryLayout } from '../../chunks/segment-format.js';
import { decodeXor } from '../../chunks/xor.js';
import { ENCODED_SAMPLES_MAX, Kernel } from '../../kernel/kernel.js';
import { RUN_BYTES_MAX, RUN_CHUNKS_MAX } from '../../kernel/kernel-module.js';
import { AssertionError } from '../../model/assert.js';
import { Columns } from '../../model/columns.js';
import { DecodeError } from '../../model/errors.js';
import { bytesOfHex, columnBits } from '../support/bits.js';
import { readVectors } from '../support/chunk-vectors.js';
import { segmentsOf, xorChunk } from '../support/segment.js';
import { type Series, seriesArbitrary } from '../support/series.js';
import { describeShared } from '../support/shared.js';

const kernel = new Kernel();

/** Decodes all of `chunks` as one run; the columns, and how many chunks the kernel took. */
function runOf(chunks: readonly RawChunk[]): { columns: Columns; decoded: number } {
  const { files, refs } = segmentsOf([chunks]);
  return decodeRun(files[0], refs[0]);
}

function decodeRun(
  bytes: Uint8Array,
  refs: ArrayLike<number>,
): { columns: Columns; decoded: number } {
  const columns = new Columns(1);
  const run = { bytes, refs, from: 0, to: refs.length, base: 0, verify: true };
  return { decoded: kernel.decodeXorRun(run, columns), columns };
}

/** What the codec in TypeScript says, the same way: it stops where it throws. */
function byTypeScript(chunks: readonly RawChunk[]): { columns: Columns; decoded: number } {
  const columns = new Columns(1);
  for (let i = 0; i < chunks.length; i++) {
    try {
      decodeXor(chunks[i].data, columns);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return { columns, decoded: i };
    }
  }
  return { columns, decoded: chunks.length };
}

function rows({ columns }: { columns: Columns }): string[] {
  const values = columnBits(columns.values, columns.count);
  return values.map((bits, row) => `${columns.times[row]}: ${bits}`);
}

/** The kernel leaves chunks with times and gaps beyond this to the codec in TypeScript. */
function isTame({ columns }: { columns: Columns }): boolean {
  const { times, count } = columns;
  let timeMax = 0;
  let gapMax = 0;
  for (let row = 0; row < count; row++) {
    timeMax = Math.max(timeMax, Math.abs(times[row]));
    if (row > 0) gapMax = Math.max(gapMax, Math.abs(times[row] - times[row - 1]));
  }
  return timeMax + count * (gapMax + count * 2 ** 20) < 2 ** 53;
}

describe('a run of XOR chunks', () => {
  it('decodes to the bits that the codec in TypeScript finds, whatever the series', () => {
    fc.assert(
      fc.property(fc.array(seriesArbitrary(200), { minLength: 1, maxLength: 5 }), (series) => {
        const chunks = series.map(xorChunk);
        const got = runOf(chunks);
        expect(got.decoded).toBe(chunks.length);
        expect(rows(byTypeScript(chunks))).toEqual(rows(got));
        expect(rows(got)).toEqual(series.flatMap(textsOf));
      }),
      { numRuns: 150 },
    );
  });

  it('of damaged bits under a good checksum agrees with the codec in TypeScript', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 3 });
    let refused = 0;
    fc.assert(
      fc.property(seriesArbitrary(60), damage, fc.nat(), (series, flips, cut) => {
        const { data } = xorChunk(series);
        for (const [at, bits] of flips) data[at % data.length] ^= bits;
        const length = cut % 3 === 0 ? cut % data.length : data.length;
        const chunks = [{ encoding: ENCODING_XOR, data: data.subarray(0, length) }];
        const got = runOf(chunks);
        const wanted = byTypeScript(chunks);
        // What the kernel takes, it takes as the definition does.
        if (got.decoded === 1) expect(rows(got)).toEqual(rows(wanted));
        else {
          refused++;
          expect(got.columns.count).toBe(0);
        }
        if (wanted.decoded === 1 && isTame(wanted)) expect(got.decoded).toBe(1);
        if (wanted.decoded === 0) expect(got.decoded).toBe(0);
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('is decoded behind the rows that are there', () => {
    const series = { times: Float64Array.of(1, 2, 3), values: Float64Array.of(5, 5, 5) };
    const { files, refs } = segmentsOf([[xorChunk(series)]]);
    const columns = new Columns(1);
    const run = { bytes: files[0], refs: refs[0], from: 0, to: 1, base: 0, verify: true };
    kernel.decodeXorRun(run, columns);
    kernel.decodeXorRun(run, columns);
    expect([...columns.times.subarray(0, columns.count)]).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('ends before a chunk of another encoding', () => {
    const xor = xorChunk({ times: Float64Array.of(7), values: Float64Array.of(1) });
    const { columns, decoded } = runOf([xor, xor, { ...xor, encoding: 4 }, xor]);
    expect([decoded, columns.count]).toEqual([2, 2]);
  });

  it('with samples as many as bits allow fills the output to its end and no further', () => {
    // Equal samples at equal steps take two bits each.
    const times = new Float64Array(65535).fill(0);
    const values = new Float64Array(65535).fill(42);
    const chunk = xorChunk({ times, values });
    expect(chunk.data.length).toBe(16396);
    const chunks = [chunk, chunk, chunk];
    const { columns, decoded } = runOf(chunks);
    expect([decoded, columns.count]).toEqual([3, 3 * 65535]);
    expect(columns.values.subarray(0, columns.count).every((value) => value === 42)).toBe(true);
  });

  it('whose references name one chunk again and again ends where the output is full', () => {
    const times = new Float64Array(65535);
    const { files } = segmentsOf([[xorChunk({ times, values: times })]]);
    const { columns, decoded } = decodeRun(files[0], new Float64Array(100).fill(8));
    expect([decoded, columns.count]).toEqual([4, 4 * 65535]);
  });

  it('is refused whole by an assertion when it does not fit', () => {
    const refs = new Float64Array(RUN_CHUNKS_MAX + 1);
    expect(() => decodeRun(new Uint8Array(10), refs)).toThrow(AssertionError);
    expect(() => decodeRun(new Uint8Array(RUN_BYTES_MAX + 1), [0])).toThrow(AssertionError);
  });
});

describe('damage in a run', () => {
  const series: Series = {
    times: Float64Array.from({ length: 30 }, (_, i) => 1e12 + 15_000 * i + (i % 3)),
    values: Float64Array.from({ length: 30 }, (_, i) => i * i),
  };
  const chunks = [xorChunk(series), xorChunk(series), xorChunk(series)];
  const { files, refs } = segmentsOf([chunks]);
  const bytes = files[0];
  const starts = refs[0].map(refOffset);

  it('in any byte ends the run before the chunk that it is in', () => {
    for (let at = starts[0]; at < bytes.length; at++) {
      const flipped = bytes.slice();
      flipped[at] ^= 0xff;
      const { columns, decoded } = decodeRun(flipped, refs[0]);
      const wanted = starts.filter((start) => start <= at).length - 1;
      expect([at, decoded, columns.count]).toEqual([at, wanted, wanted * 30]);
    }
  });

  it('by a cut anywhere ends the run before the chunk that is cut', () => {
    const ends = starts.map(
      (start) => start + readEntryLayout(bytes, start, bytes.length).entryBytes,
    );
    for (let length = 0; length < bytes.length; length++) {
      const { decoded } = decodeRun(bytes.subarray(0, length), refs[0]);
      expect(decoded).toBe(ends.filter((end) => end <= length).length);
    }
  });

  it('in the references is refused: offsets outside the run, or where no chunk begins', () => {
    for (const offset of [bytes.length, bytes.length + 1, 0xffff_ffff, 0]) {
      expect(decodeRun(bytes, [offset]).decoded).toBe(0);
    }
  });
});

describe('a single XOR chunk', () => {
  it('is decoded from its data as the codec in TypeScript does it, damage included', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 2 });
    let refused = 0;
    fc.assert(
      fc.property(seriesArbitrary(150), damage, fc.nat(), (series, flips, cut) => {
        const { data } = xorChunk(series);
        for (const [at, bits] of flips) data[at % data.length] ^= bits;
        const damaged = data.subarray(0, cut % 4 === 0 ? cut % data.length : data.length);
        const columns = new Columns(1);
        const wanted = byTypeScript([{ encoding: ENCODING_XOR, data: damaged }]);
        if (kernel.decodeXorChunk(damaged, columns)) {
          expect(rows({ columns })).toEqual(rows(wanted));
          expect(wanted.decoded).toBe(1);
        } else {
          refused++;
          expect(columns.count).toBe(0);
          expect(wanted.decoded === 1 && isTame(wanted)).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('that is too long is refused', () => {
    expect(kernel.decodeXorChunk(new Uint8Array(RUN_BYTES_MAX + 1), new Columns())).toBe(false);
  });

  it('is encoded to the bytes that the codec in TypeScript makes, from any row to any', () => {
    const far = fc.constantFrom(0, 2 ** 20, 2 ** 52, -(2 ** 52));
    fc.assert(
      fc.property(seriesArbitrary(300), far, fc.nat(3), fc.nat(3), (series, by, skipped, left) => {
        const count = series.times.length;
        const columns = new Columns(count);
        columns.times.set(series.times.map((time, i) => (i > count / 2 ? time + by : time)));
        columns.times.subarray(0, count).sort();
        columns.values.set(series.values);
        columns.commitFloats(count);
        const from = Math.min(skipped, count);
        const to = Math.max(count - left, from);
        const { data } = xorChunk({
          times: columns.times.slice(from, to),
          values: columns.values.slice(from, to),
        });
        const got = Buffer.from(kernel.encodeXor(columns, from, to));
        expect(got.toString('hex')).toBe(Buffer.from(data).toString('hex'));
      }),
      { numRuns: 300 },
    );
  });

  it('of as many samples as there may be is encoded, of more refused', () => {
    const random = fc.sample(fc.double(), { numRuns: ENCODED_SAMPLES_MAX + 1, seed: 1 });
    const columns = new Columns(random.length);
    columns.values.set(random);
    // Each dod takes 64 bits.
    random.forEach((_, i) => (columns.times[i] = 1e7 * i * i));
    columns.commitFloats(random.length);
    const data = kernel.encodeXor(columns, 0, ENCODED_SAMPLES_MAX).slice();
    expect(data.length).toBeGreaterThan(50_000);
    const decoded = new Columns();
    decodeXor(data, decoded);
    const values = decoded.values.subarray(0, decoded.count);
    expect(values).toEqual(columns.values.subarray(0, ENCODED_SAMPLES_MAX));
    expect(() => kernel.encodeXor(columns, 0, random.length)).toThrow(AssertionError);
  });

  it('is not encoded from times that go back or exceed ±2^53', () => {
    for (const times of [[2, 1], [5, 5, 4], [-(2 ** 53) + 1, 2 ** 53 - 1], [2 ** 53], [NaN]]) {
      const columns = new Columns(times.length);
      columns.times.set(times);
      columns.commitFloats(times.length);
      expect(() => kernel.encodeXor(columns, 0, times.length)).toThrow(AssertionError);
    }
  });
});

describeShared('golden XOR chunks', () => {
  it('decode in the kernel as they do in TypeScript', () => {
    const chunks = readVectors()
      .filter(({ num }) => num === ENCODING_XOR)
      .flatMap((vector) => vector.chunks.map((hex) => ({ encoding: 1, data: bytesOfHex(hex) })));
    const got = runOf(chunks);
    expect(got.decoded).toBe(chunks.length);
    const wanted = new Columns(1);
    for (const { encoding, data } of chunks) decodeChunk(encoding, data, wanted);
    expect(rows(got)).toEqual(rows({ columns: wanted }));
  });
});

function textsOf({ times, values }: Series): string[] {
  return columnBits(values).map((bits, row) => `${times[row]}: ${bits}`);
}

describe('a run that is checked', () => {
  it('tells where each entry is and how many samples it has, whatever its encoding', () => {
    const chunks = [
      xorChunk({ times: Float64Array.of(1, 2), values: Float64Array.of(1, 2) }),
      { encoding: 2, data: Uint8Array.of(0, 7, 1, 2, 3) },
      { encoding: 9, data: new Uint8Array(300) },
    ];
    const { files, refs } = segmentsOf([chunks]);
    const run = { bytes: files[0], refs: refs[0], from: 0, to: 3, base: 0 };
    expect(kernel.checkRun(run)).toBe(3);
    const told = chunks.map((_, i) => [...kernel.entries.slice(3 * i, 3 * i + 3)]);
    expect(told).toEqual(
      chunks.map(({ encoding, data }, i) => {
        const { lengthBytes } = readEntryLayout(files[0], refs[0][i], files[0].length);
        expect(files[0][refs[0][i] + lengthBytes]).toBe(encoding);
        return [refs[0][i] + lengthBytes, data.length, (data[0] << 8) | data[1]];
      }),
    );
  });

  it('ends before an entry that is damaged or cut off', () => {
    const chunks = [5, 6, 7].map((byte) => ({ encoding: 1, data: new Uint8Array(9).fill(byte) }));
    const { files, refs } = segmentsOf([chunks]);
    const check = (bytes: Uint8Array): number =>
      kernel.checkRun({ bytes, refs: refs[0], from: 0, to: 3, base: 0 });
    expect(check(files[0])).toBe(3);
    expect(check(files[0].subarray(0, -1))).toBe(2);
    const damaged = files[0].slice();
    damaged[refs[0][1] + 4] ^= 1;
    expect(check(damaged)).toBe(1);
  });
});
