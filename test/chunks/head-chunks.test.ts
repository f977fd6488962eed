/** The head's m-mapped chunks: what is found, what is set aside, and what a reader gets. */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { OUT_OF_ORDER_FLAG } from '../../chunks/head-chunk-entry.js';
import {
  HeadChunkFiles,
  headChunkFileName,
  type HeadChunksOptions,
} from '../../chunks/head-chunks.js';
import type { ByteSource } from '../../disk/byte-source.js';
import { NodeDisk } from '../../disk/node-disk.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import { Columns } from '../../model/columns.js';
import { ClosedError, CorruptionError } from '../../model/errors.js';
import { atOnce } from '../../model/steps.js';
import { bytesOfHex, hexOfBytes } from '../support/bits.js';
import { fixtureData } from '../support/fixtures.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { scratchFolder } from '../support/scratch.js';
import { describeShared } from '../support/shared.js';

const DIR = '/data/chunks_head';
const HEADER = bytesOfHex('0130bc9101000000');
/** Prometheus' golden XOR chunk of (0,1) (15000,1.5) (30000,1.5) (45500,2). */
const XOR_DATA = bytesOfHex('0004003ff00000000000009875d80c81f4c267ff80');
/** Beside its data an entry takes this, with a length of one byte. */
const ENTRY_BYTES = 8 + 8 + 8 + 1 + 1 + 4;

interface EntryFields {
  readonly seriesRef?: number;
  readonly minTime?: number;
  readonly maxTime?: number;
  readonly encoding?: number;
  readonly data?: Uint8Array;
  /** What the entry says of the data's length. */
  readonly length?: number;
}

function entry(fields: EntryFields = {}): Uint8Array {
  const { seriesRef = 7, minTime = 0, maxTime = 45_500, encoding = 1, data = XOR_DATA } = fields;
  const out = new ByteWriter().u64(seriesRef).u64(minTime).u64(maxTime).u8(encoding);
  out.uvarint(fields.length ?? data.length).raw(data);
  return out.u32(crc32c(out.bytes())).bytes().slice();
}

function file(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([HEADER, ...parts]));
}

/** Opens a directory of these files, numbered from 1 unless they have names. */
function open(
  files: readonly Uint8Array[] | Record<string, Uint8Array>,
  options?: HeadChunksOptions,
): HeadChunkFiles {
  const named = Array.isArray(files)
    ? Object.fromEntries(files.map((bytes, i) => [headChunkFileName(i + 1), bytes as Uint8Array]))
    : (files as Record<string, Uint8Array>);
  const paths = Object.entries(named).map(([name, bytes]) => [`${DIR}/${name}`, bytes]);
  return atOnce(HeadChunkFiles.open(new MemoryDisk(Object.fromEntries(paths)), DIR, options));
}

function refs(files: HeadChunkFiles): number[] {
  return files.chunks.map((chunk) => chunk.seriesRef);
}

function messages(files: HeadChunkFiles): string[] {
  return files.problems.map((problem) => `${problem.path}@${problem.offset}: ${problem.message}`);
}

