/** The system's refusals in words. */
import { diskError } from '../../disk/disk-error.js';
import type { DiskError } from '../../model/errors.js';
import { NoSpaceError } from '../../model/errors.js';

describe('a refusal of the system', () => {
  it('says what was tried, where, and why not', () => {
    const thrown = Object.assign(new Error('EACCES: no, open …'), { code: 'EACCES' });
    const error = diskError(thrown, 'open', 'data/x');
    expect(error.message).toBe('cannot open data/x: permission denied');
    expect(error).toMatchObject({ code: 'TSDB_IO', errno: 'EACCES', path: 'data/x' });
    expect(error.cause).toBe(thrown);
  });

  it('is one of room where only room heals it', () => {
    const refused = (code: string): DiskError =>
      diskError(Object.assign(new Error(code), { code }), 'write', 'wal/00000001');
    for (const errno of ['ENOSPC', 'EDQUOT']) {
      expect(refused(errno)).toBeInstanceOf(NoSpaceError);
      expect(refused(errno)).toMatchObject({ code: 'TSDB_NO_SPACE', errno });
    }
    for (const [errno, code] of [
      ['EROFS', 'TSDB_READ_ONLY'],
      ['EIO', 'TSDB_IO'],
    ]) {
      expect(refused(errno)).not.toBeInstanceOf(NoSpaceError);
      expect(refused(errno)).toMatchObject({ code, errno });
    }
    expect(refused('ENOSPC').message).toBe('cannot write wal/00000001: no space left on the disk');
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
