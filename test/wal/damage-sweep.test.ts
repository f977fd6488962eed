/**
 * Every truncation and every flipped byte of a small log of two segments: a record comes out as it
 * went in, or it is missing and that is reported. Nothing hangs, nothing else is thrown.
 */
import { FRAGMENT_HEADER_BYTES, PAGE_BYTES } from '../../wal/format.js';
import { type LogReading, logDisk, readLog, SegmentBuilder } from '../support/wal-builder.js';

interface Place {
  readonly segment: number;
  readonly start: number;
  readonly end: number;
  readonly record: Buffer;
}

/** Two segments, and where in them each record lies. */
interface Log {
  readonly segments: readonly [Buffer, Buffer];
  readonly places: readonly Place[];
}

/** A log of records of a few bytes, one of them empty, one in snappy, one in zstd. */
function smallLog(): Log {
  return build(
    [bytes(9, 1), bytes(0, 2), Buffer.alloc(60, 7), bytes(3, 4)],
    [bytes(20, 5), bytes(11, 6)],
  );
}

/** A log with a record that goes over a page's end. */
function largeLog(): Log {
  const filler = PAGE_BYTES - FRAGMENT_HEADER_BYTES - 54;
  return build([bytes(filler, 1), bytes(100, 2), bytes(8, 3)], [bytes(5, 4)]);
}

function bytes(length: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => 1 + ((i * 31 + seed * 17) % 255)));
}

function build(...records: [Buffer[], Buffer[]]): Log {
  const places: Place[] = [];
  const segments = records.map((ofSegment, segment) => {
    const builder = new SegmentBuilder();
    ofSegment.forEach((record, i) => {
      // The third of a segment repeats itself, and is compressed.
      const start = builder.add(record, i === 2 ? 'snappy' : i === 3 ? 'zstd' : 'none');
      places.push({ segment, start, end: builder.bytes().length, record });
    });
    return Buffer.from(builder.bytes());
  });
  return { segments: [segments[0], segments[1]], places };
}

function isSame(records: readonly Buffer[], places: readonly Place[]): boolean {
  return (
    records.length === places.length && records.every((one, i) => one.equals(places[i].record))
  );
}

/** Whether `records` are some of those of `places`, in order. */
function isPart(records: readonly Buffer[], places: readonly Place[]): boolean {
  let found = 0;
  for (const { record } of places) {
    if (found < records.length && records[found].equals(record)) found++;
  }
  return found === records.length;
}

function isReported(log: LogReading): boolean {
  return log.damage.length > 0 || log.torn !== null;
}

/** What is wrong with the reading of a log that was cut off; empty if nothing. */
function checkTruncated(log: Log, segment: 0 | 1, length: number): string {
  const segments = [...log.segments];
  segments[segment] = segments[segment].subarray(0, length);
  const reading = readLog(logDisk(...segments));
  const kept = log.places.filter((place) => place.segment !== segment || place.end <= length);
  const cut = log.places.find(
    (place) => place.segment === segment && place.start < length && length < place.end,
  );
  if (!isSame(reading.records, kept)) return 'other records than those before the cut';
  const isTorn = cut !== undefined && segment === 1;
  const isDamaged = cut !== undefined && segment === 0;
  if ((reading.torn !== null) !== isTorn) return 'torn tail misjudged';
  if (reading.damage.length > 0 !== isDamaged) return 'damage misjudged';
  const offset = reading.torn?.offset ?? reading.damage[0]?.offset;
  return offset === cut?.start ? '' : `reported at ${offset}`;
}

/** What is wrong with the reading of a log in which a byte is another one; empty if nothing. */
function checkFlipped(log: Log, segment: 0 | 1, offset: number, mask: number): string {
  const segments = [...log.segments];
  const flipped = Buffer.from(segments[segment]);
  flipped[offset] ^= mask;
  segments[segment] = flipped;
  const reading = readLog(logDisk(...segments));
  if (!isPart(reading.records, log.places)) return 'an altered record';
  const isWhole = reading.records.length === log.places.length;
  if (!isWhole && !isReported(reading)) return 'a record lost in silence';
  const untouched = log.places.filter((place) => place.segment !== segment || place.end <= offset);
  return reading.records.length >= untouched.length
    ? ''
    : 'more was lost than the rest of a segment';
}

/** The compression bits of a record's only fragment are under no checksum: nobody can tell. */
function isUnchecked(log: Log, segment: number, offset: number, mask: number): boolean {
  return (
    (mask === 0x08 || mask === 0x10) &&
    log.places.some((p) => p.segment === segment && p.start === offset)
  );
}

describe('a small log', () => {
  const log = smallLog();

  it('loses by each truncation what was cut, and says so', () => {
    const wrong: string[] = [];
    for (const segment of [0, 1] as const) {
      for (let length = 0; length <= log.segments[segment].length; length++) {
        const finding = checkTruncated(log, segment, length);
        if (finding !== '') wrong.push(`segment ${segment} at ${length}: ${finding}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('delivers, after each flip of a bit or a byte, no record altered and loses none in silence', () => {
    const wrong: string[] = [];
    let flips = 0;
    for (const segment of [0, 1] as const) {
      for (let offset = 0; offset < log.segments[segment].length; offset++) {
        for (const mask of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
          if (isUnchecked(log, segment, offset, mask)) continue;
          const finding = checkFlipped(log, segment, offset, mask);
          if (finding !== '') wrong.push(`segment ${segment} at ${offset} ^ ${mask}: ${finding}`);
          flips++;
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(flips).toBe(888);
  });

  it('never throws anything but damage when a compression bit is wrong', () => {
    for (const { segment, start } of log.places) {
      for (const mask of [0x08, 0x10, 0x18]) {
        const segments = log.segments.map((one) => Buffer.from(one));
        segments[segment][start] ^= mask;
        expect(readLog(logDisk(...segments)).records.length).toBeLessThanOrEqual(log.places.length);
      }
    }
  });
});

describe('a log with a record over two pages', () => {
  const log = largeLog();
  const { length } = log.segments[0];
  /** Around the record and the page's end each byte, else a sample of them. */
  const offsets = Array.from({ length }, (_, i) => i).filter(
    (offset) => offset > PAGE_BYTES - 120 || offset < 20 || offset % 97 === 0,
  );

  it('loses by truncations what was cut, and says so', () => {
    const findings = offsets.map((offset) => checkTruncated(log, 0, offset));
    expect(findings.filter((finding) => finding !== '')).toEqual([]);
  });

  it('delivers, after flips of a bit or a byte, no record altered and loses none in silence', () => {
    const wrong: string[] = [];
    for (const offset of offsets) {
      for (const mask of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        if (isUnchecked(log, 0, offset, mask)) continue;
        const finding = checkFlipped(log, 0, offset, mask);
        if (finding !== '') wrong.push(`at ${offset} ^ ${mask}: ${finding}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
