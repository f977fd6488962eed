import fc from 'fast-check';
import { MemorySource } from '../../disk/byte-source.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import { SectionCursor, sectionAt, u32At } from '../../index/section.js';
import { atOnce } from '../../model/steps.js';

/** A file with three bytes before the section. */
function fileOf(content: Uint8Array): MemorySource {
  const writer = new ByteWriter()
    .raw(Uint8Array.of(1, 2, 3))
    .u32(content.length)
    .raw(content);
  return new MemorySource(writer.u32(crc32c(content)).bytes().slice());
}

function cursorOver(source: MemorySource, summed = true): SectionCursor {
  return new SectionCursor(source, sectionAt(source, 3, source.size), summed);
}

describe('a section', () => {
  it('is read front to back, whatever its size', () => {
    const texts = fc.array(fc.string({ maxLength: 20 }), { maxLength: 30 });
    const large = fc.constantFrom(0, 1, 262_140, 262_144, 262_150, 600_000);
    fc.assert(
      fc.property(texts, large, fc.maxSafeNat(), (strings, length, number) => {
        const content = new ByteWriter();
        content.u32(strings.length).string('x'.repeat(length)).uvarint(number);
        for (const text of strings) content.string(text);
        const cursor = cursorOver(fileOf(content.bytes()));
        expect(cursor.offset).toBe(7);
        expect(cursor.u32()).toBe(strings.length);
        expect(cursor.text().length).toBe(length);
        expect(cursor.uvarint()).toBe(number);
        expect(strings.map(() => cursor.string())).toEqual(strings);
        expect(cursor.remaining).toBe(0);
        atOnce(cursor.finish('the section'));
      }),
      { numRuns: 40 },
    );
  });

  it('is summed to its end even where it is not read to it', () => {
    const content = new ByteWriter().raw(new Uint8Array(700_000).fill(7)).bytes();
    const cursor = cursorOver(fileOf(content));
    cursor.skip(10);
    atOnce(cursor.finish('the section'));
    const bytes = fileOf(content)
      .read(0, content.length + 11)
      .slice();
    bytes[690_000] ^= 1;
    const damaged = cursorOver(new MemorySource(bytes));
    damaged.skip(10);
    expect(() => atOnce(damaged.finish('the section'))).toThrow(
      expect.objectContaining({ message: 'checksum of the section does not match' }),
    );
  });

  it('is refused where it would leave the file', () => {
    const source = fileOf(new Uint8Array(10));
    expect(sectionAt(source, 3, source.size)).toEqual({ start: 7, end: 17 });
    expect(() => sectionAt(source, 3, source.size - 1)).toThrow(
      expect.objectContaining({ code: 'TSDB_DECODE', offset: 3 }),
    );
  });

  it('gives errors at their place in the file', () => {
    const endless = new Uint8Array(12).fill(0xff);
    expect(() => cursorOver(fileOf(endless)).uvarint()).toThrow(
      expect.objectContaining({ message: 'varint is longer than 10 bytes', offset: 7 }),
    );
    expect(() => cursorOver(fileOf(Uint8Array.of(5, 0xff))).uvarint()).not.toThrow();
    const cut = cursorOver(fileOf(Uint8Array.of(5, 0xff)), false);
    cut.skip(1);
    expect(() => cut.uvarint()).toThrow(expect.objectContaining({ offset: 8 }));
    expect(() => cursorOver(fileOf(Uint8Array.of(5, 1))).text()).toThrow(
      expect.objectContaining({ message: 'wanted 5 bytes, 1 left in the section', offset: 8 }),
    );
    const beyond = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f);
    expect(() => cursorOver(fileOf(beyond)).uvarint()).toThrow('varint exceeds 2^53');
  });

  it('has big-endian numbers', () => {
    expect(u32At(Uint8Array.of(9, 0xff, 0, 1, 2), 1)).toBe(0xff000102);
  });
});
