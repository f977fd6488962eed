/** Taking a directory for writing: made, locked, cleaned, or refused by name and untouched. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { NodeWritableDisk } from '../../disk/node-writable-disk.js';
import { LockedError, OpenError, ReadOnlyError } from '../../model/errors.js';
import { WritableDirectory } from '../../tsdb/writable-directory.js';
import { scratchFolder } from '../support/scratch.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const FIXTURE = join(__dirname, '../fixtures/small');
const ULID = '01M83CFB14VFVT9VDJ1EFZ8FCE';

function take(dir: string, { create = true, noLockfile = false, said = [] as string[] } = {}) {
  const say = (text: string): void => void said.push(text);
  const logger = { info: say, warn: say };
  return WritableDirectory.take({ disk: new NodeWritableDisk(), dir, logger, noLockfile, create });
}

function copy(): string {
  const dir = join(scratchFolder(), 'data');
  cpSync(FIXTURE, dir, { recursive: true });
  return dir;
}

describe('a directory for writing', () => {
  it('is made where it is missing, locked, and let go of without a trace', () => {
    const dir = join(scratchFolder(), 'a/b');
    const taken = take(dir);
    expect(readdirSync(dir)).toEqual(['lock']);
    expect(taken.wasUnclean).toBe(false);
    expect(() => take(dir)).toThrow(LockedError);
    take(dir, { noLockfile: true }).release();
    taken.release();
    taken.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('that was not closed says so', () => {
    const dir = scratchFolder();
    writeFileSync(join(dir, 'lock'), '');
    const said: string[] = [];
    const taken = take(dir, { said });
    expect(taken.wasUnclean).toBe(true);
    expect(said).toEqual([`${dir} was not closed when it was last written`]);
    taken.release();
  });

  it('loses what unfinished work has left, and nothing else', () => {
    const dir = copy();
    mkdirSync(join(dir, `${ULID}.tmp-for-creation`));
    writeFileSync(join(dir, 'notes.tmp'), 'mine');
    const before = readdirSync(dir);
    take(dir).release();
    expect(readdirSync(dir)).toEqual(
      before.filter((name) => name !== `${ULID}.tmp-for-creation` && name !== 'lock'),
    );
  });
});

describe('a directory that cannot be taken', () => {
  it('is a file, is below one, or is missing and not to be made', () => {
    const folder = scratchFolder();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => take(file)).toThrow(OpenError);
    expect(() => take(file)).toThrow(/not a directory/);
    expect(() => take(join(file, 'below'))).toThrow(/not a directory/);
    expect(() => take(join(folder, 'none'), { create: false })).toThrow('no such file');
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('is read-only', () => {
    const disk = new WritableMemoryDisk(['/data']);
    disk.lock = (path) => {
      throw new ReadOnlyError(`cannot lock ${path}: the file system is read-only`, path, 'EROFS');
    };
    const logger = { info: () => undefined, warn: () => undefined };
    const options = { disk, dir: '/data', logger, noLockfile: false, create: true };
    expect(() => WritableDirectory.take(options)).toThrow(OpenError);
    expect(() => WritableDirectory.take(options)).toThrow('the file system is read-only');
  });

  it('was written in a newer format, and stays as it was', () => {
    const dir = copy();
    mkdirSync(join(dir, `${ULID}.tmp-for-creation`));
    const meta = join(dir, ULID, 'meta.json');
    const text = readFileSync(meta, 'utf8');
    chmodSync(meta, 0o644);
    writeFileSync(meta, text.replace('"version": 1', '"version": 3'));
    expect(() => take(dir)).toThrow(OpenError);
    expect(() => take(dir)).toThrow(`${meta} has version 3, which is newer than the 2`);
    expect(existsSync(join(dir, `${ULID}.tmp-for-creation`))).toBe(true);
    expect(existsSync(join(dir, 'lock'))).toBe(false);

    writeFileSync(meta, text);
    const index = join(dir, ULID, 'index');
    const bytes = readFileSync(index);
    bytes[4] = 4;
    chmodSync(index, 0o644);
    writeFileSync(index, bytes);
    expect(() => take(dir)).toThrow(`${index} has version 4, which is newer than the 3`);
  });

  it('is not one whose blocks are damaged: those are set aside elsewhere', () => {
    const dir = copy();
    for (const bytes of ['', '{', '[]', '{"version":"new"}']) {
      chmodSync(join(dir, ULID, 'meta.json'), 0o644);
      writeFileSync(join(dir, ULID, 'meta.json'), bytes);
      chmodSync(join(dir, ULID, 'index'), 0o644);
      writeFileSync(join(dir, ULID, 'index'), bytes);
      take(dir).release();
    }
  });
});
