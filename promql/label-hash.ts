/**
 * Prometheus' hash of a label set: XXH64 of names and values, each behind its length. `limit_ratio`
 * draws its lots by it, so that both draw the same.
 *
 *   length <1b> | text      (a text of 255 bytes and more: 255 <1b> | length <3b little-endian>)
 */
import type { Labels } from '../model/labels.js';
import { encodeUtf8 } from '../model/utf8.js';

const MASK = (1n << 64n) - 1n;
const PRIME1 = 11400714785074694791n;
const PRIME2 = 14029467366897019727n;
const PRIME3 = 1609587929392839161n;
const PRIME4 = 9650029242287828579n;
const PRIME5 = 2870177450012600261n;
const STRIPE = 32;

/** Where a label set stands between 0 and 1. */
export function ratioOf(labels: Labels): number {
  return Number(xxh64(encodeLabels(labels))) / 2 ** 64;
}

function encodeLabels(labels: Labels): Uint8Array {
  const parts: number[] = [];
  for (const pair of labels) {
    for (const text of pair) {
      const bytes = encodeUtf8(text);
      const { length } = bytes;
      if (length < 255) parts.push(length);
      else parts.push(255, length & 0xff, (length >> 8) & 0xff, (length >> 16) & 0xff);
      for (const byte of bytes) parts.push(byte);
    }
  }
  return Uint8Array.from(parts);
}

/** XXH64 with seed 0. */
export function xxh64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { length } = bytes;
  let at = 0;
  let hash = PRIME5;
  if (length >= STRIPE) {
    const lanes = [wrap(PRIME1 + PRIME2), PRIME2, 0n, wrap(-PRIME1)];
    for (; at + STRIPE <= length; at += STRIPE) {
      for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i], view.getBigUint64(at + 8 * i, true));
    }
    const [a, b, c, d] = lanes;
    hash = wrap(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n));
    for (const lane of lanes) hash = wrap((hash ^ round(0n, lane)) * PRIME1 + PRIME4);
  }
  hash = wrap(hash + BigInt(length));
  for (; at + 8 <= length; at += 8) {
    hash ^= round(0n, view.getBigUint64(at, true));
    hash = wrap(rotate(hash, 27n) * PRIME1 + PRIME4);
  }
  if (at + 4 <= length) {
    hash ^= wrap(BigInt(view.getUint32(at, true)) * PRIME1);
    hash = wrap(rotate(hash, 23n) * PRIME2 + PRIME3);
    at += 4;
  }
  for (; at < length; at++) {
    hash ^= wrap(BigInt(bytes[at]) * PRIME5);
    hash = wrap(rotate(hash, 11n) * PRIME1);
  }
  return avalanche(hash);
}

function round(lane: bigint, input: bigint): bigint {
  return wrap(rotate(wrap(lane + input * PRIME2), 31n) * PRIME1);
}

function avalanche(hash: bigint): bigint {
  const first = wrap((hash ^ (hash >> 33n)) * PRIME2);
  const second = wrap((first ^ (first >> 29n)) * PRIME3);
  return second ^ (second >> 32n);
}

function rotate(value: bigint, bits: bigint): bigint {
  return wrap(value << bits) | (value >> (64n - bits));
}

function wrap(value: bigint): bigint {
  return value & MASK;
}
