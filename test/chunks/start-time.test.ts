import fc from 'fast-check';
import { BitReader } from '../../chunks/bit-reader.js';
import { BitWriter } from '../../chunks/bit-writer.js';
import { StartTimeReader, StartTimeWriter } from '../../chunks/start-time.js';

/** The start times of samples at 1000, 2000, … behind a header and a stream. */
function startTimes(header: number, count: number, write: (writer: BitWriter) => void): number[] {
  const writer = new BitWriter();
  write(writer);
  const reader = new BitReader(writer.bytes());
  const start = new StartTimeReader(header);
  return Array.from({ length: count }, (_, i) => {
    start.read(reader, i, 1000 * (i + 1), 1000 * i);
    return start.startTime;
  });
}

/** A varbit of 18 bits. */
function varbit18(writer: BitWriter, value: number): void {
  writer.bits(0b111110, 6);
  writer.bits(value, 18);
}

describe('start times', () => {
  it('are unknown without a header, and take no bits', () => {
    expect(new StartTimeReader(0).present).toBe(false);
    expect(startTimes(0, 3, () => {})).toEqual([0, 0, 0]);
  });

  it('that never change stand in the first sample alone', () => {
    expect(startTimes(0x80, 3, (writer) => writer.varint(400))).toEqual([600, 600, 600]);
  });

  it('from the change on are differences to the time before', () => {
    const changes = startTimes(0x80 | 2, 5, (writer) => {
      writer.varint(-500);
      varbit18(writer, 300); // 2000 - 1700
      varbit18(writer, 1000); // 3000 - (300 + 1000)
      writer.bits(0, 1);
    });
    expect(changes).toEqual([1500, 1500, 1700, 1700, 2700]);
  });

  it('may change at the second sample of a chunk whose first has none', () => {
    expect(startTimes(1, 2, (writer) => varbit18(writer, 999))).toEqual([0, 1]);
  });

  it('beyond ±2^53 are refused', () => {
    const far = (writer: BitWriter): void => writer.varint(Number.MIN_SAFE_INTEGER);
    expect(() => startTimes(0x80, 1, far)).toThrow('start time exceeds ±2^53');
  });
});

describe('written start times', () => {
  function headerOf(starts: readonly number[]): number {
    const start = new StartTimeWriter();
    const writer = new BitWriter();
    starts.forEach((startTime, i) => {
      start.write(writer, i, { time: 1000 * (i + 1), previous: 1000 * i, startTime });
    });
    const read = startTimes(start.header, starts.length, (other) => {
      for (const byte of writer.bytes()) other.bits(byte, 8);
    });
    expect(read).toEqual(starts);
    return start.header;
  }

  it('come back, with the place of the first change in the header', () => {
    expect(headerOf([0, 0, 0])).toBe(0);
    expect(headerOf([5, 5, 5])).toBe(0x80);
    expect(headerOf([5, 6, 6])).toBe(0x81);
    expect(headerOf([0, 0, 7, 8, 0])).toBe(2);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 200 }), (starts) => {
        headerOf(starts);
      }),
    );
  });

  it('are all written from sample 127 on, for want of room in the header', () => {
    const unchanging = (count: number): number[] => new Array<number>(count).fill(3);
    expect(headerOf(unchanging(127))).toBe(0x80);
    expect(headerOf(unchanging(128))).toBe(0xff);
    expect(headerOf([...unchanging(140), 9])).toBe(0xff);
  });
});
