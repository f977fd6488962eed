/** One head series: m-mapped chunks, newer samples and late ones seen as one. */
import type { HeadChunk } from '../../chunks/head-chunk-list.js';
import {
  ENCODING_FLOAT_HISTOGRAM,
  ENCODING_HISTOGRAM_ST,
  ENCODING_XOR2,
} from '../../chunks/chunk.js';
import { Columns } from '../../model/columns.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { Labels } from '../../model/labels.js';
import { HeadSeries } from '../../tsdb/head-series.js';
import { sampleTexts } from '../support/data-directory.js';

const EVERYTHING = { minTime: MIN_TIME, maxTime: MAX_TIME };

/** An m-mapped chunk with a sample of value `ref` at each end of its range. */
function mapped(ref: number, minTime: number, maxTime: number, encoding = 1): HeadChunk {
  const rest = { seriesRef: 1, isOutOfOrder: false, sampleCount: 2, dataLength: 0 };
  return { ref, minTime, maxTime, encoding, ...rest };
}

function read(series: HeadSeries, range = EVERYTHING): string[] {
  const columns = new Columns();
  series.read(
    range,
    (chunk, into) => {
      const ends = new Columns(2);
      ends.count = 2;
      ends.times.set([chunk.minTime, chunk.maxTime]);
      ends.values.fill(chunk.ref);
      into.pushRows(ends, 0, 2);
    },
    columns,
  );
  return sampleTexts(columns);
}

function float(value: number): Float64Array {
  return Float64Array.of(value);
}

describe('HeadSeries', () => {
  it('reads chunks, newer samples and late ones in the order of time', () => {
    const series = new HeadSeries(Labels.EMPTY);
    series.reset([mapped(1, 10, 20), mapped(2, 30, 40)], [mapped(3, 12, 32)]);
    series.appendFloat(50, 0, float(5), 0);
    series.insertFloat(15, 0, float(6), 0);
    expect(read(series)).toEqual(['10:1', '12:3', '15:6', '20:1', '30:2', '32:3', '40:2', '50:5']);
    expect(read(series, { minTime: 31, maxTime: 45 })).toEqual(['32:3', '40:2']);
    expect(series.chunkCount).toBe(5);
  });

  it('takes only what is newer than everything in order', () => {
    const series = new HeadSeries(Labels.EMPTY);
    series.reset([mapped(1, 10, 20)], []);
    series.appendFloat(20, 0, float(1), 0);
    series.appendFloat(21, 0, float(2), 0);
    series.appendFloat(21, 0, float(3), 0);
    expect(series.lastTime).toBe(21);
    expect(read(series)).toEqual(['10:1', '20:1', '21:2']);
  });

  it('hides deleted ranges, and itself where nothing else is left', () => {
    const series = new HeadSeries(Labels.EMPTY);
    series.reset([mapped(1, 10, 20), mapped(2, 30, 40)], []);
    series.delete({ minTime: 5, maxTime: 25 });
    expect(read(series)).toEqual(['30:2', '40:2']);
    expect(series.isVisible({ minTime: 0, maxTime: 29 })).toBe(false);
    expect(series.isVisible(EVERYTHING)).toBe(true);
    series.delete({ minTime: 26, maxTime: 40 });
    expect(series.isVisible(EVERYTHING)).toBe(false);
    expect(series.isEmpty).toBe(false);
  });

  it('knows the kind of its last sample from the newest chunk', () => {
    const series = new HeadSeries(Labels.EMPTY);
    expect(series.lastKind).toBe('float');
    series.reset([mapped(1, 1, 2, ENCODING_XOR2)], []);
    expect(series.lastKind).toBe('float');
    series.reset([mapped(1, 1, 2), mapped(2, 3, 4, ENCODING_HISTOGRAM_ST)], []);
    expect(series.lastKind).toBe('histogram');
    series.reset([mapped(1, 1, 2, ENCODING_FLOAT_HISTOGRAM)], []);
    expect(series.lastKind).toBe('float histogram');
    series.appendFloat(9, 0, float(1), 0);
    expect(series.lastKind).toBe('float');
  });

  it('is empty until something comes, and again after a reset', () => {
    const series = new HeadSeries(Labels.EMPTY);
    expect([series.isEmpty, series.lastTime]).toEqual([true, MIN_TIME]);
    series.insertFloat(1, 0, float(1), 0);
    expect(series.isEmpty).toBe(false);
    series.reset([], []);
    expect(series.isEmpty).toBe(true);
  });
});
