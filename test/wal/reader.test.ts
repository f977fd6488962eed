/** The cursor over a log's records: what it delivers, and what it does about damage. */
import { truncateSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { NodeDisk } from '../../disk/node-disk.js';
import { CorruptionError } from '../../model/errors.js';
import { FRAGMENT_HEADER_BYTES, PAGE_BYTES, RECORD_BYTES_MAX } from '../../wal/format.js';
import { WalReader } from '../../wal/reader.js';
import { scratchFile, scratchFolder } from '../support/scratch.js';
import {
  type Compression,
  fragment,
  logDisk,
  readLog,
  SegmentBuilder,
  zstdFrame,
} from '../support/wal-builder.js';

const FULL = 1;
const FIRST = 2;
const MIDDLE = 3;
const LAST = 4;
const SNAPPY = 0x08;
const ZSTD = 0x10;

/** The most that a page has room for. */
const PAGE_DATA_BYTES = PAGE_BYTES - FRAGMENT_HEADER_BYTES;

/** `length` bytes that depend on `seed`, with no zero among them. */
function payload(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => 1 + ((i * 31 + seed * 17) % 255));
}

function texts(records: readonly Buffer[]): string[] {
  return records.map((record) => record.toString('latin1'));
}

function text(record: string): Uint8Array {
  return Uint8Array.from(Buffer.from(record, 'latin1'));
}

describe('a log is read', () => {
  it('record by record, with the segment and the offset of each', () => {
    const first = new SegmentBuilder();
    first.add(text('one'));
    first.add(text('two'), 'snappy');
    const second = new SegmentBuilder();
    second.add(text('three'), 'zstd');
    const { records, places, damage, torn } = readLog(logDisk(first.bytes(), second.bytes()));
    expect(texts(records)).toEqual(['one', 'two', 'three']);
    expect(places).toEqual(['0@0', '0@10', '1@0']);
    expect(damage).toEqual([]);
    expect(torn).toBeNull();
  });

  it('as it was written, whatever the sizes and compressions', () => {
    const near = (size: number): fc.Arbitrary<number> =>
      fc.integer({ min: size - 9, max: size + 9 });
    const size = fc.oneof(
      fc.integer({ min: 0, max: 60 }),
      near(PAGE_DATA_BYTES),
      near(2 * PAGE_DATA_BYTES),
      fc.integer({ min: 0, max: 100_000 }),
    );
    const compression = fc.constantFrom<Compression>('none', 'snappy', 'zstd');
    const record = fc.record({ size, compression, cuts: fc.boolean() });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), (plan) => {
        const segments = [new SegmentBuilder()];
        const wanted = plan.map(({ size, compression, cuts }, i) => {
          const bytes = payload(size, i);
          segments[segments.length - 1].add(bytes, compression);
          if (cuts) segments.push(new SegmentBuilder());
          return Buffer.from(bytes);
        });
        const { records, damage, torn } = readLog(logDisk(...segments.map((one) => one.bytes())));
        expect(damage).toEqual([]);
        expect(torn).toBeNull();
        expect(records.length).toBe(wanted.length);
        records.forEach((bytes, i) => expect(bytes.equals(wanted[i])).toBe(true));
      }),
      { numRuns: 60 },
    );
  });

  it('with empty records, empty segments and pages of zeros among the others', () => {
    const builder = new SegmentBuilder();
    builder.add(text('one'));
    builder.add(new Uint8Array(0));
    builder.pad().raw(new Uint8Array(PAGE_BYTES));
    builder.add(text('two'));
    const empty = new Uint8Array(0);
    const log = readLog(logDisk(empty, builder.bytes(), empty, new Uint8Array(PAGE_BYTES), empty));
    expect(texts(log.records)).toEqual(['one', '', 'two']);
    expect([log.damage, log.torn]).toEqual([[], null]);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'over %d zeros at the end of a page, also within a record',
    (rest) => {
      const builder = new SegmentBuilder();
      builder.add(payload(PAGE_BYTES - 2 * FRAGMENT_HEADER_BYTES - 9 - rest));
      builder.raw(fragment(FIRST, text('from here'))).raw(new Uint8Array(rest));
      builder.raw(fragment(LAST, text(' to there')));
      const { records, damage } = readLog(logDisk(builder.bytes()));
      expect(damage).toEqual([]);
      expect(texts(records.slice(1))).toEqual(['from here to there']);
    },
  );

  it('to the end of no segments at all', () => {
    const reader = new WalReader(logDisk(), []);
    expect(reader.next()).toBe(false);
    expect(reader.next()).toBe(false);
    reader.close();
  });

  it('not any further once it is closed', () => {
    const builder = new SegmentBuilder();
    builder.add(text('one'));
    builder.add(text('two'));
    const reader = new WalReader(logDisk(builder.bytes()), [{ index: 0, path: 'wal/00000000' }]);
    expect(reader.next()).toBe(true);
    reader.close();
    reader.close();
    expect(reader.next()).toBe(false);
    expect(reader.torn).toBeNull();
  });
});

