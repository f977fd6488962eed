/** Every option is checked, and named when it is wrong. */
import { ArgumentError } from '../../model/errors.js';
import { type OpenReadOnlyOptions, validateOptions } from '../../tsdb/options.js';

describe('validateOptions', () => {
  it.each<[OpenReadOnlyOptions]>([
    [{}],
    [{ io: 'auto', headCutoff: 'server', labelCacheBytes: 0 }],
    [{ io: 'mmap', headCutoff: 'promtool', labelCacheBytes: 1 }],
    [{ io: 'pread' }],
  ])('takes %j', (options) => {
    expect(() => validateOptions(options)).not.toThrow();
  });

  it.each([
    [{ io: 'x' }, 'option io is auto, mmap, pread; got x'],
    [{ headCutoff: 1 }, 'option headCutoff is server or promtool; got 1'],
    [{ labelCacheBytes: NaN }, 'option labelCacheBytes is a whole number from 0; got NaN'],
  ])('refuses %j', (options, message) => {
    const check = () => validateOptions(options as unknown as OpenReadOnlyOptions);
    expect(check).toThrow(ArgumentError);
    expect(check).toThrow(message);
  });
});
