import { decodeHistogramChunk } from '../../chunks/histogram-chunk.js';
import { histogramSampleCount } from '../../chunks/histogram-sample.js';
import { Columns } from '../../model/columns.js';
import { HINT_GAUGE, HINT_NOT_RESET, HINT_UNKNOWN, type Histogram } from '../../model/histogram.js';
import { bitsOf, bytesOfHex } from '../support/bits.js';

const COUNTERS =
  '000300ff3f50624dd2f1a9fc8ca48c5e3e8ac900c999999999999a27c1d4c523b72dcccccccccccd1bcae8c000000000008da4';
const THIRD_STALE =
  '000300ff3f50624dd2f1a9fc8ca48c5e3e8ac900c999999999999a27c1d4c523b72dcccccccccccd1bc8c5eff890000000000040';
const WITH_STARTS =
  '000382ff3f50624dd2f1a9fc8ca48c5e3e8ac900c999999999999a27403fc1d4c523b72dcccccccccccd1bcae8c000000000008da5f7e0c0';

function decoded(hex: string, withStartTimes = false): Columns {
  const columns = new Columns(1);
  decodeHistogramChunk(bytesOfHex(hex), withStartTimes, columns);
  return columns;
}

function hints(hex: string): (number | undefined)[] {
  return (decoded(hex).histograms ?? []).map((histogram) => histogram?.counterResetHint);
}

describe('the histograms of a chunk', () => {
  it('know of no reset at first and of none later, whatever the header says', () => {
    const wanted = [HINT_UNKNOWN, HINT_NOT_RESET, HINT_NOT_RESET];
    for (const flags of ['00', '40', '80']) {
      expect(hints(COUNTERS.replace('000300', `0003${flags}`))).toEqual(wanted);
    }
  });

  it('are all gauges where the header says so', () => {
    const gauges = COUNTERS.replace('000300', '0003c0');
    expect(hints(gauges)).toEqual([HINT_GAUGE, HINT_GAUGE, HINT_GAUGE]);
  });

  it('have start times in the encodings with them, whose counts share a word with the header', () => {
    const columns = decoded(WITH_STARTS, true);
    expect([...(columns.startTimes ?? []).slice(0, 3)]).toEqual([500, 500, 20000]);
    const asGauge = bytesOfHex(WITH_STARTS.replace('0003', 'c003'));
    expect(histogramSampleCount(asGauge, true)).toBe(3);
    expect(histogramSampleCount(asGauge, false)).toBe(0xc003);
    expect(
      decoded(WITH_STARTS.replace('0003', 'c003'), true).histograms?.[0]?.counterResetHint,
    ).toBe(HINT_GAUGE);
  });

  it('that are stale say nothing else', () => {
    const stale = decoded(THIRD_STALE).histograms?.[2] as Histogram;
    expect(bitsOf(stale.sum)).toBe('7ff0000000000002');
    expect({ ...stale, sum: 0 }).toEqual({
      isFloat: false,
      counterResetHint: HINT_UNKNOWN,
      schema: 0,
      zeroThreshold: 0,
      zeroCount: 0,
      count: 0,
      sum: 0,
      positiveSpans: [],
      negativeSpans: [],
      positiveBuckets: new Float64Array(0),
      negativeBuckets: new Float64Array(0),
      customValues: new Float64Array(0),
    });
  });

  it('behind a decode error are none, and rows before it stay', () => {
    const columns = decoded(COUNTERS);
    const cut = bytesOfHex(COUNTERS).subarray(0, -1);
    expect(() => decodeHistogramChunk(cut, false, columns)).toThrow('cut off');
    expect(columns.count).toBe(3);
  });

  it('in a chunk without samples are none', () => {
    expect(decoded('000000').count).toBe(0);
    expect(() => decoded('0000')).toThrow('no whole header');
  });
});