describe('a torn tail', () => {
  const whole = new SegmentBuilder();
  whole.add(text('before'));
  const start = whole.add(payload(PAGE_BYTES + 500));
  const bytes = whole.bytes();

  const ends: [string, number][] = [
    ['within the header', start + 3],
    ['behind the header', start + FRAGMENT_HEADER_BYTES],
    ['within the first fragment', start + 100],
    ['between the fragments', PAGE_BYTES],
    ['within the last header', PAGE_BYTES + 6],
    ['a byte before its end', bytes.length - 1],
  ];
  it.each(ends)('that ends %s loses that record only, and is no error', (_, end) => {
    const { records, damage, torn } = readLog(logDisk(bytes.subarray(0, end)));
    expect(texts(records)).toEqual(['before']);
    expect(damage).toEqual([]);
    expect(torn).toEqual({ path: 'wal/00000000', offset: start });
  });

  it('may have zeros behind it: a crash can lose what was written last', () => {
    const zeros = Buffer.concat([bytes.subarray(0, PAGE_BYTES), new Uint8Array(PAGE_BYTES + 77)]);
    const { records, damage, torn } = readLog(logDisk(zeros));
    expect(texts(records)).toEqual(['before']);
    expect([damage, torn?.offset]).toEqual([[], start]);
  });

  it('of a segment that is not the last is damage', () => {
    const next = new SegmentBuilder();
    next.add(text('after'));
    const { records, damage, torn } = readLog(
      logDisk(bytes.subarray(0, start + 100), next.bytes()),
    );
    expect(texts(records)).toEqual(['before', 'after']);
    expect(damage.map(String)).toEqual([expect.stringContaining('ends within a record')]);
    expect(damage[0]).toMatchObject({ path: 'wal/00000000', offset: start, code: 'TSDB_CORRUPT' });
    expect(torn).toBeNull();
  });

  it('is not what wrong bytes are, even in the very last record', () => {
    const wrong = Uint8Array.from(bytes);
    wrong[wrong.length - 1] ^= 1;
    const { records, damage, torn } = readLog(logDisk(wrong));
    expect(texts(records)).toEqual(['before']);
    expect(damage.map(String)).toEqual([expect.stringMatching(/checksum [0-9a-f]{8}, /)]);
    expect(damage[0].offset).toBe(PAGE_BYTES);
    expect(torn).toBeNull();
  });
});

describe('damage is named with its offset, and costs the rest of its segment', () => {
  const DATA = text('data');
  const page = (...fragments: Uint8Array[]): Uint8Array => Buffer.concat(fragments);
  const snappyOf4GiB = Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x61]);
  const cases: [string, Uint8Array, number, RegExp][] = [
    ['a reserved type', fragment(5, DATA), 13, /unknown fragment type 0x5/],
    ['type bit 5', fragment(FULL | 0x20, DATA), 13, /unknown fragment type 0x21/],
    ['type bit 7', fragment(FULL | 0x80, DATA), 13, /unknown fragment type 0x81/],
    ['two compressions', fragment(FULL | SNAPPY | ZSTD, DATA), 13, /unknown fragment type 0x19/],
    ['a wrong checksum', fragment(FULL, DATA, { crc: 1 }), 13, /checksum .*, 00000001 expected/],
    [
      'a length beyond the page',
      fragment(FULL, DATA, { length: 0xffff }),
      13,
      /65535 bytes crosses/,
    ],
    ['a middle without a first', fragment(MIDDLE, DATA), 13, /type 3 continues no record/],
    ['a last without a first', fragment(LAST, DATA), 13, /type 4 continues no record/],
    ['two firsts', page(fragment(FIRST, DATA), fragment(FIRST, DATA)), 24, /type 2 stands inside/],
    [
      'a full inside',
      page(fragment(FIRST, DATA), fragment(FULL, DATA)),
      24,
      /type 1 stands inside/,
    ],
    [
      'compressions that differ',
      page(fragment(FIRST, DATA), fragment(LAST | SNAPPY, DATA)),
      24,
      /differ/,
    ],
    [
      'padding that is not zero',
      Uint8Array.from([0, 0, 0, 9]),
      16,
      /padding of a page is not zero/,
    ],
    ['no snappy', fragment(FULL | SNAPPY, DATA), 13, /snappy/],
    ['a snappy length of 4 GiB', fragment(FULL | SNAPPY, snappyOf4GiB), 13, /4294967295 exceeds/],
    ['no zstd', fragment(FULL | ZSTD, DATA), 13, /zstd/],
  ];
  it.each(cases)('%s', (_, bytes, offset, reason) => {
    const first = new SegmentBuilder();
    first.add(text('before'));
    first.raw(bytes);
    first.add(text('lost'));
    const second = new SegmentBuilder();
    second.add(text('after'));
    const log = readLog(logDisk(first.bytes(), second.bytes()));
    expect(texts(log.records)).toEqual(['before', 'after']);
    expect(log.damage.map((error) => [error.path, error.offset, error.reason])).toEqual([
      ['wal/00000000', offset, expect.stringMatching(reason)],
    ]);
  });

  it('a header that would cross the page', () => {
    const builder = new SegmentBuilder();
    builder.add(payload(PAGE_DATA_BYTES - 6));
    builder.raw(fragment(FULL, text('x')));
    const { damage } = readLog(logDisk(builder.bytes()));
    expect(damage.map((error) => [error.offset, error.reason])).toEqual([
      [PAGE_BYTES - 6, 'a fragment header crosses its page'],
    ]);
  });

  it('a page of a record that has turned to zeros', () => {
    const builder = new SegmentBuilder();
    builder.add(payload(3 * PAGE_BYTES));
    const bytes = builder.bytes();
    bytes.fill(0, PAGE_BYTES, 2 * PAGE_BYTES);
    const { records, damage } = readLog(logDisk(bytes));
    expect(records).toEqual([]);
    expect(damage.map((error) => error.reason)).toEqual(['zeros stand inside a record']);
  });

  it('Zstandard that unpacks to more than the limit', () => {
    const bomb = zstdFrame(Uint8Array.of(1), RECORD_BYTES_MAX + 1);
    expect(bomb.length).toBeLessThan(10_000);
    const builder = new SegmentBuilder();
    builder.addStored(bomb, ZSTD);
    const { records, damage } = readLog(logDisk(builder.bytes()));
    expect(records).toEqual([]);
    expect(damage.map((error) => error.reason)).toEqual([expect.stringContaining('limit')]);
  });

  it('is thrown once, and reading goes on after skipSegment() only', () => {
    const builder = new SegmentBuilder();
    builder.raw(fragment(7, text('x')));
    const reader = new WalReader(logDisk(builder.bytes()), [{ index: 0, path: 'wal/00000000' }]);
    expect(() => reader.next()).toThrow(CorruptionError);
    expect(() => reader.next()).toThrow(/BUG/);
    reader.skipSegment();
    expect(reader.next()).toBe(false);
  });
});

