/** Repair keeps all that lies before the damage, sets aside the rest, and never gives up. */
import { atOnce } from '../../model/steps.js';
import { FRAGMENT_HEADER_BYTES, PAGE_BYTES, segmentName } from '../../wal/format.js';
import { checkAndRepairLog, repairLog } from '../../wal/repair.js';
import { LogWriter } from '../../wal/writer.js';
import { listLog } from '../../wal/checkpoint.js';
import type { Problem } from '../../model/problem.js';
import { readLog, SegmentBuilder } from '../support/wal-builder.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const NOW = Date.UTC(2026, 0, 1, 12);
const STAMP = '20260101T120000000Z';

interface Place {
  readonly segment: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A log of these records, and where each lies. */
interface WrittenLog {
  readonly segments: readonly Uint8Array[];
  readonly places: readonly Place[];
}

function logOf(...segments: string[][]): WrittenLog {
  const places: Place[] = [];
  const files = segments.map((texts, segment) => {
    const builder = new SegmentBuilder();
    for (const text of texts) {
      const start = builder.add(Buffer.from(text));
      places.push({ segment, start, end: builder.bytes().length, text });
    }
    return builder.bytes();
  });
  return { segments: files, places };
}

function diskOf(segments: readonly Uint8Array[], dir = 'wal'): WritableMemoryDisk {
  const disk = new WritableMemoryDisk(['wal']);
  segments.forEach((bytes, i) => disk.files.set(`${dir}/${segmentName(i)}`, bytes));
  return disk;
}

function repair(disk: WritableMemoryDisk): readonly Problem[] {
  return atOnce(checkAndRepairLog(disk, 'wal', NOW));
}

/** The records of a log that is in order. */
function textsIn(disk: WritableMemoryDisk): string[] {
  const reading = readLog(disk);
  expect(reading.damage).toEqual([]);
  expect(reading.torn).toBeNull();
  expect(listLog(disk, 'wal').gaps).toEqual([]);
  return reading.records.map(String);
}

async function writesOn(disk: WritableMemoryDisk): Promise<void> {
  const log = new LogWriter(disk, 'wal', null);
  log.add(Buffer.from('written after'));
  await log.flush();
  await log.close();
}

function replaced(log: WrittenLog, segment: number, bytes: Uint8Array): WritableMemoryDisk {
  return diskOf(log.segments.map((one, i) => (i === segment ? bytes : one)));
}

/** Of the log, what lies before byte `offset` of a segment. */
function before(log: WrittenLog, segment: number, offset: number): string[] {
  return log.places
    .filter(
      (place) => place.segment < segment || (place.segment === segment && place.end <= offset),
    )
    .map(({ text }) => text);
}

const SMALL = logOf(['one', 'two', ''], ['three', 'four'], ['five', 'six', 'seven']);
const LARGE = logOf(
  ['a'.repeat(PAGE_BYTES - FRAGMENT_HEADER_BYTES - 50), 'b'.repeat(100), 'c'],
  ['d'],
);

describe('a log in order', () => {
  it('is left as it is', () => {
    const disk = diskOf(SMALL.segments);
    expect(repair(disk)).toEqual([]);
    expect(disk.log).toEqual([]);
    expect(repair(new WritableMemoryDisk(['wal']))).toEqual([]);
    expect(atOnce(checkAndRepairLog(disk, 'wbl', NOW))).toEqual([]);
  });
});

describe('a truncation, wherever', () => {
  it('of the last segment costs the record that it cuts, and is no problem', async () => {
    for (let length = 0; length < SMALL.segments[2].length; length++) {
      const disk = replaced(SMALL, 2, SMALL.segments[2].subarray(0, length));
      expect(repair(disk)).toEqual([]);
      expect(textsIn(disk)).toEqual(before(SMALL, 2, length));
      await writesOn(disk);
      expect(textsIn(disk)).toEqual([...before(SMALL, 2, length), 'written after']);
    }
  });

  it('of another one costs what is behind, which is set aside', () => {
    for (let length = 0; length < SMALL.segments[1].length; length++) {
      const disk = replaced(SMALL, 1, SMALL.segments[1].subarray(0, length));
      const problems = repair(disk);
      const isBetween = SMALL.places.some(({ segment, end }) => segment === 1 && end === length);
      // Nothing tells that whole records are missing.
      if (length === 0 || isBetween) {
        expect(problems).toEqual([]);
        continue;
      }
      expect(problems).toHaveLength(1);
      expect(textsIn(disk)).toEqual(before(SMALL, 1, length));
      const aside = `wal/corrupt-${STAMP}-00000001`;
      expect(disk.files.get(`${aside}/00000001`)).toHaveLength(length);
      expect(disk.files.get(`${aside}/00000002`)).toEqual(SMALL.segments[2]);
    }
  });

  it('within a record of two pages costs that record', () => {
    for (let length = PAGE_BYTES - 60; length < LARGE.segments[0].length; length++) {
      const disk = replaced(LARGE, 0, LARGE.segments[0].subarray(0, length));
      const isBetween = LARGE.places.some(({ segment, end }) => segment === 0 && end === length);
      expect(repair(disk)).toHaveLength(isBetween ? 0 : 1);
      expect(textsIn(disk)).toEqual([...before(LARGE, 0, length), ...(isBetween ? ['d'] : [])]);
    }
  });
});

describe('a flipped byte, wherever', () => {
  it.each([0, 1, 2])('keeps all before it, in segment %d', async (segment) => {
    for (let offset = 0; offset < SMALL.segments[segment].length; offset++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const bytes = SMALL.segments[segment].slice();
        bytes[offset] ^= mask;
        const disk = replaced(SMALL, segment, bytes);
        const problems = repair(disk);
        const kept = textsIn(disk);
        const whole = before(SMALL, segment, offset);
        expect(kept.slice(0, whole.length)).toEqual(whole);
        // A type byte that became zero ends the page; a length may reach over the end of the log.
        if (problems.length > 0) {
          expect(kept).toEqual(whole);
          expect(problems[0].path).toBe(`wal/${segmentName(segment)}`);
          const aside = `wal/corrupt-${STAMP}-${segmentName(segment)}`;
          expect(disk.files.get(`${aside}/${segmentName(segment)}`)).toEqual(bytes);
        }
        expect(repair(disk)).toEqual([]);
        await writesOn(disk);
        expect(textsIn(disk).at(-1)).toBe('written after');
      }
    }
  });
});

