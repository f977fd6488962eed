import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { crc32c } from '../../encoding/crc32c.js';
import {
  decodeTombstones,
  encodeTombstones,
  NO_TOMBSTONES,
  readTombstones,
} from '../../index/tombstones.js';
import { addInterval, type Interval, MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { describeShared, shared } from '../support/shared.js';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

const SAMPLE = new Map<number, Interval[]>([
  [2, [{ minTime: -5, maxTime: 10 }]],
  [
    300,
    [
      { minTime: MIN_TIME, maxTime: 0 },
      { minTime: 2, maxTime: MAX_TIME },
    ],
  ],
]);

describe('a tombstones file', () => {
  it('without tombstones has nine bytes', () => {
    const bytes = encodeTombstones(NO_TOMBSTONES);
    expect(hex(bytes)).toBe('0130ba300100000000');
    expect(decodeTombstones(bytes)).toEqual(new Map());
  });

  it('holds triples behind a header and before a checksum of the triples alone', () => {
    const bytes = encodeTombstones(SAMPLE);
    const triples = `020914${'ac02'}${'ff'.repeat(9)}0100${'ac02'}04fe${'ff'.repeat(8)}01`;
    expect(hex(bytes.slice(0, -4))).toBe(`0130ba3001${triples}`);
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4)).toBe(
      crc32c(bytes.subarray(5, -4)),
    );
    expect(decodeTombstones(bytes)).toEqual(SAMPLE);
  });

  it('joins ranges as they would be added one by one', () => {
    const bound = fc.integer({ min: -30, max: 30 });
    const triples = fc.array(fc.tuple(fc.nat(2), bound, fc.nat(8)), { maxLength: 20 });
    fc.assert(
      fc.property(triples, (added) => {
        const wanted = new Map<number, readonly Interval[]>();
        const raw: [number, Interval[]][] = [];
        for (const [id, minTime, length] of added) {
          const interval = { minTime, maxTime: minTime + length };
          wanted.set(id, addInterval(wanted.get(id) ?? [], interval));
          raw.push([id, [interval]]);
        }
        // A map in type only: Prometheus writes a series' triples one after the other.
        const bytes = encodeTombstones(raw as unknown as Map<number, Interval[]>);
        expect(decodeTombstones(bytes)).toEqual(wanted);
      }),
    );
  });

  it('deletes nothing by a range that ends before it begins', () => {
    const bytes = encodeTombstones(new Map([[1, [{ minTime: 5, maxTime: 4 }]]]));
    expect(decodeTombstones(bytes)).toEqual(new Map());
  });

  it('cut off anywhere or with any bit flipped is refused', () => {
    const bytes = encodeTombstones(SAMPLE);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeTombstones(bytes.slice(0, length))).toThrow(
        expect.objectContaining({ code: 'TSDB_DECODE' }),
      );
    }
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      expect(() => decodeTombstones(damaged)).toThrow(
        expect.objectContaining({ code: 'TSDB_DECODE' }),
      );
    }
  });

  it('that is missing says that nothing was deleted, one that is damaged names its path', () => {
    const damaged = encodeTombstones(SAMPLE);
    damaged[7] ^= 1;
    const disk = new MemoryDisk({ '/b/tombstones': damaged, '/c/tombstones': new Uint8Array(3) });
    expect(readTombstones(disk, '/a/tombstones')).toBe(NO_TOMBSTONES);
    for (const path of ['/b/tombstones', '/c/tombstones']) {
      expect(() => readTombstones(disk, path)).toThrow(
        expect.objectContaining({ code: 'TSDB_CORRUPT', path }),
      );
    }
  });
});

describeShared('a tombstones file that Prometheus wrote', () => {
  it('is read, and comes out as the same triples', () => {
    const block = shared('fixtures/deleted-3.14/data/01M83CBQACH589A3QFF02X2AX2/tombstones');
    const tombstones = decodeTombstones(new Uint8Array(readFileSync(block)));
    expect(tombstones.size).toBeGreaterThan(0);
    expect(decodeTombstones(encodeTombstones(tombstones))).toEqual(tombstones);
    expect(encodeTombstones(tombstones)).toHaveLength(readFileSync(block).length);
  });
});
