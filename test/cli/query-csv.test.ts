import { csvLines } from '../../cli/query-csv.js';

it('each sample is a row, each label a column', () => {
  expect(
    csvLines({
      resultType: 'matrix',
      result: [
        {
          metric: { __name__: 'up', job: 'a,b' },
          values: [
            [1, '2'],
            [2, '3'],
          ],
        },
        {
          metric: { __name__: 'up', zone: 'say "z"' },
          histograms: [[5, { count: '1', sum: '2' }]],
        },
      ],
    }),
  ).toEqual([
    '__name__,job,zone,time,value',
    'up,"a,b",,1,2',
    'up,"a,b",,2,3',
    'up,,"say ""z""",5,"{""count"":""1"",""sum"":""2""}"',
  ]);
});

it('other answers are rows as well', () => {
  expect(csvLines({ resultType: 'scalar', result: [5, '1'] })).toEqual(['time,value', '5,1']);
  expect(csvLines({ resultType: 'vector', result: [] })).toEqual(['time,value']);
});
