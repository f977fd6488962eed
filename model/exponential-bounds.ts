/**
 * The bounds of native histograms' buckets, to the bit as Prometheus has them.
 *
 * Schema s <= 0: bound(i) = 2^(i * 2^-s). Schema s > 0: bound(i) = T_s[i mod 2^s] * 2^(floor(i /
 * 2^s) + 1), where T_8 is a table of 256 doubles in [0.5, 1) and T_s is every second entry of
 * T_(s+1). The table is data, not mathematics: what `pow` gives differs by up to 4 ulp in most
 * entries.
 */
import { type Histogram, CUSTOM_BUCKETS_SCHEMA } from './histogram.js';

/** The finest schema that has bounds; finer ones are reduced to it when they are read. */
export const EXPONENTIAL_SCHEMA_MAX = 8;
/** What the largest power of two that is no double, 2^1024, is printed and compared as. */
const LARGEST_FINITE = Number.MAX_VALUE;
const OVERFLOW_EXPONENT = 1024;
/** 2^-1074 is the least double; half of it already rounds to zero. */
const UNDERFLOW_EXPONENT = -1074;

const TABLE_LENGTH = 256;
const MANTISSA_BYTES = 7;
/** Sign and exponent bits of every double in [0.5, 1). */
const HALF_TO_ONE = 0x3fe00000;

