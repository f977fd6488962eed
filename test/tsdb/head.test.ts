/** The head as a source of series. */
import { HeadChunkFiles } from '../../chunks/head-chunks.js';
import { ClosedError } from '../../model/errors.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { Labels } from '../../model/labels.js';
import { matcher } from '../../model/matcher.js';
import { atOnce } from '../../model/steps.js';
import { Head } from '../../tsdb/head.js';
import { HeadSeries } from '../../tsdb/head-series.js';
import { Pacer } from '../../model/pacer.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { advance } from '../support/moving.js';

function series(labels: Record<string, string>, time: number): HeadSeries {
  const one = new HeadSeries(Labels.from(labels));
  one.appendFloat(time, 0, Float64Array.of(1), 0);
  return one;
}

function build(...all: HeadSeries[]): Promise<Head> {
  const content = {
    series: all,
    chunkFiles: atOnce(HeadChunkFiles.open(new MemoryDisk(), '/none')),
    firstTime: 0,
    inOrder: { minTime: 10, maxTime: 20 },
    outOfOrder: { minTime: MAX_TIME, maxTime: MIN_TIME },
  };
  return Head.build(content, new Pacer());
}

function names(head: Head, ...range: [minTime: number, maxTime: number]): string[] {
  const cursor = atOnce(head.select([matcher('job', '=~', 'a|b')], ...range));
  const found: string[] = [];
  while (advance(cursor)) found.push(cursor.series.labels.get('n'));
  return found;
}

describe('Head', () => {
  const all = () => [
    series({ n: '🦊', job: 'a' }, 10),
    series({ n: '\uffff', job: 'b' }, 20),
    series({ n: 'x', job: 'c' }, 20),
  ];

  it('gives matching series by the bytes of their labels, those in the range', async () => {
    const head = await build(...all());
    expect(names(head, 0, 100)).toEqual(['🦊', '\uffff']);
    const onlyName = atOnce(head.select([matcher('n', '!=', 'x')], 0, 100));
    onlyName.move();
    expect(onlyName.series.labels.get('job')).toBe('a');
    expect(names(head, 15, 100)).toEqual(['\uffff']);
  });

  it('tells names and values of its labels', async () => {
    const head = await build(...all());
    expect(atOnce(head.labelNames([]))).toEqual(['job', 'n']);
    expect(atOnce(head.labelValues('job', []))).toEqual(['a', 'b', 'c']);
    expect(atOnce(head.labelValues('job', [matcher('n', '=', 'x')]))).toEqual(['c']);
  });

  it('tells whether it meets a range', async () => {
    const head = await build(...all());
    expect([head.overlaps(0, 9), head.overlaps(0, 10), head.overlaps(21, 30)]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('cannot be acquired once it is closed', async () => {
    const head = await build();
    head.acquire();
    head.close();
    head.release();
    expect(() => head.acquire()).toThrow(ClosedError);
  });
});