describe('head chunks', () => {
  it('are found with what their entries say, and read', () => {
    const second = entry({ seriesRef: 300, minTime: -5, encoding: 1 | OUT_OF_ORDER_FLAG });
    const files = open([file(entry(), second)]);
    expect(files.problems).toEqual([]);
    expect(files.chunks).toEqual([
      {
        ref: 2 ** 32 + 8,
        seriesRef: 7,
        minTime: 0,
        maxTime: 45_500,
        encoding: 1,
        isOutOfOrder: false,
        sampleCount: 4,
        dataLength: XOR_DATA.length,
      },
      expect.objectContaining({
        ref: 2 ** 32 + 8 + ENTRY_BYTES + XOR_DATA.length,
        seriesRef: 300,
        minTime: -5,
        encoding: 1,
        isOutOfOrder: true,
      }),
    ]);
    expect(files.lastRef).toBe(files.chunks[1].ref);
    const columns = new Columns();
    files.read(files.chunks[0], columns);
    expect([...columns.times.subarray(0, columns.count)]).toEqual([0, 15_000, 30_000, 45_500]);
    expect([...columns.values.subarray(0, columns.count)]).toEqual([1, 1.5, 1.5, 2]);
    expect(hexOfBytes(files.data(files.chunks[1]))).toBe(hexOfBytes(XOR_DATA));
    files.close();
    files.close();
  });

  it('are found in steps, so that the event loop can have turns', () => {
    const entries = Array.from({ length: 9000 }, (_, i) => entry({ seriesRef: i + 1 }));
    const disk = new MemoryDisk({ [`${DIR}/${headChunkFileName(1)}`]: file(...entries) });
    const opening = HeadChunkFiles.open(disk, DIR);
    let steps = 0;
    let step = opening.next();
    for (; step.done !== true; step = opening.next()) steps++;
    expect(step.value.chunks).toHaveLength(9000);
    expect(steps).toBeGreaterThan(5);
  });

  it('let go of their files where the steps are ended', () => {
    const entries = Array.from({ length: 2000 }, (_, i) => entry({ seriesRef: i + 1 }));
    const disk = new MemoryDisk({ [`${DIR}/${headChunkFileName(1)}`]: file(...entries) });
    const opened = jest.spyOn(disk, 'openMutable');
    const opening = HeadChunkFiles.open(disk, DIR);
    opening.next();
    expect(() => opening.throw(new Error('enough'))).toThrow('enough');
    const source = opened.mock.results[0].value as ByteSource;
    expect(() => source.peek(0, 1)).toThrow(ClosedError);
  });

  it('are none where the directory does not exist or is empty', () => {
    expect(open({}).chunks).toEqual([]);
    const files = atOnce(HeadChunkFiles.open(new NodeDisk(), scratchFolder()));
    expect([files.chunks, files.problems, files.lastRef]).toEqual([[], [], 0]);
  });

  it('end at an entry of zeros, whatever is behind it, or at too few zeros for one', () => {
    const junk = new Uint8Array(100).fill(9);
    const files = open([file(entry(), new Uint8Array(24), junk), file(new Uint8Array(33))]);
    expect([refs(files), files.problems]).toEqual([[7], []]);
  });

  it('lie in the files with numbered names only, in the order of the numbers', () => {
    const files = open({
      '999999': file(entry({ seriesRef: 1 })),
      '1000000': file(entry({ seriesRef: 2 })),
      '01000001': file(entry({ seriesRef: 3 })),
      '000001.tmp': Uint8Array.of(1),
      '7': Uint8Array.of(1),
    });
    expect([refs(files), files.problems]).toEqual([[1, 2], []]);
  });

  const unwritten: [string, Uint8Array][] = [
    ['empty', new Uint8Array(0)],
    ['three bytes long', HEADER.subarray(0, 3)],
    ['all zeros', new Uint8Array(131_072)],
  ];
  it.each(unwritten)(
    'are not looked for in a last file that is %s, as after a crash',
    (_, bytes) => {
      const files = open([file(entry()), bytes]);
      expect([refs(files), files.problems]).toEqual([[7], []]);
    },
  );

  it('before minValidTime are passed over when they are in order, and still count as seen', () => {
    const files = open(
      [
        file(
          entry({ seriesRef: 1, maxTime: 99 }),
          entry({ seriesRef: 2, maxTime: 99, encoding: 1 | OUT_OF_ORDER_FLAG }),
          entry({ seriesRef: 3, maxTime: 100 }),
          entry({ seriesRef: 1, minTime: 50, maxTime: 99 }),
        ),
      ],
      { minValidTime: 100 },
    );
    expect([refs(files), files.problems]).toEqual([[2, 3], []]);
    expect(files.lastRef).toBe(2 ** 32 + 8 + 3 * (ENTRY_BYTES + XOR_DATA.length));
  });
});

