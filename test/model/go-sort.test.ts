import fc from 'fast-check';
import { goSort } from '../../model/go-sort.js';
import { crc32c } from '../../encoding/crc32c.js';

type Key = (i: number, length: number, parameter: number) => number;

const SHAPES: Readonly<Record<string, Key>> = {
  scatter: (i, _length, m) => ((i * 7919) % 1009) % m,
  runs: (i, _length, m) => Math.floor(i / m),
  backwards: (i, _length, m) => -Math.floor(i / m),
  saw: (i, _length, m) => i % m,
  pipe: (i, length, m) => Math.floor(Math.min(i, length - i) / m),
  nearly: (i, _length, m) => (i % 41 === m ? 7 : -Math.floor(i / 2)),
  killer: (i, length) => {
    const half = Math.floor(length / 2);
    if (i >= half) return -2 * (i - half + 1);
    return i % 2 === 0 ? -(i + 1) : -(half + i);
  },
};

/** Shape, length, parameter, and the CRC of the order in which Go 1.26 leaves the indexes. */
const GO_ORDER: readonly (readonly [string, number, number, number])[] = [
  ['scatter', 12, 3, 0xe5fa04ec],
  ['runs', 12, 3, 0x05f55e2e],
  ['backwards', 12, 3, 0x955ee0f4],
  ['saw', 12, 3, 0x69aaa7e2],
  ['pipe', 12, 3, 0x43a10089],
  ['nearly', 12, 3, 0x3cf586bb],
  ['killer', 12, 3, 0x72cecff0],
  ['scatter', 12, 17, 0xe5fa04ec],
  ['runs', 12, 17, 0x955ee0f4],
  ['backwards', 12, 17, 0x955ee0f4],
  ['saw', 12, 17, 0x82331f03],
  ['pipe', 12, 17, 0x955ee0f4],
  ['nearly', 12, 17, 0x955ee0f4],
  ['killer', 12, 17, 0x72cecff0],
  ['scatter', 13, 3, 0x298a2dee],
  ['runs', 13, 3, 0x85f98003],
  ['backwards', 13, 3, 0x60e31e83],
  ['saw', 13, 3, 0xb29f6081],
  ['pipe', 13, 3, 0xde1d4817],
  ['nearly', 13, 3, 0x39b6aef6],
  ['killer', 13, 3, 0xf467af96],
  ['scatter', 13, 17, 0x298a2dee],
  ['runs', 13, 17, 0x60e31e83],
  ['backwards', 13, 17, 0x60e31e83],
  ['saw', 13, 17, 0x1699672e],
  ['pipe', 13, 17, 0x60e31e83],
  ['nearly', 13, 17, 0x60e31e83],
  ['killer', 13, 17, 0xf467af96],
  ['scatter', 49, 3, 0xf26ad73d],
  ['runs', 49, 3, 0xcc0ccf0c],
  ['backwards', 49, 3, 0xf225f0bb],
  ['saw', 49, 3, 0xb1950b1f],
  ['pipe', 49, 3, 0x31a8a851],
  ['nearly', 49, 3, 0x3ce28cd6],
  ['killer', 49, 3, 0xe4ec916a],
  ['scatter', 49, 17, 0xcd93aa29],
  ['runs', 49, 17, 0x0e37613e],
  ['backwards', 49, 17, 0xf225f0bb],
  ['saw', 49, 17, 0xa4c16b5e],
  ['pipe', 49, 17, 0x5967f3a4],
  ['nearly', 49, 17, 0xbeb9733c],
  ['killer', 49, 17, 0xe4ec916a],
  ['scatter', 50, 3, 0x35541921],
  ['runs', 50, 3, 0x8efdae3a],
  ['backwards', 50, 3, 0xf85298b6],
  ['saw', 50, 3, 0xb6ce236b],
  ['pipe', 50, 3, 0x350f142e],
  ['nearly', 50, 3, 0x2149611d],
  ['killer', 50, 3, 0x627fe4af],
  ['scatter', 50, 17, 0x6f706bc3],
  ['runs', 50, 17, 0x13baae49],
  ['backwards', 50, 17, 0xf85298b6],
  ['saw', 50, 17, 0x5762cbb6],
  ['pipe', 50, 17, 0x1d52e55a],
  ['nearly', 50, 17, 0x174aea77],
  ['killer', 50, 17, 0x627fe4af],
  ['scatter', 200, 3, 0x8c0ffefd],
  ['runs', 200, 3, 0x7366a955],
  ['backwards', 200, 3, 0x650c7c71],
  ['saw', 200, 3, 0x170feaa9],
  ['pipe', 200, 3, 0x0905e369],
  ['nearly', 200, 3, 0x12c898f4],
  ['killer', 200, 3, 0xedc6b3eb],
  ['scatter', 200, 17, 0x8e8fdcc8],
  ['runs', 200, 17, 0xe423b991],
  ['backwards', 200, 17, 0x650c7c71],
  ['saw', 200, 17, 0x9ccddcc7],
  ['pipe', 200, 17, 0xf76f5905],
  ['nearly', 200, 17, 0xc712f1f2],
  ['killer', 200, 17, 0xedc6b3eb],
  ['scatter', 1000, 3, 0xd0f38b3a],
  ['runs', 1000, 3, 0x497d6974],
  ['backwards', 1000, 3, 0xb5983a0d],
  ['saw', 1000, 3, 0x67364d35],
  ['pipe', 1000, 3, 0xf3437836],
  ['nearly', 1000, 3, 0x75280e31],
  ['killer', 1000, 3, 0x8e3f9ac8],
  ['scatter', 1000, 17, 0x75fa0d2a],
  ['runs', 1000, 17, 0x8a071d75],
  ['backwards', 1000, 17, 0xb5983a0d],
  ['saw', 1000, 17, 0x926146e1],
  ['pipe', 1000, 17, 0x09a26ddc],
  ['nearly', 1000, 17, 0x6578d35f],
  ['killer', 1000, 17, 0x8e3f9ac8],
];

