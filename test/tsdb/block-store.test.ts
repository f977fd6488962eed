/** The blocks of a directory that is written: which go, when, and what stays in any case. */
import { type BlockMeta, encodeBlockMeta, parseBlockMeta } from '../../compact/block-meta.js';
import { InlineJobs } from '../../compact/inline-jobs.js';
import { Kernel } from '../../kernel/kernel.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { matcher } from '../../model/matcher.js';
import { BlockStore, problemOf } from '../../tsdb/block-store.js';
import { addBlock, OTHER_ULID, patch, ULID, USUAL } from '../support/block-builder.js';
import { DIR } from '../support/data-directory.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const THIRD_ULID = '01M83CBQAD58A389QFF02X2AX2';
const EVERYTHING = { minTime: MIN_TIME, maxTime: MAX_TIME };

class Fixture {
  readonly disk = new WritableMemoryDisk([DIR]);
  readonly said: string[] = [];
  readonly store: BlockStore;

  constructor() {
    const say = (text: string): void => void this.said.push(text);
    this.store = new BlockStore({
      disk: this.disk,
      dir: DIR,
      blocks: { labelCacheBytes: 0, kernel: new Kernel() },
      logger: { info: say, warn: say },
      jobs: new InlineJobs(this.disk),
    });
  }

  /** A block of the second slice, made of the usual one. */
  addChild(): string {
    const path = addBlock(this.disk, { ...USUAL, ulid: OTHER_ULID });
    this.edit(path, (meta) => ({
      ...meta,
      compaction: { ...meta.compaction, parents: [{ ulid: ULID, minTime: 0, maxTime: 1000 }] },
    }));
    return path;
  }

  edit(path: string, change: (meta: BlockMeta) => BlockMeta): void {
    const file = `${path}/meta.json`;
    const meta = parseBlockMeta(file, this.disk.readFile(file, Infinity));
    this.disk.files.set(file, Buffer.from(encodeBlockMeta(change(meta))));
  }

  ulids(): string[] {
    return this.store.metas().map(({ ulid }) => ulid);
  }

  onDisk(): string[] {
    return this.disk.list(DIR).map(({ name }) => name);
  }
}

describe('reloading', () => {
  it('deletes what a new block was made of, once that was read back', async () => {
    const fixture = new Fixture();
    addBlock(fixture.disk, USUAL);
    fixture.addChild();
    let atSwap: string[] = [];
    const { deleted } = await fixture.store.reload({}, () => {
      atSwap = [...fixture.ulids(), ...fixture.onDisk()];
    });
    expect(deleted.map(({ ulid, reason }) => [ulid, reason])).toEqual([[ULID, 'replaced']]);
    expect(atSwap).toEqual([OTHER_ULID, ULID, OTHER_ULID]);
    expect(fixture.onDisk()).toEqual([OTHER_ULID]);
    expect(fixture.said).toEqual([`deleting block ${ULID}: block ${OTHER_ULID} was made of it`]);
  });

  it('keeps the sources of a block that turns out damaged, and leaves that one out', async () => {
    const fixture = new Fixture();
    addBlock(fixture.disk, USUAL);
    const child = fixture.addChild();
    patch(fixture.disk, `${child}/chunks/000001`, (bytes) => (bytes[12] ^= 1));
    const { deleted } = await fixture.store.reload({});
    expect(deleted).toEqual([]);
    expect(fixture.ulids()).toEqual([ULID]);
    expect(fixture.onDisk()).toEqual([ULID, OTHER_ULID]);
    expect(fixture.store.view.problems).toMatchObject([{ path: child, code: 'TSDB_CORRUPT' }]);
    await fixture.store.reload({});
    expect(fixture.said).toHaveLength(1);
  });

  it('deletes what nothing is left of, and what is beyond retention', async () => {
    const fixture = new Fixture();
    addBlock(fixture.disk, USUAL);
    addBlock(fixture.disk, { ...USUAL, ulid: OTHER_ULID });
    addBlock(fixture.disk, {
      ulid: THIRD_ULID,
      minTime: 1000,
      maxTime: 2000,
      series: [[{ n: 'a' }, [{ times: [1500] }]]],
    });
    await fixture.store.reload({});
    fixture.store.markDeletable([fixture.store.metas()[0]]);
    const { deleted } = await fixture.store.reload({ retentionMs: 1000 });
    expect(deleted.map(({ reason }) => reason)).toEqual(['deletable', 'time']);
    expect(fixture.ulids()).toEqual([THIRD_ULID]);
    expect(fixture.store.planDeletions({ retentionBytes: 1 })).toMatchObject([{ reason: 'size' }]);
  });

  it('reports a damaged block once, and deletes nothing because of it', async () => {
    const fixture = new Fixture();
    const path = addBlock(fixture.disk, USUAL);
    fixture.disk.files.set(`${path}/meta.json`, Buffer.from('{'));
    await fixture.store.reload({ retentionMs: 1 });
    await fixture.store.reload({ retentionMs: 1 });
    expect(fixture.said).toHaveLength(1);
    expect(fixture.onDisk()).toEqual([ULID]);
  });
});

describe('deleting samples', () => {
  it('changes the blocks that have them, which queries see after a reload', async () => {
    const fixture = new Fixture();
    addBlock(fixture.disk, USUAL);
    await fixture.store.reload({});
    const { store } = fixture;
    expect(await store.delete([matcher('n', '=', 'a')], EVERYTHING)).toBe(1);
    expect(await store.delete([matcher('n', '=', 'x')], EVERYTHING)).toBe(0);
    const later = { minTime: 1000, maxTime: MAX_TIME };
    expect(await store.delete([matcher('n', '=', 'b')], later)).toBe(0);
    await store.reload({});
    expect(store.metas()[0].stats.numTombstones).toBe(1);
    store.close();
  });
});

describe('marks', () => {
  it('stay in meta.json', async () => {
    const fixture = new Fixture();
    addBlock(fixture.disk, USUAL);
    await fixture.store.reload({});
    fixture.store.markFailed(fixture.store.metas());
    await fixture.store.reload({});
    expect(fixture.store.metas()[0].compaction.failed).toBe(true);
  });
});

describe('links', () => {
  it('are made of all files of all blocks, under their names at the end', async () => {
    const fixture = new Fixture();
    addBlock(fixture.disk, USUAL);
    await fixture.store.reload({});
    fixture.disk.makeDirectory(`${DIR}/snapshots`);
    fixture.store.linkInto(`${DIR}/snapshots`);
    const names = ['chunks/000001', 'index', 'meta.json', 'tombstones'];
    for (const name of names) {
      expect(fixture.disk.files.get(`${DIR}/snapshots/${ULID}/${name}`)).toEqual(
        fixture.disk.files.get(`${DIR}/${ULID}/${name}`),
      );
    }
    expect(fixture.disk.log.at(-1)).toBe(`sync ${DIR}/snapshots/`);
  });
});

describe('a problem of the background', () => {
  it('has the code of the error, or says that it is a bug', () => {
    const error = Object.assign(new Error('no'), { code: 'TSDB_IO' });
    expect(problemOf('/data', 'cannot compact', error)).toEqual({
      path: '/data',
      offset: null,
      code: 'TSDB_IO',
      message: 'cannot compact: no',
    });
    expect(problemOf('/data', 'x', new Error('no')).code).toBe('TSDB_BUG');
  });
});
