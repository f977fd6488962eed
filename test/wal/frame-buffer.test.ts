/** The framing of records: the bytes of Prometheus' writer, and its rule for new segments. */
import fc from 'fast-check';
import { snappyCompress } from '../../encoding/snappy.js';
import {
  COMPRESSION_SNAPPY,
  FRAGMENT_HEADER_BYTES,
  PAGE_BYTES,
  RECORD_BYTES_MAX,
} from '../../wal/format.js';
import { FrameBuffer } from '../../wal/frame-buffer.js';
import { logDisk, readLog, SegmentBuilder } from '../support/wal-builder.js';

const PAGE_ROOM = PAGE_BYTES - FRAGMENT_HEADER_BYTES;
const SNAPPY = { flag: COMPRESSION_SNAPPY, compress: snappyCompress };

/** The parts that these records of so many bytes become, by their lengths. */
function lengths(pages: number, position: number, ...records: number[]): number[] {
  const frames = new FrameBuffer(pages * PAGE_BYTES, null);
  frames.begin(position);
  for (const length of records) frames.add(new Uint8Array(length));
  return frames.parts().map((part) => part.length);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function noise(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * i * 31 + seed * 17 + (i >> 3)) & 255);
}

describe('frames', () => {
  it('are known bytes', () => {
    const frames = new FrameBuffer(PAGE_BYTES, null);
    frames.begin(0);
    frames.add(Buffer.from('123456789'));
    frames.add(new Uint8Array(0));
    const [bytes] = frames.parts();
    // The checksum of 123456789 is CRC-32C's own check value.
    expect(Buffer.from(bytes).toString('hex')).toBe(
      `010009e3069283${Buffer.from('123456789').toString('hex')}01000000000000`,
    );
  });

  it('are those of another writer, wherever records end', () => {
    for (let spare = 0; spare <= 16; spare++) {
      const records = [
        noise(PAGE_ROOM - spare, 1),
        noise(40, 2),
        noise(3 * PAGE_BYTES, 3),
        noise(0, 4),
      ];
      const frames = new FrameBuffer(100 * PAGE_BYTES, null);
      const other = new SegmentBuilder();
      frames.begin(0);
      for (const record of records) {
        frames.add(record);
        other.add(record);
      }
      expect(frames.parts()).toHaveLength(1);
      expect(Buffer.compare(frames.parts()[0], other.bytes())).toBe(0);
    }
  });

  it('go on where the segment stands', () => {
    const record = noise(PAGE_BYTES, 1);
    const whole = new SegmentBuilder();
    whole.add(record);
    const begun = whole.bytes().length;
    whole.add(record);
    const frames = new FrameBuffer(100 * PAGE_BYTES, null);
    frames.begin(begun);
    frames.add(record);
    expect(Buffer.compare(frames.parts()[0], whole.bytes().subarray(begun))).toBe(0);
  });

  it('fill a page up that has less room than a header takes', () => {
    for (let spare = 1; spare < FRAGMENT_HEADER_BYTES; spare++) {
      expect(lengths(2, 0, PAGE_ROOM - spare)).toEqual([PAGE_BYTES]);
    }
    expect(lengths(2, 0, PAGE_ROOM - FRAGMENT_HEADER_BYTES)).toEqual([PAGE_BYTES - 7]);
  });

  it('compress a record where that makes it smaller, and flag each fragment', () => {
    const frames = new FrameBuffer(100 * PAGE_BYTES, SNAPPY);
    const even = Buffer.alloc(2_000_000, 'even ');
    const other = new SegmentBuilder();
    frames.begin(0);
    for (const record of [even, noise(3, 1), noise(0, 1)]) frames.add(record);
    other.add(even, 'snappy');
    other.add(noise(3, 1));
    other.add(noise(0, 1));
    expect(Buffer.compare(frames.parts()[0], other.bytes())).toBe(0);
  });

  it('are dropped when the next group begins', () => {
    const frames = new FrameBuffer(PAGE_BYTES, null);
    frames.begin(0);
    expect(frames.byteLength).toBe(0);
    frames.add(new Uint8Array(8 * 1024 * 1024));
    expect(frames.byteLength).toBeGreaterThan(0);
    frames.begin(0);
    expect(frames.byteLength).toBe(0);
    expect(frames.parts().map((part) => part.length)).toEqual([0]);
  });

  it('are refused where a reader would refuse them, and for segments of no pages', () => {
    const frames = new FrameBuffer(PAGE_BYTES, null);
    frames.begin(0);
    const tooLarge = { length: RECORD_BYTES_MAX + 1 } as Uint8Array;
    expect(() => frames.add(tooLarge)).toThrow('a record is no larger than readers take');
    expect(() => new FrameBuffer(1000, null)).toThrow('a segment consists of pages');
    expect(() => new FrameBuffer(0, null)).toThrow('a segment consists of pages');
  });
});

describe('a new segment', () => {
  it('begins for the first record that does not fit', () => {
    expect(lengths(1, 0, PAGE_ROOM)).toEqual([PAGE_BYTES]);
    expect(lengths(1, 0, 100, PAGE_ROOM - 107)).toEqual([PAGE_BYTES]);
    expect(lengths(1, 0, 100, PAGE_ROOM - 106)).toEqual([PAGE_BYTES, PAGE_ROOM - 99]);
    expect(lengths(2, 0, 100, 2 * PAGE_ROOM - 107)).toEqual([2 * PAGE_BYTES]);
    expect(lengths(2, 0, 100, 2 * PAGE_ROOM - 106)[0]).toBe(PAGE_BYTES);
  });

  it('begins on a full one but for a record without bytes', () => {
    expect(lengths(2, 2 * PAGE_BYTES, 1)).toEqual([0, 8]);
    expect(lengths(2, 2 * PAGE_BYTES, 0)).toEqual([7]);
  });

  it('begins for a record that no segment has room for, and takes it whole', () => {
    const size = 2 * PAGE_BYTES + 3 * FRAGMENT_HEADER_BYTES;
    expect(lengths(1, 0, 2 * PAGE_BYTES)).toEqual([0, size]);
    expect(lengths(1, 0, 5, 2 * PAGE_BYTES, 6)).toEqual([PAGE_BYTES, 3 * PAGE_BYTES, 13]);
  });
});

describe('random records in segments of a random size', () => {
  it('are read as they were written', () => {
    const record = fc.oneof(
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: PAGE_ROOM - 20, max: PAGE_ROOM + 20 }),
      fc.integer({ min: 0, max: 5 * PAGE_BYTES }),
    );
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        (sizes, pages, isCompressed) => {
          const records = sizes.map((length, i) =>
            i % 2 === 0 ? noise(length, i) : new Uint8Array(length).fill(i),
          );
          const frames = new FrameBuffer(pages * PAGE_BYTES, isCompressed ? SNAPPY : null);
          frames.begin(0);
          for (const one of records) frames.add(one);
          const log = readLog(logDisk(...frames.parts().map((part) => part.slice())));
          expect(log.damage).toEqual([]);
          expect(log.torn).toBeNull();
          // Byte by byte `toEqual` takes half a minute.
          expect(log.records.map(text)).toEqual(records.map(text));
        },
      ),
      { numRuns: 60 },
    );
  });
});
