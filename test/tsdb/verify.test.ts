import { join } from 'node:path';
import { DiskError } from '../../model/errors.js';
import { verifyDirectory } from '../../tsdb/verify.js';
import { addBlock, OTHER_ULID, ULID, USUAL } from '../support/block-builder.js';
import { dataDirectory, DIR, headChunkFile, records, segment } from '../support/data-directory.js';
import { fixtureData, FIXTURES } from '../support/fixtures.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { scratchFile, scratchFolder } from '../support/scratch.js';
import { describeShared } from '../support/shared.js';
import { findingsIn } from '../support/verified.js';

jest.setTimeout(60_000);

function small(): MemoryDisk {
  const disk = dataDirectory({
    wal: [segment(records.series([1, { n: 'a' }]), records.samples([1, 1010, 1]))],
    headChunks: headChunkFile({ seriesRef: 1, times: [1000, 1005], value: 7 }).bytes,
  });
  addBlock(disk, USUAL);
  return disk;
}

describe('verifyDirectory', () => {
  it('counts what it read', async () => {
    const { counts, damages } = await verifyDirectory(DIR, { disk: small() });
    expect(damages).toBe(0);
    expect(counts).toEqual({
      blocks: 1,
      series: 3,
      chunks: 4,
      samples: 8,
      headChunks: 1,
      logRecords: 2,
    });
  });

  it('notes blocks that overlap, and what unfinished work left over', async () => {
    const disk = small();
    addBlock(disk, { ...USUAL, ulid: OTHER_ULID });
    disk.files.set(`${DIR}/${ULID}.tmp-for-deletion/index`, new Uint8Array(1));
    expect(await findingsIn(disk)).toEqual([
      `note ${ULID}.tmp-for-deletion: left over from unfinished work`,
      `note ${OTHER_ULID}: overlaps block ${ULID} in [0, 1000)`,
    ]);
  });

  it('forgets what it found of a block that was compacted away under it', async () => {
    const disk = small();
    const read = disk.openImmutable.bind(disk);
    disk.openImmutable = (path) => {
      for (const file of disk.files.keys()) if (file.includes(ULID)) disk.files.delete(file);
      return read(path);
    };
    expect(await findingsIn(disk)).toEqual([`note ${ULID}: was taken away while it was read`]);
  });

  it('starts over with a log that was truncated under it', async () => {
    const disk = small();
    const log = `${DIR}/wal/00000000`;
    const bytes = disk.files.get(log) ?? new Uint8Array(0);
    const read = disk.openMutable.bind(disk);
    disk.openMutable = (path) => {
      if (path === log) {
        disk.files.delete(log);
        disk.files.set(`${DIR}/wal/checkpoint.00000000/00000000`, bytes);
      }
      return read(path);
    };
    expect(await findingsIn(disk)).toEqual([]);
  });

  it('gives up on a log that is gone whenever its turn comes', async () => {
    const disk = small();
    disk.openMutable = (path) => {
      throw new DiskError('cannot open', path, 'ENOENT');
    };
    expect(await findingsIn(disk)).toEqual([
      `note ${DIR}: the log was truncated again and again while it was read`,
    ]);
  });

  it('says of a place that is no data directory that it is none', async () => {
    const missing = join(scratchFolder(), 'none');
    await expect(verifyDirectory(missing)).rejects.toThrow('no such file or directory');
    const file = scratchFile(new Uint8Array(1));
    await expect(verifyDirectory(file)).rejects.toThrow('not a directory');
    await expect(verifyDirectory(scratchFolder())).rejects.toThrow('the directory is empty');
  });

  /** What no checksum covers and nothing reads, by file: no flip there can be found. */
  const UNSEEN: Readonly<Record<string, readonly number[]>> = {
    // The header's padding.
    'chunks/000001': [5, 6, 7],
    'chunks_head/000001': [5, 6, 7],
    // The padding between the last series and the first postings list.
    [`${ULID}/index`]: [79],
  };

  it('finds every flipped byte that a checksum covers', async () => {
    const whole = small();
    for (const [path, bytes] of whole.files) {
      // Only meta.json has none: its own tests say what is found in it.
      if (path.endsWith('meta.json')) continue;
      const name = path.split('/').slice(-2).join('/');
      const missed: number[] = [];
      for (let offset = 0; offset < bytes.length; offset++) {
        if (UNSEEN[name]?.includes(offset)) continue;
        const disk = new MemoryDisk(Object.fromEntries(whole.files));
        const flipped = bytes.slice();
        flipped[offset] ^= 0x55;
        disk.files.set(path, flipped);
        // A longer last record is a torn one, which is a note.
        if ((await findingsIn(disk)).length === 0) missed.push(offset);
      }
      expect({ path, missed }).toEqual({ path, missed: [] });
    }
  });
});

describeShared('directories by real servers', () => {
  for (const name of FIXTURES)
    it(`${name}: nothing is damaged`, async () => {
      const damage: unknown[] = [];
      const { damages, counts } = await verifyDirectory(fixtureData(name), {
        onFinding: (finding) => {
          if (finding.severity === 'damage') damage.push(finding);
        },
      });
      expect(damage).toEqual([]);
      expect(damages).toBe(0);
      expect(counts.logRecords).toBeGreaterThan(100);
    });
});
