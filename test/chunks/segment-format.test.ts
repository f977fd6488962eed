import {
  checkSegmentHeader,
  chunkRef,
  readEntry,
  readEntryLayout,
  refFile,
  refOffset,
  segmentName,
} from '../../chunks/segment-format.js';
import { DecodeError } from '../../model/errors.js';
import { bytesOfHex, hexOfBytes } from '../support/bits.js';
import { segmentsOf } from '../support/segment.js';

/** A segment with one chunk, encoding 1, data 01 02 03. */
const ENTRY = segmentsOf([[{ encoding: 1, data: bytesOfHex('010203') }]]).files[0].subarray(8);

describe('a segment', () => {
  it('begins with its magic and version', () => {
    checkSegmentHeader(bytesOfHex('85bd40dd01000000'));
    for (const [header, reason] of [
      ['85bd40de01000000', 'magic is 85bd40de'],
      ['85bd40dd02000000', 'version is 2'],
      ['85bd40dd010000', 'no whole header'],
    ]) {
      expect(() => checkSegmentHeader(bytesOfHex(header))).toThrow(reason);
    }
  });

  it('is named by its number', () => {
    expect([segmentName(1), segmentName(1234567)]).toEqual(['000001', '1234567']);
  });
});

describe('a chunk reference', () => {
  it('is a file and an offset, beyond 32 bits too', () => {
    const ref = chunkRef(1_000_000, 0xffff_fff0);
    expect([refFile(ref), refOffset(ref)]).toEqual([1_000_000, 0xffff_fff0]);
    expect(chunkRef(0, 8)).toBe(8);
  });
});

describe('an entry', () => {
  it('is length, encoding, data and the checksum of both', () => {
    expect(hexOfBytes(ENTRY)).toBe('03010102030476b01b');
    expect(readEntry(ENTRY)).toEqual({ encoding: 1, data: bytesOfHex('010203') });
  });

  it('with any byte flipped is a decode error', () => {
    for (let at = 0; at < ENTRY.length; at++) {
      for (const bits of [0x01, 0x80, 0xff]) {
        const flipped = ENTRY.slice();
        flipped[at] ^= bits;
        expect(() => readEntry(flipped)).toThrow(DecodeError);
      }
    }
  });

  it('cut off anywhere is a decode error', () => {
    for (let length = 0; length < ENTRY.length; length++) {
      expect(() => readEntry(ENTRY.subarray(0, length))).toThrow(DecodeError);
    }
  });

  it('has a length of at most five bytes that fits into what is left', () => {
    expect(readEntryLayout(bytesOfHex('8001'), 0, 135)).toEqual({
      lengthBytes: 2,
      dataBytes: 128,
      entryBytes: 135,
    });
    expect(() => readEntryLayout(bytesOfHex('8001'), 0, 134)).toThrow('exceeds the 134 bytes left');
    expect(() => readEntryLayout(bytesOfHex('ffffffff7f'), 0, 2 ** 31)).toThrow('34359738367');
    expect(() => readEntryLayout(bytesOfHex('808080808001'), 0, 100)).toThrow('5 bytes');
  });
});