describe('memory that whoever reads brings', () => {
  it('holds the records that are not compressed, the longest ones excepted', () => {
    const builder = new SegmentBuilder();
    const wanted: string[] = [];
    const add = (length: number, compression?: Compression): void => {
      const record = payload(length, wanted.length);
      builder.add(record, compression);
      wanted.push(Buffer.from(record).toString('latin1'));
    };
    add(10);
    add(3 * PAGE_BYTES);
    add(5 * PAGE_BYTES);
    add(40_000, 'snappy');
    add(40_000, 'zstd');
    add(PAGE_DATA_BYTES);
    const path = scratchFile(builder.bytes(), '00000000');
    const memory = new SharedArrayBuffer(8 * PAGE_BYTES);
    const window = new Uint8Array(memory, 0, 4 * PAGE_BYTES);
    const scratch = new Uint8Array(memory, 4 * PAGE_BYTES);
    let copied = 0;
    const copyToScratch = (bytes: Uint8Array, offset: number): void => {
      scratch.set(bytes, offset);
      copied += bytes.length;
    };
    const brought = { window, scratch, copyToScratch };
    const reader = new WalReader(new NodeDisk(), [{ index: 0, path }], brought);
    const found: string[] = [];
    const isThere: boolean[] = [];
    while (reader.next()) {
      found.push(Buffer.from(reader.record).toString('latin1'));
      isThere.push(reader.record.buffer === memory);
    }
    expect(found).toEqual(wanted);
    expect(isThere).toEqual([true, true, false, false, false, false]);
    expect(copied).toBeGreaterThanOrEqual(3 * PAGE_BYTES);
    reader.close();
  });
});

describe('files that change while they are read', () => {
  it('a segment that was deleted since it was listed is a disk error; others are still read', () => {
    const path = scratchFile(fragment(FULL, text('there')), '00000001');
    const gone = { index: 0, path: `${scratchFolder()}/00000000` };
    const reader = new WalReader(new NodeDisk(), [gone, { index: 1, path }]);
    expect(() => reader.next()).toThrow(
      expect.objectContaining({ code: 'TSDB_IO', errno: 'ENOENT', path: gone.path }),
    );
    reader.skipSegment();
    expect(reader.next()).toBe(true);
    expect(texts([Buffer.from(reader.record)])).toEqual(['there']);
    reader.close();
  });

  it('a segment that shrinks is damage from where it ends', () => {
    const builder = new SegmentBuilder();
    builder.add(payload(PAGE_DATA_BYTES));
    builder.add(text('gone'));
    const path = scratchFile(builder.bytes(), '00000000');
    const reader = new WalReader(new NodeDisk(), [{ index: 0, path }]);
    expect(reader.next()).toBe(true);
    truncateSync(path, PAGE_BYTES);
    expect(() => reader.next()).toThrow(expect.objectContaining({ path, offset: PAGE_BYTES }));
    reader.close();
  });

  it('a segment that grows is read as far as it went when it was opened', () => {
    const builder = new SegmentBuilder();
    builder.add(text('there'));
    const path = scratchFile(builder.bytes(), '00000000');
    const reader = new WalReader(new NodeDisk(), [{ index: 0, path }]);
    expect(reader.next()).toBe(true);
    builder.add(text('later'));
    writeFileSync(path, builder.bytes());
    expect(reader.next()).toBe(false);
    expect(reader.torn).toBeNull();
  });
});