/** The mantissas of T_8, 52 bits each in 7 big-endian bytes, as base64. */
const MANTISSAS =
  'AAAAAAAAAAALGvpavL8AFj2p+zM1ACFoFDsCgQAsmj53gGEAN9QuEbvMAEMV6G5/hABOX3L2VLEAWbDTFYV0AGUKDjwf' +
  'iQBwaynd9t0Ae9Qrcqg2AIdFGHWbyACSvfZmB+AAnj7KxvODAKnHmx85GQC1WGz5iQ8AwPFF5GyFAMySK3JH9gDYOyM5' +
  'XeoA4+wy09GiAO+lX9+pxQD7Zq/+0xoBBzAo1yM9ARMB0BJbUAEe26teKrUBKr3AbDHLATaoFPIEqgFCmq6pLd8BTpWT' +
  'TzEtAVqYyKWOUAFmpFRxw8EBcrg8fVF7AX7UhpW7wAGK+TiMjekBlyZYN10vAaNb62/LdQGvmfgTihwBu+CEBFzTAcgv' +
  'lSgcawHUhzFouaoB4OdetEAmAe1QIvzZHAH5wYQ4zkwCBjuIYozWAhK+NXioGQIfSZF93JUCK92ieRLQAjh6bnViOAJF' +
  'H/uCFAoCUc5PsqY+Al6FcR7OdAJrRWXifN0CeA40Hd8qAoTf4fVjgAKRunWRu28Cnp31H97hAquKZtEPEwK4f9Da2Y8C' +
  'xX45dxsuAtKFpuQDCwLflh9kFYkC7K+pPi9VAvnSSr2IagMG/goxtxUDFDLt7rL9AyFw/EzYMQMuuDuo6jIDPAiyZBb/' +
  'A0liZuP6LQNWxV+Sn/ADZDGi3og6A3GnNzqpygN/JiMedUkDjK5tBdhkA5pAG3FA7QOn2zTln/YDtX+/7Gz0A8MtwxOo' +
  '4wPQ5UTt4XID3qZMEjQiA+xw3xxRdQP6RQSsgBsECCLDZ6AkBBYKIfcuKgQj+ycJRooEMfXZUKiWBD/6P4S51AROCGBh' +
  'iS0EXCBCp9IyBGpB7R0AVwR4bWaLMjYEhqK1wTzQBJTh4ZKu0gSjKvDX094EsX3qbbfXBL/a1TYqJwTOQbgXwRQE3LKZ' +
  '/d0NBOstgdir/gT5snadLKcFCEF/RTHvBRbaos9mQgUlfeg/Tu8FNCtWnU+BBULi9PatJwVRpMpdkg0FYHDd6RDQBW9H' +
  'NrUn2gV+J9vixM8FjRLUl8f8BZwIJ/8HywWrB91IVCkFuhH7qHoCBckmillGtgXYRZCZi5IF528VrSFIBfajINzrcQYF' +
  '4bl23AgGFSrmzfb0BiR+sDpVhAYz3R0ZKf0GQ0Y0zMMeBlK5/ryPtQZiOIJVIiQGccHHCDP1BoFV1EypcgaQ9LGelTcG' +
  'oJ5mfzvMBrBS+nUXPgbAEnUL2r4Gz9zd1HZFBt+yPGUaLgbvkphZOuQG/335UZSCBw90ZvQuhQcfdejsX3MHL4KG6tCJ' +
  'Bz+aSKWBcgdPvTXXy/wHX+tWQmfIB3AksatuCQeAaU/eXT4HkLk4rBz1B6EUc+sBhgexewl2z9oHwe0BMMExB9JqYv+G' +
  '7wfi8zbPTmEH84eEkcSQCAQnVD4aEAgU0q3RBtgIJYmZTM4RCDZMHrlB9ghHGkYjx6sIV/QXn1sfCGjZm0SS6wh5ytkx' +
  'pDUIisfZimaXCJvQpHhYDQis5UIqoNsIvgW61hd4CM8yFrVEiwjgal4IZtgI8a6ZFXc2CQL+0CgsigkUWwuR/8UJJcNT' +
  'qi/iCTc3sM3F5AlIuCtfmOQJWkTLyFINCWvdmnZwsQl9gp/eTk8JjzPkeiKiCaDxcMoHuAmyu01T/gsJxJGCo/CPCdZ0' +
  'GUu41AnoYxnjIyEJ+l6NB/KcCgxme13lZAoeeu2OuLsKMJvsSi0yCkLJgEYK1wpVA7I+JVsKZ0qK9GBRCnmeEzCzVgqL' +
  '/lPBLlcKnmtVef2+CrDlITVuuQrDa7/T83gK1f86PCdzCuifmVrTrAr7TOYi8v4LDgcpjbZjCyDObJqJUAszorhPFfoL' +
  'RoQVt0mwC1lyjeVZOAtsbinxxSkLf3by+15FC5KM8idJ4gulsDChBkcLuOC3mm8dC8wekEvB0AvfacPzogUL8sJb1x4G' +
  'DAYoYUGzOwwZm92FUpoMLRzZ+mUqDECrX//QeAxUR3j6+yAMZ/EuV9FJDHuoiYjJMQyPbZQG57IMo0BXUcTYDLcg3O+Q' +
  'ZgzLDy5tFnIM3wtVXcP2DPMVW1urcA0HLUoHiXkNG1MrCMlmDS+HCA2J7g1DyOrKodMNWBjc+6SGDWx26GLm0g2A4xbJ' +
  'g5YNlV1x/2B0DanmA9syhA2+fNY6gxMN0yHzAbReDefVZBwGVg38lzN7m10OEWdrGX0WDiZGFPWhJg47MzsW7g8OUC7n' +
  'iz/1DmU5JGdtdQ56UfvHTIEOj3l3zbc+DqSvoqSQ2A659IZ8ym0Oz0gtjmfuDuSqohiFDg76G+5hWiYPD5wctkEpDyUr' +
  'N2u6lQ86yUjdcnIPUHZbbkU+D2YyeYhE9g97/a2cvhAPkdgCJDyGD6fBgZ6Q1g+9ujaS1RIP08Irj3HuD+nZayoj1g==';

/** A bucket of a histogram: its bounds, whether they belong to it, and how much is in it. */
export interface Bucket {
  readonly lower: number;
  readonly upper: number;
  readonly lowerInclusive: boolean;
  readonly upperInclusive: boolean;
  /** Absolute, not cumulative. */
  readonly count: number;
}

const TABLE = decodeTable();

/**
 * The upper bound of the positive bucket with this index in an exponential schema of at most
 * `EXPONENTIAL_SCHEMA_MAX`; NaN for a finer one. The bound of 2^1024 is the largest finite double,
 * so that only the bucket above it, which counts infinities, ends at +Inf.
 */
