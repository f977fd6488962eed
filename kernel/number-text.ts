/**
 * Points of series as JSON, written by WebAssembly (kernel/assembly/text): V8 takes a quarter of a
 * microsecond to print a double of sixteen digits, this a fifth of that, and no strings are made.
 * The digits are those of `String(value)`, which is the oracle in test/kernel/number-text.test.ts.
 */
import { assert } from '../model/assert.js';
import { formatPlain } from '../model/go-float.js';
import { once } from '../model/once.js';
import type { Steps } from '../model/steps.js';
import { TEXT_KERNEL_WASM } from './text-kernel-wasm.js';
import { startModule } from './web-assembly.js';

/** Points of a call, and bytes of a prefix (kernel/assembly/text/memory.ts). */
export const POINTS_MAX = 4096;
export const PREFIX_BYTES_MAX = 40;

/** Room for a text; there may be longer ones. */
const USUAL_BYTES = 20;
/** What a number costs to write, in the pacer's units. */
const NUMBER_UNITS = 10;

const POWER_MIN = -292;
const POWER_MAX = 324;

interface TextExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly powersAt: { readonly value: number };
  readonly endsAt: { readonly value: number };
  readonly prefixesAt: { readonly value: number };
  readonly valuesAt: { readonly value: number };
  readonly outputAt: { readonly value: number };
  writePoints(count: number): number;
  writeNumbers(count: number): number;
  writePrefixes(count: number, isFirst: number): number;
}

/** One thread has one module: it does one thing at a time, and keeps nothing of a call. */
const loadModule = once(() => new TextModule(startModule(TEXT_KERNEL_WASM) as TextExports));

class TextModule {
  readonly exports: TextExports;
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
  readonly values: Float64Array;
  /** Whose prefixes lie in the memory. */
  prefixes: Prefixes | null = null;

  constructor(exports: TextExports) {
    this.exports = exports;
    const { buffer } = exports.memory;
    this.bytes = new Uint8Array(buffer);
    this.ends = new Uint32Array(buffer, exports.endsAt.value, POINTS_MAX + 1);
    this.values = new Float64Array(buffer, exports.valuesAt.value, POINTS_MAX);
    fillPowers(new BigUint64Array(buffer, exports.powersAt.value, 2 * (POWER_MAX - POWER_MIN + 1)));
  }
}

/** What stands before each of some values, in bytes: made once for all series that share it. */
export class Prefixes {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Where each ends; the first is 0. */
  readonly ends: Uint32Array;

  private constructor(bytes: Uint8Array, ends: Uint32Array) {
    this.count = ends.length - 1;
    this.bytes = bytes;
    this.ends = ends;
  }

  /** ASCII texts of at most `PREFIX_BYTES_MAX` bytes; at most `POINTS_MAX` of them. */
  static of(texts: readonly string[]): Prefixes {
    assert(texts.length <= POINTS_MAX, 'the prefixes of one call are few enough');
    const ends = new Uint32Array(texts.length + 1);
    for (let i = 0; i < texts.length; i++) {
      assert(texts[i].length <= PREFIX_BYTES_MAX, 'a prefix is short enough');
      ends[i + 1] = ends[i] + texts[i].length;
    }
    return new Prefixes(Buffer.from(texts.join(''), 'latin1'), ends);
  }

  /**
   * `,[1795404082.37,"` for each of at most `POINTS_MAX` times in whole ms; the first without its
   * comma if `isFirst`.
   */
  static ofTimes(times: Float64Array, isFirst: boolean): Prefixes {
    const { length } = times;
    assert(length <= POINTS_MAX, 'the prefixes of one call are few enough');
    const module = loadModule();
    const { exports, bytes, ends } = module;
    module.values.set(times);
    const written = exports.writePrefixes(length, isFirst ? 1 : 0);
    const at = exports.prefixesAt.value;
    const prefixes = new Prefixes(bytes.slice(at, at + written), ends.slice(0, length + 1));
    module.prefixes = prefixes;
    return prefixes;
  }
}

/**
 * The prefix and the value of each point, as Go's encoder of JSON writes doubles, and `"]` behind.
 * A view that holds until the next call; `values` has a value for each prefix from `from` on.
 */