describe('a problem', () => {
  it('says what is wrong, where, and where the rest lies now', () => {
    const bytes = SMALL.segments[0].slice();
    bytes[SMALL.places[1].start + FRAGMENT_HEADER_BYTES] ^= 1;
    const disk = replaced(SMALL, 0, bytes);
    const [problem] = repair(disk);
    expect(problem).toMatchObject({
      path: 'wal/00000000',
      offset: SMALL.places[1].start,
      code: 'TSDB_CORRUPT',
    });
    expect(problem.message).toMatch(
      /^fragment checksum .* the segment was cut there, as it was, and 2 later segments, it lies in/,
    );
    expect(problem.message).toContain(`wal/corrupt-${STAMP}-00000000`);
  });

  it('of the same moment and segment gets a directory of its own', () => {
    const bytes = SMALL.segments[0].slice();
    bytes[3] ^= 1;
    const disk = replaced(SMALL, 0, bytes);
    disk.makeDirectory(`wal/corrupt-${STAMP}-00000000`);
    repair(disk);
    expect(disk.files.has(`wal/corrupt-${STAMP}-00000000-2/00000000`)).toBe(true);
  });
});

describe('a checkpoint', () => {
  const CHECKPOINT = 'wal/checkpoint.00000004';

  function withCheckpoint(change: (bytes: Uint8Array) => void): WritableMemoryDisk {
    const disk = new WritableMemoryDisk(['wal']);
    SMALL.segments.forEach((bytes, i) => {
      const copy = bytes.slice();
      if (i === 0) change(copy);
      disk.files.set(`${CHECKPOINT}/${segmentName(i)}`, copy);
    });
    disk.files.set('wal/00000005', LARGE.segments[1]);
    return disk;
  }

  it('that is damaged loses what is behind in that segment alone', () => {
    const disk = withCheckpoint((bytes) => (bytes[SMALL.places[1].start] ^= 0x40));
    const problems = repair(disk);
    expect(problems).toHaveLength(1);
    expect(problems[0].path).toBe(`${CHECKPOINT}/00000000`);
    expect(disk.files.get(`${CHECKPOINT}/00000000`)).toHaveLength(SMALL.places[0].end);
    expect(disk.files.get(`${CHECKPOINT}/00000001`)).toEqual(SMALL.segments[1]);
    const aside = `wal/corrupt-${STAMP}-checkpoint.00000004`;
    expect(disk.files.get(`${aside}/00000000`)).toHaveLength(SMALL.segments[0].length);
    expect(textsIn(disk)).toEqual(['d']);
    expect(repair(disk)).toEqual([]);
  });

  it('that ends within a record is damaged too', () => {
    const disk = withCheckpoint(() => undefined);
    const cut = SMALL.segments[2].subarray(0, -2);
    disk.files.set(`${CHECKPOINT}/00000002`, cut);
    const problems = repair(disk);
    expect(problems[0].message).toContain('the segment ends within a record');
    expect(disk.files.get(`${CHECKPOINT}/00000002`)).toHaveLength(SMALL.places[6].end);
  });
});