export function exponentialBound(index: number, schema: number): number {
  if (schema <= 0) return powerOfTwo(index * 2 ** -schema);
  if (schema > EXPONENTIAL_SCHEMA_MAX) return NaN;
  const width = 2 ** schema;
  const fraction = index & (width - 1);
  const exponent = (index >> schema) + 1;
  // An entry of 0.5 is itself a power of two, and at the top of the range a special one.
  if (fraction === 0) return powerOfTwo(exponent - 1);
  return scale(TABLE[fraction * (TABLE_LENGTH / width)], exponent);
}

/** The upper bound of custom bucket `index`: -Inf below the first bound, +Inf from the last on. */
export function customBound(index: number, customValues: Float64Array): number {
  if (index < 0) return -Infinity;
  return index < customValues.length ? customValues[index] : Infinity;
}

/**
 * The buckets of a histogram that are not empty, from the lowest to the highest: negative ones, the
 * zero bucket, positive ones. A stale marker has none.
 */
export function nonEmptyBuckets(histogram: Histogram): Bucket[] {
  const buckets = sideBuckets(histogram, false).reverse();
  if (histogram.zeroCount !== 0) {
    buckets.push({
      lower: -histogram.zeroThreshold,
      upper: histogram.zeroThreshold,
      lowerInclusive: true,
      upperInclusive: true,
      count: histogram.zeroCount,
    });
  }
  buckets.push(...sideBuckets(histogram, true));
  return buckets;
}

/** The non-empty buckets of one side, outwards from zero. */
function sideBuckets(histogram: Histogram, positive: boolean): Bucket[] {
  const spans = positive ? histogram.positiveSpans : histogram.negativeSpans;
  const counts = positive ? histogram.positiveBuckets : histogram.negativeBuckets;
  const buckets: Bucket[] = [];
  let index = 0;
  let next = 0;
  for (const span of spans) {
    index += span.offset;
    for (let i = 0; i < span.length && next < counts.length; i++, index++, next++) {
      if (counts[next] !== 0) buckets.push(bucketAt(histogram, index, positive, counts[next]));
    }
  }
  return buckets;
}

function bucketAt(histogram: Histogram, index: number, positive: boolean, count: number): Bucket {
  const custom = histogram.schema === CUSTOM_BUCKETS_SCHEMA;
  const outer = custom
    ? customBound(index, histogram.customValues)
    : exponentialBound(index, histogram.schema);
  const inner = custom
    ? customBound(index - 1, histogram.customValues)
    : exponentialBound(index - 1, histogram.schema);
  const lower = positive ? inner : -outer;
  const upper = positive ? outer : -inner;
  // Custom buckets end in their bound, and the first also begins with its own; exponential ones
  // include the bound that lies away from zero.
  if (custom) return { lower, upper, lowerInclusive: index === 0, upperInclusive: true, count };
  return { lower, upper, lowerInclusive: lower < 0, upperInclusive: upper > 0, count };
}

/** 2^exponent, with 2^1024 held to the largest finite double. */
function powerOfTwo(exponent: number): number {
  return exponent === OVERFLOW_EXPONENT ? LARGEST_FINITE : scale(1, exponent);
}

/** fraction * 2^exponent, rounded once, for a fraction in [0.5, 1]. */
function scale(fraction: number, exponent: number): number {
  if (exponent < UNDERFLOW_EXPONENT) return 0;
  if (exponent < OVERFLOW_EXPONENT) return fraction * 2 ** exponent;
  return exponent === OVERFLOW_EXPONENT ? fraction * 2 * 2 ** (OVERFLOW_EXPONENT - 1) : Infinity;
}

function decodeTable(): Float64Array {
  const bytes = atob(MANTISSAS);
  const decoded = new Float64Array(TABLE_LENGTH);
  const view = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < TABLE_LENGTH; i++) {
    for (let k = 0; k < MANTISSA_BYTES; k++) {
      view.setUint8(1 + k, bytes.charCodeAt(i * MANTISSA_BYTES + k));
    }
    view.setUint32(0, HALF_TO_ONE | view.getUint32(0));
    decoded[i] = view.getFloat64(0);
  }
  return decoded;
}
