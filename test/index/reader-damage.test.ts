/** What a damaged index comes to: a named error at a place in the file, or the same answers. */
import { MemorySource } from '../../disk/byte-source.js';
import { crc32c } from '../../encoding/crc32c.js';
import { decodeToc, encodeToc, type Toc, TOC_BYTES } from '../../index/format.js';
import { expand } from '../../index/postings.js';
import { ChunkMetas, IndexReader } from '../../index/reader.js';
import { SeriesEntries } from '../../kernel/series-entries.js';
import { CorruptionError } from '../../model/errors.js';
import { matcher } from '../../model/matcher.js';
import { buildIndex, openBytes } from '../support/index-builder.js';
import { idsOf } from '../support/moving.js';
import { atOnce } from '../../model/steps.js';

const INDEX = buildIndex([
  {
    labels: { __name__: 'up', job: 'a' },
    chunks: [
      [-5, 10, 8],
      [11, 20, 300],
    ],
  },
  { labels: { __name__: 'up', job: 'bé' }, chunks: [[0, 1000, 400]] },
  { labels: { job: 'c', long: 'x'.repeat(130) }, chunks: [[7, 7, 2 ** 32 + 8]] },
]);

const ENTRIES = new SeriesEntries();

/** Everything that an index can be asked, as one text. */
function walk(bytes: Uint8Array): string {
  const reader = openBytes(bytes);
  const answers: unknown[] = [[...reader.symbols()], reader.labelNames()];
  const chunks = new ChunkMetas();
  reader.forEachPostings((name, value, offset) => {
    answers.push([name, value, expand(reader.postingsAt(offset))]);
  });
  for (const id of expand(reader.allPostings())) {
    answers.push(String(reader.series(id, chunks)));
    for (let i = 0; i < chunks.count; i++) {
      answers.push([chunks.minTimes[i], chunks.maxTimes[i], chunks.refs[i]]);
    }
  }
  const ids = expand(reader.allPostings());
  const all = { minTime: -Infinity, maxTime: Infinity };
  for (let from = 0; from < ids.length;) {
    const read = reader.readSome(ids, { from, to: ids.length }, all, ENTRIES);
    answers.push([...ENTRIES.refs.subarray(0, ENTRIES.chunkEnds[read - 1])]);
    from += read;
  }
  answers.push(reader.labelValues('job', [matcher('__name__', '=~', 'u.')]));
  answers.push(idsOf(reader.select([matcher('job', '!=', 'a')])));
  return JSON.stringify(answers);
}

const WHOLE = walk(INDEX);

function corruption(bytes: Uint8Array): CorruptionError | null {
  try {
    return walk(bytes) === WHOLE ? null : new CorruptionError('wrong answer', -1, 'wrong answer');
  } catch (error) {
    if (error instanceof CorruptionError) return error;
    throw error;
  }
}

/** Changes bytes in place and mends nothing. */
function changed(at: number, ...bytes: number[]): Uint8Array {
  const copy = INDEX.slice();
  copy.set(bytes, at);
  return copy;
}

const TOC = decodeToc(INDEX.slice(-TOC_BYTES), INDEX.length);

function withToc(change: Partial<Toc>): Uint8Array {
  const copy = INDEX.slice();
  copy.set(encodeToc({ ...TOC, ...change }), copy.length - TOC_BYTES);
  return copy;
}