describe('damage in head chunks', () => {
  const AFTER = entry({ seriesRef: 8 });
  const second = 8 + ENTRY_BYTES + XOR_DATA.length;
  const wrongCrc = entry();
  wrongCrc[30] ^= 1;
  const cases: [string, Uint8Array, number, RegExp][] = [
    ['a wrong checksum', file(entry(), wrongCrc, AFTER), second, /checksum [0-9a-f]{8}, /],
    [
      'a length beyond the file',
      file(entry(), entry({ length: 2 ** 40 })),
      second,
      /exceeds the file/,
    ],
    [
      'a length of 2^60',
      file(
        entry(),
        bytesOfHex(`${'00'.repeat(7)}07${'00'.repeat(16)}01ffffffffffffffff0f${'00'.repeat(20)}`),
      ),
      second + 25,
      /2\^53/,
    ],
    [
      'an entry that is cut off',
      file(entry(), entry().subarray(0, 33)),
      second,
      /33 bytes are left/,
    ],
    ['a ref beyond 2^53', file(entry(), bytesOfHex('ff'.repeat(60))), second, /2\^53/],
    [
      'a range that ends before it begins',
      file(entry(), entry({ seriesRef: 9, minTime: 10, maxTime: 9 })),
      second,
      /from 10 to 9/,
    ],
    [
      'data too short for a count',
      file(entry(), entry({ seriesRef: 9, data: Uint8Array.of(1), length: 1 }), AFTER),
      second,
      /chunk|count|bytes/,
    ],
  ];
  it.each(cases)('%s ends the scan: what is before it is kept', (_, bytes, offset, message) => {
    const files = open([bytes, file(entry({ seriesRef: 5 }))]);
    expect(refs(files)).toEqual([7]);
    expect(files.problems).toEqual([
      {
        path: `${DIR}/000001`,
        offset,
        code: 'TSDB_CORRUPT',
        message: expect.stringMatching(message) as string,
      },
    ]);
    expect(files.problems[0].message).toContain('the 1 behind it is left out');
  });

  const headers: [string, Uint8Array, RegExp][] = [
    ['a wrong magic', bytesOfHex('85bd40dd01000000'), /magic 85bd40dd/],
    ['an unknown version', bytesOfHex('0130bc9102000000'), /unknown head chunk version 2/],
    ['half a header', HEADER.subarray(0, 6), /6 bytes are no head chunk file header/],
    ['no header, before the last file', new Uint8Array(0), /0 bytes/],
  ];
  it.each(headers)('%s sets the file and those behind it aside', (_, bytes, message) => {
    const files = open([file(entry()), bytes, file(AFTER)]);
    expect(refs(files)).toEqual([7]);
    expect(messages(files)).toEqual([expect.stringMatching(message)]);
  });

  it('a missing file sets those behind it aside', () => {
    const files = open({ '000001': file(entry()), '000003': file(AFTER) });
    expect(refs(files)).toEqual([7]);
    expect(messages(files)).toEqual([
      expect.stringContaining(`${DIR}/000003@0: the file before it is missing`),
    ]);
  });

  it('an unknown encoding leaves its chunks out and keeps the others', () => {
    const unknown = entry({ encoding: 0x7f });
    const files = open([file(entry(), unknown, unknown, AFTER)]);
    expect(refs(files)).toEqual([7, 8]);
    expect(messages(files)).toEqual([expect.stringContaining('2 chunks of unknown encodings')]);
    expect(files.problems[0].offset).toBe(second);
  });

  it('a chunk that does not follow the one before of its series discredits all', () => {
    const overlapping = entry({ minTime: 45_500, maxTime: 50_000 });
    const files = open([file(entry(), AFTER), file(overlapping, entry({ seriesRef: 9 }))]);
    expect([refs(files), files.lastRef]).toEqual([[], 0]);
    expect(messages(files)).toEqual([expect.stringContaining('all head chunks are left out')]);
  });

  it('out of order, chunks may overlap', () => {
    const late = entry({ encoding: 1 | OUT_OF_ORDER_FLAG });
    const next = entry({ minTime: 45_501, maxTime: 45_501 });
    const files = open([file(entry(), late, late, next)]);
    expect([files.chunks.length, files.problems]).toEqual([4, []]);
  });

  it('that comes after the scan is an error of the read', () => {
    const bytes = file(entry());
    const files = open([bytes]);
    const read = (): void => files.read(files.chunks[0], new Columns());
    bytes[40] ^= 1;
    expect(read).toThrow(CorruptionError);
    expect(read).toThrow(/000001: corrupt at byte 8: chunk checksum/);
    bytes.fill(0, 8);
    expect(read).toThrow(/the chunk has changed/);
  });

  it('in a chunk whose checksum holds is an error of the read', () => {
    const files = open([file(entry({ data: XOR_DATA.subarray(0, 12) }))]);
    expect(() => files.read(files.chunks[0], new Columns())).toThrow(CorruptionError);
  });
});

