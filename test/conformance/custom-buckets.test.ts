import { convertToCustomBuckets } from '../../conformance/custom-buckets.js';
import { histogramText, labelsText } from '../../conformance/rendering.js';
import { parseScript } from '../../conformance/script.js';

describe('classic histograms', () => {
  it('become native ones with custom buckets', () => {
    const [load] = parseScript(`load_with_nhcb 1m
      a_bucket{b="c", le="2"} 3 4
      a_bucket{b="c", le="1"} 1 2
      a_bucket{b="c", le="+Inf"} 5 6
      a_sum{b="c"} 7 8
      other 1`);
    if (load.kind !== 'load') throw new Error('no load');
    const found = convertToCustomBuckets(load).map(({ labels, points }) => [
      labelsText(labels),
      ...points.map(({ time, histogram }) => `${histogramText(histogram)}@${time}`),
    ]);
    expect(found).toEqual([
      [
        'a{b="c"}',
        '{{schema:-53 count:5 sum:7 custom_values:[1 2] offset:0 buckets:[1 2 2]}}@0',
        '{{schema:-53 count:6 sum:8 custom_values:[1 2] offset:0 buckets:[2 2 2]}}@60000',
      ],
    ]);
  });
});