describe('a damaged index', () => {
  it('that is cut off anywhere is refused when it is opened', () => {
    for (let length = 0; length < INDEX.length; length++) {
      expect(() => openBytes(INDEX.slice(0, length))).toThrow(CorruptionError);
    }
  });

  it('with any bit flipped gives an error or the same answers', () => {
    const harmless = new Set<number>();
    for (let bit = 0; bit < 8 * INDEX.length; bit++) {
      const at = bit >> 3;
      const error = corruption(changed(at, INDEX[at] ^ (1 << (bit & 7))));
      if (error === null) harmless.add(at);
      else {
        expect(error.path).toBe('index');
        expect(error.offset).toBeGreaterThanOrEqual(0);
        expect(error.offset).toBeLessThanOrEqual(INDEX.length);
      }
    }
    // Only what says nothing may change: version 3 for 2, and padding.
    expect([...harmless].sort((a, b) => a - b)).toEqual([4, ...paddingOf(INDEX)]);
  });

  it('with any byte turned over gives an error or the same answers', () => {
    const harmless: number[] = [];
    for (let at = 0; at < INDEX.length; at++) {
      if (corruption(changed(at, INDEX[at] ^ 0xff)) === null) harmless.push(at);
    }
    expect(harmless).toEqual(paddingOf(INDEX));
  });

  it('that says it is a version 1 is not taken for one', () => {
    expect(corruption(changed(4, 1))).toBeInstanceOf(CorruptionError);
  });

  it('whose sections lie outside the file, in each other or nowhere is refused', () => {
    const offsets = [0, 1, 4, INDEX.length - TOC_BYTES, INDEX.length, 2 ** 40, 2 ** 53 - 1];
    for (const offset of offsets) {
      for (const section of ['symbols', 'postingsOffsetTable'] as const) {
        expect(corruption(withToc({ [section]: offset }))).toBeInstanceOf(CorruptionError);
      }
    }
    expect(corruption(withToc({ series: INDEX.length - TOC_BYTES }))).toBeInstanceOf(
      CorruptionError,
    );
    expect(corruption(withToc({ postings: TOC.series, labelIndices: TOC.series }))).toBeInstanceOf(
      CorruptionError,
    );
  });

  it('whose counts exceed their sections is refused before anything is reserved', () => {
    const huge = [0xff, 0xff, 0xff, 0xff];
    const { symbols, postingsOffsetTable, postings } = TOC;
    const list = Math.ceil(postings / 4) * 4;
    for (const at of [
      symbols,
      symbols + 4,
      postingsOffsetTable,
      postingsOffsetTable + 4,
      list,
      list + 4,
    ]) {
      expect(corruption(changed(at, ...huge))).toBeInstanceOf(CorruptionError);
    }
    for (const [start, length] of [
      [symbols, 4],
      [postingsOffsetTable, 4],
    ]) {
      // With a checksum that is right: the count itself is what is wrong.
      const bytes = changed(start + length, 0xff, 0xff, 0xff, 0xf0);
      const data = new DataView(bytes.buffer);
      const end = start + 4 + data.getUint32(start);
      data.setUint32(end, crc32c(bytes.subarray(start + 4, end)));
      expect(corruption(bytes)?.message).toMatch(/do not fit in/);
    }
  });

  it('with series ids that lead nowhere is refused', () => {
    const reader = openBytes(INDEX);
    for (const id of [0, 1, 5, 0.5, -1, NaN, 2 ** 32, INDEX.length]) {
      expect(() => reader.series(id, null)).toThrow(CorruptionError);
    }
  });

  it('with a series entry longer than its section is refused', () => {
    const [id] = expand(openBytes(INDEX).allPostings());
    for (const length of [[0x7f], [0xff, 0xff, 0xff, 0xff, 0x0f], Array(10).fill(0xff)]) {
      const reader = openBytes(changed(16 * id, ...(length as number[])));
      expect(() => reader.series(id, null)).toThrow(
        expect.objectContaining({ code: 'TSDB_CORRUPT', path: 'index', offset: 16 * id }),
      );
    }
  });

  it('with a damaged table of lists has no series to walk, whichever byte it is', () => {
    const start = TOC.postingsOffsetTable;
    const data = new DataView(INDEX.buffer, INDEX.byteOffset);
    const end = start + 4 + data.getUint32(start) + 4;
    expect(expand(atOnce(openBytes(INDEX).everySeries()))).toEqual(
      expand(openBytes(INDEX).allPostings()),
    );
    for (let at = start; at < end; at++) {
      const reader = openBytes(changed(at, INDEX[at] ^ 4));
      expect(() => atOnce(reader.everySeries())).toThrow(CorruptionError);
    }
  });

  it('closes the source that it could not open', () => {
    const source = new MemorySource(new Uint8Array(10), 'short');
    expect(() => IndexReader.open(source)).toThrow(
      expect.objectContaining({ code: 'TSDB_CORRUPT', path: 'short' }),
    );
    expect(() => source.peek(0, 1)).toThrow(expect.objectContaining({ code: 'TSDB_CLOSED' }));
  });
});

describe('an index that was closed', () => {
  it('refuses every call', () => {
    const reader = openBytes(INDEX);
    const [id] = expand(reader.allPostings());
    reader.close();
    reader.close();
    const closed = expect.objectContaining({ code: 'TSDB_CLOSED' });
    expect(() => reader.series(id, null)).toThrow(closed);
    expect(() => reader.labelValues('job')).toThrow(closed);
    expect(() => reader.postings('job', 'a')).toThrow(closed);
    expect(() => [...reader.symbols()]).toThrow(closed);
  });
});

/** The bytes between symbols and series, between series, and between series and postings. */
function paddingOf(bytes: Uint8Array): number[] {
  const used = new Set<number>();
  const mark = (start: number, end: number): void => {
    for (let at = start; at < end; at++) used.add(at);
  };
  const data = new DataView(bytes.buffer);
  const section = (start: number): void => mark(start, start + 4 + data.getUint32(start) + 4);
  mark(0, 5);
  section(TOC.symbols);
  const reader = openBytes(bytes);
  for (const id of expand(reader.allPostings())) {
    // One or two bytes of length, the body, the checksum.
    const at = 16 * id;
    const length = bytes[at] < 0x80 ? 1 + bytes[at] : 2 + (bytes[at] & 0x7f) + 128 * bytes[at + 1];
    mark(at, at + length + 4);
  }
  reader.forEachPostings((_name, _value, offset) => section(offset));
  section(TOC.postingsOffsetTable);
  mark(bytes.length - TOC_BYTES, bytes.length);
  return Array.from(bytes.keys()).filter((at) => !used.has(at));
}
