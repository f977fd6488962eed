import { MemorySource } from '../../disk/byte-source.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { crc32c } from '../../encoding/crc32c.js';
import { IdSet } from '../../index/id-set.js';
import { EMPTY_POSTINGS, expand } from '../../index/postings.js';
import { PostingsLists } from '../../index/postings-lists.js';

/** Lists one after the other, the first at 8. */
function fileOf(...lists: readonly (readonly number[])[]): Uint8Array {
  const writer = new ByteWriter().raw(new Uint8Array(8));
  for (const ids of lists) {
    const list = new ByteWriter().u32(ids.length);
    for (const id of ids) list.u32(id);
    writer.u32(list.length).raw(list.bytes()).u32(crc32c(list.bytes()));
  }
  return writer.bytes().slice();
}

function listsOf(bytes: Uint8Array): PostingsLists {
  return new PostingsLists(new MemorySource(bytes), bytes.length);
}

const LONG = Array.from({ length: 500 }, (_, i) => 3 + 2 * i);

describe('the postings lists of an index', () => {
  it('are opened, added to sets, and asked whether they meet one', () => {
    for (const ids of [[5], [1, 2, 3], LONG]) {
      const lists = listsOf(fileOf(ids));
      expect(expand(lists.open(8))).toEqual(ids);
      const set = new IdSet(0, 2000);
      lists.addTo(set, 8);
      expect(expand(set.postings())).toEqual(ids);
      const one = new IdSet(0, 2000);
      one.add(4);
      expect(lists.meets(one, 8)).toBe(false);
      one.add(ids[ids.length - 1]);
      expect(lists.meets(one, 8)).toBe(true);
    }
  });

  it('may be empty', () => {
    const lists = listsOf(fileOf([], [1]));
    expect(lists.open(8)).toBe(EMPTY_POSTINGS);
    expect(lists.meets(new IdSet(0, 10), 8)).toBe(false);
    expect(expand(lists.open(20))).toEqual([1]);
  });

  it('with any bit flipped are refused, short or long', () => {
    for (const ids of [[], [1, 2], LONG.slice(0, 60)]) {
      const bytes = fileOf(ids, [7]);
      const end = bytes.length - 16;
      const accepted: number[] = [];
      for (let bit = 8 * 8; bit < 8 * end; bit++) {
        const damaged = bytes.slice();
        damaged[bit >> 3] ^= 1 << (bit & 7);
        const lists = listsOf(damaged);
        const reads = [() => lists.open(8), () => lists.meets(new IdSet(0, 2000), 8)];
        for (const read of reads) {
          try {
            read();
            accepted.push(bit);
          } catch (error) {
            expect(error).toMatchObject({ code: 'TSDB_DECODE', offset: 8 });
          }
        }
      }
      expect(accepted).toEqual([]);
    }
  });

  it('cannot lie outside the file', () => {
    const lists = listsOf(fileOf([1, 2]));
    for (const offset of [17, 28, 1000, 2 ** 53 - 1]) {
      expect(() => lists.open(offset)).toThrow(expect.objectContaining({ code: 'TSDB_DECODE' }));
    }
  });

  it('do not add ids that no series can have', () => {
    expect(() => listsOf(fileOf([1, 2, 99])).addTo(new IdSet(0, 50), 8)).toThrow(
      expect.objectContaining({ message: 'no series can have the id 99', offset: 8 }),
    );
  });
});
