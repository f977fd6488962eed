/** The names of segments and checkpoints. */
import {
  checkpointName,
  parseCheckpointName,
  parseSegmentName,
  segmentName,
} from '../../wal/format.js';

describe('segment names', () => {
  const names: [number, string][] = [
    [0, '00000000'],
    [7, '00000007'],
    [99_999_999, '99999999'],
    [100_000_000, '100000000'],
  ];
  it.each(names)('segment %d is %s, and back', (index, name) => {
    expect(segmentName(index)).toBe(name);
    expect(parseSegmentName(name)).toBe(index);
  });

  const others = [
    '',
    '0',
    '0000007',
    '000000007',
    '0000000a',
    '-0000001',
    '00000001.tmp',
    '1e000000',
  ];
  it.each(others)('%j is no segment', (name) => {
    expect(parseSegmentName(name)).toBeNull();
  });

  it('a segment index is an integer from 0', () => {
    expect(() => segmentName(-1)).toThrow(/BUG/);
    expect(() => segmentName(1.5)).toThrow(/BUG/);
  });
});

describe('checkpoint names', () => {
  it('checkpoint 12 is checkpoint.00000012, and back', () => {
    expect(checkpointName(12)).toBe('checkpoint.00000012');
    expect(parseCheckpointName('checkpoint.00000012')).toBe(12);
  });

  const others = [
    'checkpoint.00000012.tmp',
    'checkpoint.12',
    'checkpoint.',
    '00000012',
    'Checkpoint.00000012',
  ];
  it.each(others)('%j is no checkpoint', (name) => {
    expect(parseCheckpointName(name)).toBeNull();
  });
});