/** Length, comparisons and CRC of the order, against an adversary that forces heap sort. */
const GO_ADVERSARY: readonly (readonly [number, number, number])[] = [
  [100, 941, 0xc971d682],
  [400, 3066, 0x63336159],
  [2000, 14215, 0xebbbf932],
];

function checksum(indexes: readonly number[]): number {
  return crc32c(Buffer.from(indexes.join(',')));
}

describe('goSort', () => {
  it.each(GO_ORDER)(
    "leaves the ties of %s(%d, %d) where Go's sort does",
    (shape, length, m, crc) => {
      const items = Array.from({ length }, (_, i) => ({ key: SHAPES[shape](i, length, m), i }));
      goSort(items, (a, b) => b.key - a.key);
      expect(checksum(items.map((item) => item.i))).toBe(crc);
    },
  );

  it.each(GO_ADVERSARY)("makes Go's comparisons on %d hostile items", (length, count, crc) => {
    // McIlroy's adversary decides the order of items only when it has to, and then for the worst.
    const undecided = length + 1;
    const order = new Array<number>(length).fill(undecided);
    let decided = 0;
    let candidate = 0;
    let comparisons = 0;
    const items = Array.from({ length }, (_, i) => i);
    goSort(items, (x, y) => {
      comparisons++;
      if (order[x] === undecided && order[y] === undecided) {
        order[x === candidate ? x : y] = decided++;
      }
      if (order[x] === undecided) candidate = x;
      else if (order[y] === undecided) candidate = y;
      return order[x] - order[y];
    });
    expect(comparisons).toBe(count);
    expect(checksum(items)).toBe(crc);
  });

  it('sorts whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 300 }), (keys) => {
        const sorted = [...keys];
        goSort(sorted, (a, b) => a - b);
        expect(sorted).toEqual([...keys].sort((a, b) => a - b));
      }),
    );
  });
});