export function pointsText(prefixes: Prefixes, values: Float64Array, from: number): Uint8Array {
  const module = loadModule();
  const { exports, bytes } = module;
  const { count } = prefixes;
  assert(from + count <= values.length, 'there is a value for each prefix');
  if (module.prefixes !== prefixes) {
    module.ends.set(prefixes.ends);
    bytes.set(prefixes.bytes, exports.prefixesAt.value);
    module.prefixes = prefixes;
  }
  module.values.set(values.subarray(from, from + count));
  const length = exports.writePoints(count);
  const at = exports.outputAt.value;
  return bytes.subarray(at, at + length);
}

/** ASCII texts by number, one behind another. */
export class Texts {
  count = 0;
  bytes: Uint8Array;
  /** Where each ends. */
  readonly ends: Uint32Array;

  /** Room for `count` texts of usual length. */
  constructor(count: number) {
    this.bytes = new Uint8Array(USUAL_BYTES * count);
    this.ends = new Uint32Array(count);
  }

  beginOf(number: number): number {
    return number === 0 ? 0 : this.ends[number - 1];
  }

  /** Byte `index` of a text; 0 behind its end. */
  byteAt(number: number, index: number): number {
    const at = this.beginOf(number) + index;
    return at < this.ends[number] ? this.bytes[at] : 0;
  }

  /** The order of two texts from byte `from` on. */
  compare(a: number, b: number, from: number): number {
    for (let i = from; ; i++) {
      const byte = this.byteAt(a, i);
      const order = byte - this.byteAt(b, i);
      if (order !== 0 || byte === 0) return order;
    }
  }

  at(number: number): string {
    const { bytes, ends } = this;
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return all.toString('latin1', this.beginOf(number), ends[number]);
  }

  /** Adds texts that lie one behind another, each of which ends where `ends` say. */
  add(bytes: Uint8Array, ends: Uint32Array): void {
    const start = this.beginOf(this.count);
    this.reserve(start + bytes.length);
    this.bytes.set(bytes, start);
    for (const end of ends) this.ends[this.count++] = start + end;
  }

  private reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(length, 2 * this.bytes.length));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** The texts of values as `formatPlain` has them: never with an exponent. */
export function* numberTexts(values: Float64Array): Steps<Texts> {
  const texts = new Texts(values.length);
  for (let from = 0; from < values.length; from += POINTS_MAX) {
    addNumbers(texts, values.subarray(from, from + POINTS_MAX));
    yield NUMBER_UNITS * POINTS_MAX;
  }
  return texts;
}

function addNumbers(texts: Texts, values: Float64Array): void {
  if (!values.every(isPlain)) {
    // Slow path: for numbers that are very large or small.
    for (const value of values) {
      const bytes = Buffer.from(formatPlain(value), 'latin1');
      texts.add(bytes, Uint32Array.of(bytes.length));
    }
    return;
  }
  const module = loadModule();
  const { exports, bytes, ends } = module;
  module.values.set(values);
  // The ends of the texts take the place of those of the prefixes.
  module.prefixes = null;
  const length = exports.writeNumbers(values.length);
  const at = exports.outputAt.value;
  texts.add(bytes.subarray(at, at + length), ends.subarray(0, values.length));
}

/** Whether JSON has a number without an exponent. */
function isPlain(value: number): boolean {
  const size = Math.abs(value);
  return !(size < 1e-6 && size > 0) && !(size >= 1e21 && size < Infinity);
}

/**
 * 10^k as 128 bits with the highest set, rounded up: high half and low half, for each k that a
 * double needs. Big integers make them exactly, in a few milliseconds, once a process.
 */
function fillPowers(into: BigUint64Array): void {
  const mask = (1n << 64n) - 1n;
  for (let k = POWER_MIN; k <= POWER_MAX; k++) {
    const shift = BigInt(Math.floor((k * 1741647) / 2 ** 19) - 127);
    const power = 10n ** BigInt(Math.abs(k));
    let value;
    if (k >= 0) {
      value = shift >= 0n ? divideUp(power, 1n << shift) : power << -shift;
    } else {
      value = divideUp(1n << -shift, power);
    }
    into[2 * (k - POWER_MIN)] = value >> 64n;
    into[2 * (k - POWER_MIN) + 1] = value & mask;
  }
}

function divideUp(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}
