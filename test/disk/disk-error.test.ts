/** The system's refusals in words. */
import { diskError } from '../../disk/disk-error.js';

describe('a refusal of the system', () => {
  it('says what was tried, where, and why not', () => {
    const thrown = Object.assign(new Error('EACCES: no, open …'), { code: 'EACCES' });
    const error = diskError(thrown, 'open', 'data/x');
    expect(error.message).toBe('cannot open data/x: permission denied');
    expect(error).toMatchObject({ code: 'TSDB_IO', errno: 'EACCES', path: 'data/x' });
    expect(error.cause).toBe(thrown);
  });

  it('keeps the words of one that it does not know', () => {
    const unknown = Object.assign(new Error('ELOOP: too many links'), { code: 'ELOOP' });
    expect(diskError(unknown, 'open', 'x').message).toBe('cannot open x: ELOOP: too many links');
    expect(diskError('odd', 'read', 'x')).toMatchObject({
      message: 'cannot read x: odd',
      errno: 'UNKNOWN',
    });
    expect(diskError(null, 'read', 'x').errno).toBe('UNKNOWN');
  });
});