describe('every truncation and every flipped byte of head chunks', () => {
  const parts = [
    entry({ seriesRef: 1 }),
    entry({ seriesRef: 2, encoding: 1 | OUT_OF_ORDER_FLAG }),
    entry({ seriesRef: 3 }),
  ];
  const whole = file(...parts, new Uint8Array(60));
  const ends = parts.map(
    (_, i) => 8 + parts.slice(0, i + 1).reduce((sum, part) => sum + part.length, 0),
  );

  /** Checks that what is found is what was written, and returns how much that is. */
  function countOf(files: HeadChunkFiles): number {
    files.chunks.forEach((chunk, i) => {
      expect(chunk.seriesRef).toBe(i + 1);
      expect(hexOfBytes(files.data(chunk))).toBe(hexOfBytes(XOR_DATA));
    });
    return files.chunks.length;
  }

  // The file that is damaged is not the last one: that may be cut off anywhere, see below.
  it('a cut loses what is behind it, and says so unless it is between entries', () => {
    for (let length = 0; length <= whole.length; length++) {
      const files = open([whole.subarray(0, length), file()]);
      expect(countOf(files)).toBe(ends.filter((end) => end <= length).length);
      // The zeros that a ref begins with are like the zeros at the end of a file.
      const isBetween = [8, ...ends].some((end) => length >= end && length <= end + 7);
      const isClean = isBetween || length > ends[2];
      expect([length, files.problems.length]).toEqual([length, isClean ? 0 : 1]);
    }
  });

  it('a flip loses the rest of the file, and says so', () => {
    for (let offset = 0; offset < ends[2]; offset++) {
      for (const mask of [1, 128, 255]) {
        const bytes = Uint8Array.from(whole);
        bytes[offset] ^= mask;
        const files = open([bytes, file()]);
        // The three bytes behind the version are padding that nobody looks at.
        const isPadding = offset >= 5 && offset < 8;
        const kept = offset < 5 ? 0 : ends.filter((end) => end <= offset).length;
        expect([offset, countOf(files)]).toEqual([offset, isPadding ? 3 : kept]);
        expect([offset, files.problems.length]).toEqual([offset, isPadding ? 0 : 1]);
      }
    }
  });
});

