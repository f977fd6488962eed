/** Errors that go from thread to thread keep their class, words and errno. */
import { DiskError, NoSpaceError } from '../../model/errors.js';
import { errorOf, partsOf } from '../../wal/log-protocol.js';

describe('an error on its way between threads', () => {
  it.each([
    new DiskError('cannot write wal/0', 'wal/0', 'EIO'),
    new NoSpaceError('cannot write wal/0', 'wal/0', 'ENOSPC'),
    new Error('something else'),
  ])('stays what it is: %s', (error) => {
    const arrived = errorOf(structuredClone(partsOf(error)));
    expect(arrived).toEqual(error);
    expect(arrived.constructor).toBe(error.constructor);
  });
});
