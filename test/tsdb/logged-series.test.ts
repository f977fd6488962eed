/** Series of a log as numbers of label pairs, against the decoder of their records. */
import fc from 'fast-check';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { LabelPairs } from '../../index/label-pairs.js';
import { DecodeError } from '../../model/errors.js';
import { Labels } from '../../model/labels.js';
import { atOnce } from '../../model/steps.js';
import { LoggedSeries } from '../../tsdb/logged-series.js';
import { decodeSeries, encodeSeries, type SeriesEntry } from '../../wal/record.js';

const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'job', 'instance', '__name__', 'ä', '\udcff') },
  { weight: 2, arbitrary: fc.string({ minLength: 1, maxLength: 6, unit: 'binary' }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 120, max: 300 }).map((length) => 'x'.repeat(length)),
  },
);
const series = fc.array(
  fc.tuple(
    fc.oneof(fc.nat({ max: 100 }), fc.constantFrom(2 ** 32, Number.MAX_SAFE_INTEGER)),
    fc.dictionary(text, text, { maxKeys: 5 }),
  ),
  { maxLength: 8 },
);

type Series = readonly [number, Record<string, string>];

function encoded(list: readonly Series[]): Uint8Array {
  const writer = new ByteWriter();
  const entries = list.map(([ref, labels]) => ({ ref, labels: Labels.from(labels) }));
  encodeSeries(entries, writer);
  return writer.bytes().slice();
}

/** What a record says by numbers; null where the decoder is to be asked. */
function byNumbers(logged: LoggedSeries, pairs: LabelPairs, record: Uint8Array): string[] | null {
  if (!logged.take(record)) return null;
  const found: string[] = [];
  while (logged.next()) {
    const ids = [...logged.ids.subarray(0, logged.count)];
    const labels = ids.map((id) => `${pairs.nameOf(id)}=${pairs.valueOf(id)}`);
    found.push(`${logged.ref} ${labels.join(',')}`);
  }
  return found;
}

function byDecoder(record: Uint8Array): string[] | null {
  const entries: SeriesEntry[] = [];
  try {
    decodeSeries(record, entries);
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
  return entries.map(({ ref, labels }) => {
    return `${ref} ${[...labels].map(([name, value]) => `${name}=${value}`).join(',')}`;
  });
}

describe('the series of a log', () => {
  it('have the labels that the decoder finds, whether their pairs were met before or not', () => {
    const pairs = new LabelPairs();
    const logged = new LoggedSeries(pairs);
    fc.assert(
      fc.property(series, (list) => {
        const record = encoded(list);
        const wanted = byDecoder(record);
        expect(byNumbers(logged, pairs, record)).toEqual(wanted);
        expect(byNumbers(logged, pairs, record)).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });

  it('are left to the decoder where the record is damaged, or say the same', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 3 });
    const pairs = new LabelPairs();
    const logged = new LoggedSeries(pairs);
    let left = 0;
    fc.assert(
      fc.property(series, damage, fc.nat(), (list, flips, cut) => {
        const whole = encoded(list);
        for (const [at, bits] of flips) if (at > 0) whole[1 + (at % whole.length)] ^= bits;
        const record = whole.subarray(0, Math.max(1, cut % (whole.length + 1)));
        const got = byNumbers(logged, pairs, record);
        if (got === null) left++;
        else expect(got).toEqual(byDecoder(record));
      }),
      { numRuns: 1000 },
    );
    expect(left).toBeGreaterThan(100);
  });

  it('are left to the decoder where labels are empty or in another order', () => {
    const logged = new LoggedSeries(new LabelPairs());
    const recordOf = (...texts: string[]): Uint8Array => {
      const writer = new ByteWriter();
      writer
        .u8(1)
        .u64(7)
        .uvarint(texts.length / 2);
      for (const text of texts) writer.string(text);
      return writer.bytes();
    };
    expect(logged.take(recordOf('a', 'x', 'b', 'y'))).toBe(true);
    expect(logged.take(recordOf('b', 'x', 'a', 'y'))).toBe(false);
    expect(logged.take(recordOf('a', 'x', 'a', 'y'))).toBe(false);
    expect(logged.take(recordOf('a', 'x', 'b', ''))).toBe(false);
    expect(logged.take(recordOf('ab', 'x', 'a', 'y'))).toBe(false);
    expect(logged.take(recordOf('a', 'x', 'ab', 'y'))).toBe(true);
  });

  it('know a pair no more once it is gone, and its number another one', () => {
    const pairs = new LabelPairs();
    const logged = new LoggedSeries(pairs);
    const record = encoded([[1, { a: 'x' }]]);
    expect(byNumbers(logged, pairs, record)).toEqual(['1 a=x']);
    atOnce(pairs.removeRefs(logged.ids[0], { has: () => true }));
    expect(pairs.intern('b', 'y')).toBe(0);
    expect(byNumbers(logged, pairs, record)).toEqual(['1 a=x']);
    expect(logged.ids[0]).toBe(1);
  });
});
