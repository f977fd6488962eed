import { answerLines, labelSetText, metricText } from '../../cli/query-result.js';

describe('an answer as promtool prints it', () => {
  it('is a line an element', () => {
    expect(
      answerLines({
        resultType: 'vector',
        result: [
          { metric: { __name__: 'up', job: 'a', instance: 'x"' }, value: [1795405817.37, '1'] },
          { metric: { __name__: 'up' }, value: [5, '1e+21'] },
          { metric: {}, value: [5, '+Inf'] },
          {
            metric: { job: 'h' },
            histogram: [5, { count: '3', sum: '1.5', buckets: [[0, '0.5', '1', '3']] }],
          },
        ],
      }),
    ).toEqual([
      'up{instance="x\\"", job="a"} => 1 @[1795405817.37]',
      'up => 1000000000000000000000 @[5]',
      '{} => +Inf @[5]',
      '{job="h"} => Count: 3.000000, Sum: 1.500000, Buckets: [(0.5,1]:3] @[5]',
    ]);
    expect(answerLines({ resultType: 'vector', result: [] })).toEqual(['']);
  });

  it('is a block a series, in order', () => {
    expect(
      answerLines({
        resultType: 'matrix',
        result: [
          { metric: { __name__: 'b' }, values: [[1, '2']] },
          {
            metric: { __name__: 'a' },
            values: [
              [1, '2'],
              [2.5, '1e-07'],
            ],
          },
        ],
      }),
    ).toEqual(['a =>', '2 @[1]', '0.0000001 @[2.5]', 'b =>', '2 @[1]']);
  });

  it('is one line for scalars and strings', () => {
    expect(answerLines({ resultType: 'scalar', result: [1, '5'] })).toEqual(['scalar: 5 @[1]']);
    expect(answerLines({ resultType: 'string', result: [1, 'a'] })).toEqual(['a']);
  });
});

it('label sets are sorted', () => {
  expect(labelSetText({ b: '1', __name__: 'up' })).toBe('{__name__="up", b="1"}');
  expect(metricText({ __name__: 'up' })).toBe('up');
  expect(metricText({})).toBe('{}');
});
