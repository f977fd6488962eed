/**
 * The index file's frame: header, table of contents, and the numbers of the format.
 *
 *     header    magic BA AA D7 00 | version <1b>
 *     SYMBOLS   len <4b> | count <4b> | count × (len <uvarint> | bytes) | crc32c <4b>
 *     SERIES    each: pad to 16 | len <uvarint> | body | crc32c(body) <4b>          series-entry.ts
 *     POSTINGS  each: pad to 4 | len <4b> | count <4b> | count × id <4b> | crc32c <4b>
 *     OFFSETS   len <4b> | count <4b> | count × entry | crc32c <4b>                 offset-table.ts
 *     TOC       6 × offset <8b> | crc32c <4b>                                       52 bytes at the end
 *
 * Checksums cover what follows the length. Files by Prometheus 3.6 and older also hold sections of
 * label indices, which nothing reads. See docs/format/index.md.
 */
import { ByteReader } from '../encoding/byte-reader.js';
import { ByteWriter } from '../encoding/byte-writer.js';
import { crc32c } from '../encoding/crc32c.js';
import { DecodeError } from '../model/errors.js';

export const INDEX_MAGIC = 0xbaaad700;
export const HEADER_BYTES = 5;
export const CRC_BYTES = 4;
export const TOC_BYTES = 6 * 8 + CRC_BYTES;
/** Series entries begin at multiples of this; their ids count in it. */
export const SERIES_ALIGN = 16;
export const POSTINGS_ALIGN = 4;
/** Of symbols and of a label's values, every so many-th has its place kept in memory. */
export const SAMPLE_EVERY = 32;
/** The name and the value under which the postings of all series are kept. */
export const ALL_POSTINGS = '';

/**
 * In version 1, symbols are referred to by byte offset, series by unaligned byte offset, and the
 * offset table is not sorted. Version 3 is version 2 under another number.
 */
export type IndexVersion = 1 | 2 | 3;

/** Where sections begin; 0: there is none. Series and postings may begin with padding. */
export interface Toc {
  readonly symbols: number;
  readonly series: number;
  readonly labelIndices: number;
  readonly labelOffsetTable: number;
  readonly postings: number;
  readonly postingsOffsetTable: number;
}

/** Checks the header's five bytes. */
export function decodeHeader(bytes: Uint8Array): IndexVersion {
  const reader = new ByteReader(bytes);
  const magic = reader.u32();
  if (magic !== INDEX_MAGIC) {
    throw new DecodeError(`index magic is ${hex(magic)}, not ${hex(INDEX_MAGIC)}`, 0);
  }
  const version = reader.u8();
  if (version !== 1 && version !== 2 && version !== 3) {
    throw new DecodeError(`unknown index version ${version}`, 4);
  }
  return version;
}

/** Decodes the last 52 bytes of a file of `fileSize` bytes. */
export function decodeToc(bytes: Uint8Array, fileSize: number): Toc {
  const reader = new ByteReader(bytes, TOC_BYTES - CRC_BYTES);
  if (reader.u32() !== crc32c(bytes.subarray(0, TOC_BYTES - CRC_BYTES))) {
    throw new DecodeError('checksum of the table of contents does not match', 0);
  }
  reader.offset = 0;
  const limit = fileSize - TOC_BYTES;
  const field = (name: string): number => {
    const at = reader.offset;
    const offset = reader.u64();
    if (offset > limit || (offset < HEADER_BYTES && offset !== 0)) {
      throw new DecodeError(`${name} at ${offset} lie outside the file of ${fileSize} bytes`, at);
    }
    return offset;
  };
  return {
    symbols: field('symbols'),
    series: field('series'),
    labelIndices: field('label indices'),
    labelOffsetTable: field('label offsets'),
    postings: field('postings'),
    postingsOffsetTable: field('postings offsets'),
  };
}

export function encodeToc(toc: Toc): Uint8Array {
  const writer = new ByteWriter(TOC_BYTES);
  writer.u64(toc.symbols).u64(toc.series).u64(toc.labelIndices).u64(toc.labelOffsetTable);
  writer.u64(toc.postings).u64(toc.postingsOffsetTable);
  return writer.u32(crc32c(writer.bytes())).bytes();
}

/** Where the series end: at the section that follows them, whichever that is. */
export function endOfSeries(toc: Toc, fileSize: number): number {
  const { labelIndices, labelOffsetTable, postings, postingsOffsetTable } = toc;
  const following = [labelIndices, labelOffsetTable, postings, postingsOffsetTable].filter(
    (offset) => offset >= toc.series && offset > 0,
  );
  return Math.min(fileSize - TOC_BYTES, ...following);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
