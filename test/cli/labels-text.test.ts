import { dumpLabels, openMetricsLabels, seriesName } from '../../cli/labels-text.js';
import { Labels } from '../../model/labels.js';

const up = Labels.from({ __name__: 'up', job: 'a "b"', instance: 'x' });
const utf8 = Labels.from({ __name__: 'with.dot', клю́ч: 'é', _ok9: '1' });

it('dump quotes values, and names that are no identifiers', () => {
  expect(dumpLabels(up)).toBe('{__name__="up", instance="x", job="a \\"b\\""}');
  expect(dumpLabels(utf8)).toBe('{__name__="with.dot", _ok9="1", "клю́ч"="é"}');
  expect(dumpLabels(Labels.EMPTY)).toBe('{}');
});

it('dump-openmetrics puts the name in front and never quotes names', () => {
  expect(openMetricsLabels(up)).toBe('up{instance="x",job="a \\"b\\""}');
  expect(openMetricsLabels(utf8)).toBe('with.dot{_ok9="1",клю́ч="é"}');
  expect(openMetricsLabels(Labels.from({ __name__: 'up' }))).toBe('up{}');
});

it('a series is named by the selector that one would type', () => {
  expect(seriesName(up)).toBe('up{instance="x", job="a \\"b\\""}');
  expect(seriesName(utf8)).toBe('{"with.dot", _ok9="1", "клю́ч"="é"}');
  expect(seriesName(Labels.from({ __name__: 'job:up:sum' }))).toBe('job:up:sum');
  expect(seriesName(Labels.from({ a: 'b' }))).toBe('{a="b"}');
  expect(seriesName(Labels.EMPTY)).toBe('{}');
});
