import fc from 'fast-check';
import {
  decodeMessage,
  numberOf,
  WriteRequest,
  type WriteRequestMessage,
} from '../../api/remote-messages.js';
import { KnownLabels, WriteRequestReader } from '../../api/write-request.js';
import { STALE_NAN } from '../../encoding/float-bits.js';
import { DecodeError } from '../../model/errors.js';
import { decodeUtf8, isValidUtf8 } from '../../model/utf8.js';

/** What a reader makes of a request, in the shape in which both are compared. */
interface Read {
  readonly series: readonly { labels: unknown; samples: readonly (readonly [number, string])[] }[];
  readonly exemplars: number;
  readonly histograms: number;
}

const bits = (value: number): string => Buffer.from(Float64Array.of(value).buffer).toString('hex');

function byHand(bytes: Uint8Array, known = new KnownLabels()): Read {
  const reader = new WriteRequestReader(bytes, known);
  const series: Read['series'][number][] = [];
  while (reader.next()) {
    const { labels, sampleCount, times, values } = reader;
    const samples = Array.from({ length: sampleCount }, (_, i): [number, string] => [
      times[i],
      Buffer.from(values.slice(i, i + 1).buffer).toString('hex'),
    ]);
    series.push({ labels: labels === 'invalid' ? labels : [...labels], samples });
  }
  return { series, exemplars: reader.exemplarCount, histograms: reader.histogramCount };
}

function byOracle(bytes: Uint8Array): Read {
  const { timeseries } = decodeMessage(WriteRequest, bytes);
  const count = (key: 'exemplars' | 'histograms'): number =>
    timeseries.reduce((sum, series) => sum + series[key].length, 0);
  return {
    series: timeseries.map(({ labels, samples }) => ({
      labels: oracleLabels(labels.map(({ name, value }) => [decodeUtf8(name), decodeUtf8(value)])),
      samples: samples.map((sample) => [numberOf(sample.time), bits(sample.value)]),
    })),
    exemplars: count('exemplars'),
    histograms: count('histograms'),
  };
}

function oracleLabels(pairs: [string, string][]): unknown {
  const names = pairs.map(([name]) => name);
  const metric = pairs.find(([name]) => name === '__name__')?.[1] ?? '';
  if (metric === '' || names.includes('') || new Set(names).size < names.length) return 'invalid';
  if (!pairs.flat().every(isValidUtf8)) return 'invalid';
  return pairs.filter(([, value]) => value !== '').sort(([a], [b]) => (a < b ? -1 : 1));
}

function bytesOf(message: WriteRequestMessage): Uint8Array {
  return WriteRequest.encode(message).finish();
}

const label = fc.record({
  name: fc.constantFrom('__name__', 'job', 'a', '').map((text) => Buffer.from(text)),
  value: fc.constantFrom('up', 'x', '', 'ünï').map((text) => Buffer.from(text)),
});
const sample = fc.record({ value: fc.double(), time: fc.maxSafeInteger() });
const exemplar = fc.record({ labels: fc.array(label), value: fc.double(), time: fc.integer() });
const histogram = fc.record({ sum: fc.double(), schema: fc.integer(), time: fc.integer() });
const request = fc.record({
  timeseries: fc.array(
    fc.record({
      labels: fc.array(label, { maxLength: 4 }),
      samples: fc.array(sample),
      exemplars: fc.array(exemplar),
      histograms: fc.array(histogram),
    }),
  ),
  metadata: fc.array(fc.record({ type: fc.nat(8), family: fc.string(), help: fc.string() })),
}) as unknown as fc.Arbitrary<WriteRequestMessage>;

describe('a write request', () => {
  it('is read as the generated code reads it', () => {
    fc.assert(
      fc.property(request, (message) => {
        const bytes = bytesOf(message);
        expect(byHand(bytes)).toEqual(byOracle(bytes));
      }),
    );
  });

  it('cut off or with a flipped byte is read or refused, as by the generated code', () => {
    fc.assert(
      fc.property(request, fc.nat(), fc.nat(255), (message, position, flip) => {
        const bytes = bytesOf(message);
        if (bytes.length === 0) return;
        const cut = bytes.subarray(0, position % bytes.length);
        const flipped = Uint8Array.from(bytes);
        flipped[position % bytes.length] ^= flip;
        for (const damaged of [cut, flipped]) agree(damaged);
      }),
    );
  });

  function agree(bytes: Uint8Array): void {
    let wanted;
    try {
      wanted = byOracle(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError);
      wanted = null;
    }
    let got;
    try {
      got = byHand(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError);
      got = null;
    }
    // What lies inside exemplars, histograms and metadata is passed over, damaged or not.
    if (wanted !== null) expect(got).toEqual(wanted);
  }

  it('keeps the bits of stale markers', () => {
    const bytes = bytesOf({
      timeseries: [
        {
          labels: [{ name: Buffer.from('__name__'), value: Buffer.from('up') }],
          samples: [{ value: 1, time: 5 }],
          exemplars: [],
          histograms: [],
        },
      ],
      metadata: [],
    });
    const at = Buffer.from(bytes).indexOf(Buffer.from(Float64Array.of(1).buffer));
    bytes.set(new Uint8Array(STALE_NAN.buffer), at);
    expect(byHand(bytes).series[0].samples).toEqual([
      [5, Buffer.from(STALE_NAN.buffer).toString('hex')],
    ]);
  });

  it('has labels that are found by their bytes, and forgotten when there are many', () => {
    const known = new KnownLabels(10);
    const one = (i: number): Uint8Array =>
      bytesOf({
        timeseries: [
          {
            labels: [{ name: Buffer.from('__name__'), value: Buffer.from(`m${i % 50}`) }],
            samples: [],
            exemplars: [],
            histograms: [],
          },
        ],
        metadata: [],
      });
    for (let i = 0; i < 500; i++) expect(byHand(one(i), known)).toEqual(byOracle(one(i)));
    const reader = (): WriteRequestReader => {
      const made = new WriteRequestReader(one(1), known);
      made.next();
      return made;
    };
    expect(reader().labels).toBe(reader().labels);
  });
});
