import { almostEqual, compareValue } from '../../conformance/comparison.js';
import { type Eval, parseScript } from '../../conformance/script.js';
import { STALE_NAN } from '../../encoding/float-bits.js';
import { Labels } from '../../model/labels.js';
import { MatrixValue, ScalarValue, StringValue, VectorValue } from '../../promql/value.js';

function wanted(lines: string, head = 'eval instant at 0 x'): Eval {
  const [command] = parseScript(`${head}\n${lines}`);
  if (command.kind !== 'eval') throw new Error(JSON.stringify(command));
  return command;
}

function vector(elements: Readonly<Record<string, number>>): VectorValue {
  return new VectorValue(0, {
    labels: Object.keys(elements).map((a) => Labels.from({ a })),
    values: Float64Array.from(Object.values(elements)),
    histograms: null,
  });
}

describe('numbers', () => {
  it.each([
    [1, 1 + 1e-7, true],
    [1, 1 + 1e-5, false],
    [0, 1e-300, false],
    [0, 0, true],
    [NaN, NaN, true],
    [NaN, 1, false],
    [Infinity, Infinity, true],
    [Infinity, -Infinity, false],
    [1e308, 1e308 * (1 + 1e-7), true],
  ])('%d and %d: %s', (a, b, want) => {
    expect(almostEqual(a, b)).toBe(want);
  });
});

describe('a vector', () => {
  const two = wanted('{a="b"} 1\n{a="c"} 2');

  it('has the wanted elements in any order', () => {
    expect(compareValue(two, vector({ c: 2, b: 1 }))).toBeNull();
  });

  it.each<[Readonly<Record<string, number>>, string]>([
    [{ b: 1 }, '{a="c"} is missing'],
    [{ b: 1, c: 2, d: 3 }, '{a="d"} is not wanted'],
    [{ b: 1, c: 3 }, '{a="c"}: 2 wanted, got 3'],
  ])('differs: %j', (elements, want) => {
    expect(compareValue(two, vector(elements))).toBe(want);
  });

  it('may have to be in order', () => {
    const ordered = { ...two, isOrdered: true };
    expect(compareValue(ordered, vector({ b: 1, c: 2 }))).toBeNull();
    expect(compareValue(ordered, vector({ c: 2, b: 1 }))).toBe('{a="c"} comes as number 1');
  });

  it('knows the stale marker from a NaN', () => {
    const stale = new VectorValue(0, {
      labels: [Labels.from({ a: 'b' })],
      values: STALE_NAN,
      histograms: null,
    });
    expect(compareValue(wanted('{a="b"} stale'), stale)).toBeNull();
    expect(compareValue(wanted('{a="b"} NaN'), stale)).toBe('{a="b"}: NaN wanted, got stale');
    expect(compareValue(wanted('{a="b"} stale'), vector({ b: NaN }))).toContain('stale wanted');
  });

  it('is no scalar', () => {
    expect(compareValue(wanted('1'), vector({}))).toBe('a scalar was expected');
    expect(compareValue(two, new ScalarValue(0, 1))).toBe('a scalar is not what was expected');
  });
});

describe('a matrix', () => {
  const range = wanted('{a="b"} 1 _ 3', 'eval range from 0 to 2m step 1m x');
  const matrix = (times: readonly number[], values: readonly number[]): MatrixValue =>
    new MatrixValue([
      {
        labels: Labels.from({ a: 'b' }),
        times: Float64Array.from(times),
        values: Float64Array.from(values),
        histograms: null,
      },
    ]);

  it('has the wanted values at their times', () => {
    expect(compareValue(range, matrix([0, 120_000], [1, 3]))).toBeNull();
  });

  it.each([
    [[0], [1], '{a="b"}: no value at 120000 ms'],
    [[0, 60_000], [1, 2], '{a="b"}: no value at 120000 ms'],
    [[0, 120_000, 180_000], [1, 3, 4], '{a="b"}: a value at 180000 ms is not wanted'],
    [[0, 120_000], [1, 4], '{a="b"}: at 120000 ms 3 wanted, got 4'],
  ])('differs: %j %j', (times, values, want) => {
    expect(compareValue(range, matrix(times, values))).toBe(want);
  });

  it('is in label order', () => {
    const [series] = matrix([], []).series;
    const first = { ...series, labels: Labels.from({ a: 'c' }) };
    expect(compareValue(range, new MatrixValue([first, series]))).toContain('not in label order');
  });
});

describe('scalars and strings', () => {
  it('are compared', () => {
    expect(compareValue(wanted('1.5'), new ScalarValue(0, 1.5))).toBeNull();
    expect(compareValue(wanted('1.5'), new ScalarValue(0, 2))).toBe('1.5 wanted, got 2');
    expect(compareValue(wanted('expect string "a"'), new StringValue(0, 'a'))).toBeNull();
    expect(compareValue(wanted('expect string "a"'), new StringValue(0, 'b'))).toBe('"a" wanted');
  });
});
