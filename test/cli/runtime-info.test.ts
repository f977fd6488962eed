import { retentionText, runtimeInfo } from '../../cli/runtime-info.js';

it('retention is told in words', () => {
  expect(retentionText({ retentionMs: 15 * 86_400_000 })).toBe('15d');
  expect(retentionText({ retentionMs: 3_600_000, retentionBytes: 1024 ** 3 })).toBe('1h or 1GiB');
  expect(retentionText({ retentionPercentage: 80 })).toBe('80%');
});

it('the process is described', () => {
  const info = runtimeInfo({
    startTimeMs: 0,
    reloadSucceeded: true,
    lastConfigTimeMs: 1500,
    corruptionCount: 2,
    retention: {},
  });
  expect(info).toMatchObject({
    startTime: '1970-01-01T00:00:00Z',
    lastConfigTime: '1970-01-01T00:00:01.500Z',
    corruptionCount: 2,
    storageRetention: '',
  });
});
