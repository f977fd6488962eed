/** What a mapping asks for before it is read: nothing for points, what is wanted, what is to come. */
import fc from 'fast-check';
import { LatelyAsked, ReadAhead } from '../../disk/read-ahead.js';

const KB = 1024;
const MB = 1024 * KB;

/** The range that is asked for before a read; null: none. */
function asked(ahead: ReadAhead, offset: number, length: number): [number, number] | null {
  return ahead.wants(offset, length) ? [ahead.start, ahead.end] : null;
}

describe('what is asked for', () => {
  it('is nothing before points here and there', () => {
    const ahead = new ReadAhead(500 * MB);
    for (const offset of [300, 20, 400, 100]) expect(asked(ahead, offset * MB, 600)).toBeNull();
  });

  it('is the range itself before longer reads here and there', () => {
    const ahead = new ReadAhead(500 * MB);
    expect(asked(ahead, 300 * MB, 64 * KB)).toEqual([300 * MB, 300 * MB + 64 * KB]);
    expect(asked(ahead, 20 * MB, 25 * KB)).toEqual([20 * MB, 20 * MB + 25 * KB]);
  });

  it('is a range once, not again for its parts', () => {
    const ahead = new ReadAhead(500 * MB);
    expect(asked(ahead, 300 * MB, 64 * KB)).toEqual([300 * MB, 300 * MB + 64 * KB]);
    expect(asked(ahead, 300 * MB, 64 * KB)).toBeNull();
    expect(asked(ahead, 300 * MB + 10 * KB, 20 * KB)).toBeNull();
  });

  it('is megabytes ahead while reads follow one another', () => {
    const ahead = new ReadAhead(500 * MB);
    const step = 20 * KB;
    let end = 0;
    let ranges = 0;
    for (let offset = 100 * MB; offset < 150 * MB; offset += step) {
      const range = asked(ahead, offset, step);
      if (range === null) continue;
      ranges++;
      if (end > 0) expect(range[0]).toBe(end);
      end = range[1];
    }
    expect(end).toBeGreaterThan(151 * MB);
    // Of a few megabytes each, but for those before it was a sequence.
    expect(ranges).toBeLessThan(60);
  });

  it('takes a peek at the end of a run, and then the run, as one step of a sequence', () => {
    const ahead = new ReadAhead(500 * MB);
    const run = 25 * KB;
    let end = 0;
    for (let offset = 0; offset < 5 * MB; offset += run) {
      if (ahead.wants(offset + run - 500, 10)) end = ahead.end;
      if (ahead.wants(offset, run)) end = ahead.end;
    }
    expect(end).toBeGreaterThan(6 * MB);
  });

  it('is no more than was wanted after a sequence has broken off', () => {
    const ahead = new ReadAhead(500 * MB);
    for (let offset = 0; offset < 5 * MB; offset += 64 * KB) ahead.wants(offset, 64 * KB);
    expect(asked(ahead, 400 * MB, 64 * KB)).toEqual([400 * MB, 400 * MB + 64 * KB]);
    expect(asked(ahead, 450 * MB, 100)).toBeNull();
  });

  it('never lies outside the file, and never before or apart from what is read', () => {
    const size = 8 * MB;
    const anyRead = fc.tuple(fc.nat(size - 1), fc.nat(200 * KB));
    fc.assert(
      fc.property(fc.array(anyRead, { maxLength: 200 }), fc.boolean(), (reads, inOrder) => {
        const ahead = new ReadAhead(size);
        if (inOrder) reads.sort(([a], [b]) => a - b);
        for (const [offset, wanted] of reads) {
          const length = Math.min(wanted, size - offset);
          const range = asked(ahead, offset, length);
          if (range === null) continue;
          expect(range[0]).toBeGreaterThanOrEqual(offset);
          expect(range[1]).toBeGreaterThan(range[0]);
          expect(range[1]).toBeLessThanOrEqual(size);
        }
      }),
    );
  });
});

describe('what was asked for lately', () => {
  it('is not asked for again for some seconds', () => {
    let now = 1000;
    const lately = new LatelyAsked(50 * MB, () => now);
    expect(lately.renew(4 * KB, 4 * MB)).toBe(true);
    expect(lately.renew(4 * KB, 4 * MB)).toBe(false);
    expect(lately.renew(1 * MB, 3 * MB)).toBe(false);
    expect(lately.renew(3 * MB, 6 * MB)).toBe(true);
    now += 9_000;
    expect(lately.renew(4 * KB, 6 * MB)).toBe(false);
    now += 2_000;
    expect(lately.renew(4 * KB, 4 * MB)).toBe(true);
  });

  it('is known of short ranges too', () => {
    let now = 2 ** 32 - 5;
    const lately = new LatelyAsked(50 * MB, () => now);
    expect(lately.renew(8 * KB, 24 * KB)).toBe(true);
    expect(lately.renew(8 * KB, 24 * KB)).toBe(false);
    now += 20;
    expect(lately.renew(12 * KB, 24 * KB)).toBe(false);
    expect(lately.renew(12 * KB, 40 * KB)).toBe(true);
    now += 10_000;
    expect(lately.renew(8 * KB, 24 * KB)).toBe(true);
  });

  it('is told again after the clock was set back', () => {
    let now = 1_000_000;
    const lately = new LatelyAsked(MB, () => now);
    expect(lately.renew(0, 16 * KB)).toBe(true);
    now -= 500_000;
    expect(lately.renew(0, 16 * KB)).toBe(true);
  });

  it('reaches to the end of the file', () => {
    const lately = new LatelyAsked(2 * MB + 5, () => 0);
    expect(lately.renew(MB / 2, 2 * MB + 5)).toBe(true);
    expect(lately.renew(MB / 2, 2 * MB + 5)).toBe(false);
  });
});
