/** What is refused as a data directory, and why, in one line. */
import { OpenError } from '../../model/errors.js';
import { checkDataDirectory } from '../../tsdb/data-directory.js';
import { MemoryDisk } from '../support/memory-disk.js';

const check = (...files: string[]) => {
  const disk = new MemoryDisk(Object.fromEntries(files.map((file) => [file, new Uint8Array(1)])));
  return () => checkDataDirectory(disk, '/dir');
};

describe('checkDataDirectory', () => {
  it.each([
    '/dir/wal/00000000',
    '/dir/chunks_head/000001',
    '/dir/01M83CBQ74YCKJF9GDZKMA1V6Q/index',
  ])('takes a directory with %s', (file) => {
    expect(check(file, '/dir/lost+found/x')).not.toThrow();
  });

  it.each([
    [['/other/wal/0'], /no such file/],
    [['/dir'], 'cannot open /dir: not a directory'],
    [['/dir/etc/passwd'], 'cannot open /dir: there is no block and no log in it'],
  ])('refuses %j', (files, message) => {
    expect(check(...files)).toThrow(OpenError);
    expect(check(...files)).toThrow(message);
  });
});
