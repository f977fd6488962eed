import { writeSeriesJson } from '../../cli/series-json.js';
import { Columns } from '../../model/columns.js';
import { Labels } from '../../model/labels.js';
import { CapturedTerminal } from '../support/captured-terminal.js';

it('a series is one line of JSON, however long', async () => {
  const count = 50_000;
  const samples = new Columns(count);
  for (let i = 0; i < count; i++) {
    samples.times[i] = i;
    samples.values[i] = i / 4;
  }
  samples.count = count;
  const terminal = new CapturedTerminal();
  await writeSeriesJson(terminal.out, { labels: Labels.from({ a: '<b>' }), samples });
  await writeSeriesJson(terminal.out, { labels: Labels.EMPTY, samples: new Columns() });
  const lines = await terminal.lines();
  expect(lines).toHaveLength(2);
  const first = JSON.parse(lines[0]) as { labels: unknown; samples: unknown[] };
  expect(first.labels).toEqual({ a: '<b>' });
  expect(first.samples).toHaveLength(count);
  expect(first.samples[3]).toEqual([3, '0.75']);
  expect(lines[1]).toBe('{"labels":{},"samples":[]}');
});