describe('a gap', () => {
  it('is filled with empty segments, and told', () => {
    const disk = diskOf(SMALL.segments);
    disk.files.set('wal/00000006', LARGE.segments[1]);
    const problems = repair(disk);
    expect(problems).toHaveLength(1);
    expect(problems[0].message).toContain('missing from the log: 00000003-00000005');
    expect(disk.files.get('wal/00000004')).toHaveLength(0);
    expect(textsIn(disk)).toEqual([...SMALL.places.map(({ text }) => text), 'd']);
  });

  it('behind a checkpoint is one too', () => {
    const disk = new WritableMemoryDisk(['wal', 'wal/checkpoint.00000002']);
    disk.files.set('wal/00000004', LARGE.segments[1]);
    expect(repair(disk)).toHaveLength(1);
    expect(disk.files.get('wal/00000003')).toHaveLength(0);
    expect(textsIn(disk)).toEqual(['d']);
  });

  it('that is too large sets aside what is behind', () => {
    const disk = diskOf(SMALL.segments);
    disk.files.set('wal/90000000', LARGE.segments[1]);
    const problems = repair(disk);
    expect(problems).toHaveLength(2);
    expect(problems[1].message).toContain('segments are missing from 00000003 on');
    expect(disk.files.get(`wal/corrupt-${STAMP}-00000003/90000000`)).toBeDefined();
    expect(repair(disk)).toEqual([]);
  });
});

describe('a crash in the middle of a repair', () => {
  it('at any change leaves a log that the next repair brings in order', () => {
    const bytes = SMALL.segments[1].slice();
    bytes[SMALL.places[4].start + 3] ^= 1;
    let crashes = 0;
    for (let at = 0; ; at++) {
      const disk = replaced(SMALL, 1, bytes);
      disk.refusedAt = at;
      try {
        repair(disk);
        break;
      } catch (error) {
        expect(error).toMatchObject({ errno: 'EIO' });
        crashes++;
      }
      repair(disk);
      expect(textsIn(disk)).toEqual(before(SMALL, 1, SMALL.places[4].start));
    }
    expect(crashes).toBeGreaterThan(6);
  });
});

describe('what a replay has met', () => {
  it('is repaired without another look at the log', () => {
    const disk = diskOf(SMALL.segments);
    const { segments } = listLog(disk, 'wal');
    const torn = { segment: segments[2], end: SMALL.places[5].end, damage: null };
    expect(atOnce(repairLog(disk, 'wal', [torn], NOW))).toEqual([]);
    expect(disk.log).toEqual([`truncate wal/00000002 ${SMALL.places[5].end}`]);
  });
});
