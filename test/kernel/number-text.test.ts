import fc from 'fast-check';
import { numberTexts, POINTS_MAX, pointsText, Prefixes } from '../../kernel/number-text.js';
import { formatJsonFloat, formatPlain } from '../../model/go-float.js';
import { atOnce } from '../../model/steps.js';

function textOf(values: Float64Array): string[] {
  const found: string[] = [];
  for (let from = 0; from < values.length; from += POINTS_MAX) {
    const count = Math.min(POINTS_MAX, values.length - from);
    const prefixes = Prefixes.of(Array.from({ length: count }, (_, i) => `${i}:`));
    const text = Buffer.from(pointsText(prefixes, values, from)).toString('latin1');
    found.push(...text.split('"]').slice(0, -1));
  }
  return found.map((point) => point.slice(point.indexOf(':') + 1));
}

function agrees(values: Float64Array): void {
  expect(textOf(values)).toEqual(Array.from(values, formatJsonFloat));
}

describe('numbers as text', () => {
  it('are those of JavaScript and Go, for doubles of any bits', () => {
    const bits = fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 100 });
    fc.assert(
      fc.property(bits, (all) => agrees(new Float64Array(BigUint64Array.from(all).buffer))),
      { numRuns: 300 },
    );
  });

  it('are so for what metrics hold', () => {
    const number = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.double({ min: -1e6, max: 1e6 }),
      fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1000),
      fc
        .tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: -330, max: 308 }))
        .map(([digits, power]) => Number(`${digits}e${power}`)),
    );
    fc.assert(
      fc.property(fc.array(number), (all) => agrees(Float64Array.from(all))),
      {
        numRuns: 300,
      },
    );
  });

  it('are so at each power of two and of ten, and beside it', () => {
    const values: number[] = [];
    for (let power = -1074; power <= 1023; power++) values.push(2 ** power);
    for (let power = -323; power <= 308; power++) values.push(Number(`1e${power}`));
    const near = new Float64Array(values.length * 3);
    const words = new BigUint64Array(near.buffer);
    values.forEach((value, i) => {
      near[3 * i] = value;
      words[3 * i + 1] = words[3 * i] + 1n;
      words[3 * i + 2] = words[3 * i] - 1n;
    });
    agrees(near);
  });

  it('have their special cases', () => {
    agrees(
      Float64Array.of(0, -0, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 1e21, 1e-6, 1e-7),
    );
    agrees(Float64Array.of(1e21 - 2 ** 17, 123456789012345680000, 0.000001234, 9007199254740992));
  });

  it('stand behind their prefixes, from where they are wanted', () => {
    const prefixes = Prefixes.of(['[1,"', ',[2.500,"']);
    const text = pointsText(prefixes, Float64Array.of(9, 0.5, -7), 1);
    expect(Buffer.from(text).toString()).toBe('[1,"0.5"],[2.500,"-7"]');
    expect(Buffer.from(pointsText(Prefixes.of([]), new Float64Array(0), 0)).toString()).toBe('');
  });

  it('stand behind times, in seconds with three decimals or none', () => {
    const time = fc.oneof(
      fc.integer(),
      fc.integer().map((s) => 1000 * s),
      fc.maxSafeInteger(),
    );
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 50 }), fc.boolean(), (all, isFirst) => {
        const prefixes = Prefixes.ofTimes(Float64Array.from(all), isFirst);
        const text = Buffer.from(prefixes.bytes).toString('latin1');
        const seconds = text
          .slice(isFirst ? 0 : 1)
          .replaceAll(/^\[|,"$/g, '')
          .split(',",[');
        expect(seconds.map(Number)).toEqual(all.map((ms) => ms / 1000));
        seconds.forEach((one, i) => {
          expect(one).toMatch(all[i] % 1000 === 0 ? /^-?\d+$/ : /^-?\d+\.\d{3}$/);
          expect(prefixes.ends[i + 1] - prefixes.ends[i]).toBe(
            one.length + (isFirst && i === 0 ? 3 : 4),
          );
        });
      }),
    );
    const text = pointsText(
      Prefixes.ofTimes(Float64Array.of(-7, 0), true),
      Float64Array.of(1, 2),
      0,
    );
    expect(Buffer.from(text).toString()).toBe('[-0.007,"1"],[0,"2"]');
  });

  it('stand one behind another, without an exponent', () => {
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, NaN, Infinity, 1e-7));
    const plain = fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1000);
    fc.assert(
      fc.property(fc.oneof(fc.array(number), fc.array(plain)), (all) => {
        const texts = atOnce(numberTexts(Float64Array.from(all)));
        expect(Array.from(all, (_, i) => texts.at(i))).toEqual(all.map(formatPlain));
        expect(texts.count).toBe(all.length);
        all.forEach((_, i) => {
          const bytes = Array.from(texts.at(i), (__, at) => texts.byteAt(i, at));
          expect(String.fromCharCode(...bytes)).toBe(texts.at(i));
          expect(texts.byteAt(i, bytes.length)).toBe(0);
          if (i > 0) expect(texts.compare(i - 1, i, 0) < 0).toBe(texts.at(i - 1) < texts.at(i));
        });
      }),
    );
    const many = Float64Array.from({ length: 10_000 }, (_, i) => i / 8);
    const texts = atOnce(numberTexts(many));
    expect(texts.at(9999)).toBe('1249.875');
    // Points that are written afterwards have their prefixes.
    const prefixes = Prefixes.of(['[1,"']);
    expect(Buffer.from(pointsText(prefixes, Float64Array.of(9), 0)).toString()).toBe('[1,"9"]');
    atOnce(numberTexts(many));
    expect(Buffer.from(pointsText(prefixes, Float64Array.of(9), 0)).toString()).toBe('[1,"9"]');
  });
});
