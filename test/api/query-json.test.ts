import fc from 'fast-check';
import { queryJson } from '../../api/query-json.js';
import { Histogram } from '../../model/histogram.js';
import { Labels } from '../../model/labels.js';
import {
  MatrixValue,
  type QueryValue,
  ScalarValue,
  StringValue,
  VectorValue,
} from '../../promql/value.js';

async function textOf(value: QueryValue, more = ''): Promise<string> {
  let text = '';
  for await (const piece of queryJson(value, more).pieces) text += Buffer.from(piece).toString();
  return text;
}

/** The hand-written text says what the objects of `toJSON` say. */
async function agrees(value: QueryValue): Promise<void> {
  expect(JSON.parse(await textOf(value))).toEqual(JSON.parse(JSON.stringify(value)));
}

const HISTOGRAM = new Histogram({
  isFloat: true,
  counterResetHint: 0,
  schema: 0,
  zeroThreshold: 0.001,
  zeroCount: 2,
  count: 12.5,
  sum: -Infinity,
  positiveSpans: [{ offset: 0, length: 2 }],
  negativeSpans: [{ offset: 1, length: 1 }],
  positiveBuckets: Float64Array.of(1, 2.5),
  negativeBuckets: Float64Array.of(7),
  customValues: new Float64Array(0),
});

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 1e21, 1e-7, 5e-324),
);
const time = fc.integer({ min: -(2 ** 40), max: 2 ** 41 });
const text = fc.oneof(fc.string(), fc.constantFrom('up', 'a"b\\', '\n', '\u{1f98a}'));
const labels = fc.dictionary(text, text, { maxKeys: 3 }).map((pairs) => Labels.from(pairs));

describe('a value as JSON', () => {
  it('of a matrix is what its objects are', async () => {
    const series = fc.tuple(labels, fc.array(fc.tuple(time, number), { maxLength: 20 }));
    await fc.assert(
      fc.asyncProperty(fc.array(series), async (all) => {
        const value = new MatrixValue(
          all.map(([one, rows]) => ({
            labels: one,
            times: Float64Array.from(rows, ([t]) => t),
            values: Float64Array.from(rows, ([, v]) => v),
            histograms: rows.length === 3 ? [{ time: 1500, histogram: HISTOGRAM }] : null,
          })),
        );
        await agrees(value);
      }),
    );
  });

  it('of a vector is what its objects are', async () => {
    await fc.assert(
      fc.asyncProperty(time, fc.array(fc.tuple(labels, number)), async (moment, all) => {
        await agrees(
          new VectorValue(moment, {
            labels: all.map(([one]) => one),
            values: Float64Array.from(all, ([, v]) => v),
            histograms: all.map((_, i) => (i % 3 === 2 ? HISTOGRAM : undefined)),
          }),
        );
      }),
    );
  });

  it('of a scalar and a string is what Prometheus writes', async () => {
    expect(await textOf(new ScalarValue(1500, 0.5))).toBe(
      '{"resultType":"scalar","result":[1.500,"0.5"]}',
    );
    expect(await textOf(new StringValue(2000, 'a"'), ',"stats":{}')).toBe(
      '{"resultType":"string","result":[2,"a\\""],"stats":{}}',
    );
  });

  it('has times of three decimals or none, and shares them between series', async () => {
    const times = Float64Array.of(-1500, 0, 7);
    const one = { labels: Labels.EMPTY, times, values: Float64Array.of(1, 2, 3), histograms: null };
    expect(await textOf(new MatrixValue([one, one]))).toBe(
      '{"resultType":"matrix","result":[' +
        '{"metric":{},"values":[[-1.500,"1"],[0,"2"],[0.007,"3"]]},' +
        '{"metric":{},"values":[[-1.500,"1"],[0,"2"],[0.007,"3"]]}]}',
    );
  });

  it('of many points comes in pieces, with turns of the event loop in between', async () => {
    const times = Float64Array.from({ length: 1000 }, (_, i) => i * 1000);
    const many = Array.from({ length: 300 }, () => ({
      labels: Labels.EMPTY,
      times,
      values: times.map(Math.sin),
      histograms: null,
    }));
    let turns = 0;
    const counter = setInterval(() => turns++, 0);
    let pieces = 0;
    for await (const piece of queryJson(new MatrixValue(many)).pieces) {
      if (piece !== '') pieces++;
    }
    clearInterval(counter);
    expect(pieces).toBeGreaterThan(50);
    expect(turns).toBeGreaterThan(10);
  });
});