describe('files of a running Prometheus', () => {
  it('end within an entry while a buffer is half written, which is no damage', () => {
    const [first, second] = [entry({ seriesRef: 1 }), entry({ seriesRef: 2 })];
    const whole = file(first, second);
    for (let length = whole.length - second.length; length < whole.length; length++) {
      for (const zeros of [0, 20, 70_000]) {
        const bytes = new Uint8Array(Math.max(length, zeros === 0 ? 0 : whole.length) + zeros);
        bytes.set(whole.subarray(0, length));
        const files = open([bytes]);
        expect([length, zeros, refs(files), files.problems]).toEqual([length, zeros, [1], []]);
      }
    }
  });

  it('are damaged where something stands behind what is wrong, or a length is absurd', () => {
    const bytes = Uint8Array.from(file(entry({ seriesRef: 1 }), entry({ seriesRef: 2 })));
    bytes[8 + 30] ^= 1;
    expect(open([bytes]).problems).toHaveLength(1);
    const absurd = Uint8Array.from(file(entry({ seriesRef: 1 })));
    absurd.set([0xff, 0xff, 0xff, 0x0f], 8 + 25);
    expect(open([absurd]).problems).toHaveLength(1);
  });

  it('can be read after they were deleted', () => {
    const dir = `${scratchFolder()}/chunks_head`;
    mkdirSync(dir);
    writeFileSync(`${dir}/000001`, file(entry()));
    const files = atOnce(HeadChunkFiles.open(new NodeDisk(), dir));
    rmSync(dir, { recursive: true });
    const columns = new Columns();
    files.read(files.chunks[0], columns);
    expect(columns.count).toBe(4);
    files.close();
  });

  it('may go between being listed and being opened', () => {
    class VanishingDisk extends MemoryDisk {
      override openMutable(path: string) {
        if (path.endsWith('000001')) this.files.delete(path);
        return super.openMutable(path);
      }
    }
    const disk = new VanishingDisk({
      [`${DIR}/000001`]: file(entry()),
      [`${DIR}/000002`]: file(entry({ seriesRef: 8 })),
    });
    const files = atOnce(HeadChunkFiles.open(disk, DIR));
    expect([refs(files), files.problems]).toEqual([[8], []]);
  });
});

/**
 * Fixture, chunks, out-of-order ones among them, samples, and the head of a SHA-256 over all entries
 * as text: what a small Go program on Prometheus 3.14's ChunkDiskMapper printed.
 */
const GOLDENS: readonly [string, number, number, number, string][] = [
  ['deleted-3.14', 0, 0, 0, 'e3b0c44298fc1c14'],
  ['live-3.14-running', 2072, 70, 64_176, '0fb57f28e1e0dd5f'],
  ['live-running', 6, 6, 102, '1cc5a6271c0fe574'],
  ['small-running', 0, 0, 0, 'e3b0c44298fc1c14'],
  ['small-stopped', 6, 6, 156, 'a1379765bd509726'],
  ['st-3.14-stopped', 3979, 94, 117_597, 'a643dc05bbad5843'],
];

describeShared("real head chunks are those that Prometheus' own reader finds", () => {
  it.each(GOLDENS)('%s', (fixture, chunks, outOfOrder, samples, entries) => {
    const files = atOnce(
      HeadChunkFiles.open(new NodeDisk(), `${fixtureData(fixture)}/chunks_head`),
    );
    expect(files.problems).toEqual([]);
    const hash = createHash('sha256');
    const columns = new Columns();
    const wrong: number[] = [];
    let count = 0;
    for (const chunk of files.chunks) {
      columns.clear();
      files.read(chunk, columns);
      const last = columns.times[columns.count - 1];
      const isAsSaid = columns.times[0] === chunk.minTime && last === chunk.maxTime;
      if (!isAsSaid || columns.count !== chunk.sampleCount) wrong.push(chunk.ref);
      count += columns.count;
      const { seriesRef, ref, minTime, maxTime, encoding, isOutOfOrder, sampleCount } = chunk;
      const fields = [seriesRef, ref, minTime, maxTime, encoding, isOutOfOrder, sampleCount];
      hash.update(`${fields.join(' ')}\n`);
    }
    expect(wrong).toEqual([]);
    expect(files.chunks.length).toBe(chunks);
    expect(files.chunks.filter((chunk) => chunk.isOutOfOrder).length).toBe(outOfOrder);
    expect(count).toBe(samples);
    expect(hash.digest('hex').slice(0, 16)).toBe(entries);
    files.close();
  });
});
