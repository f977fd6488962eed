/**
 * A block's `meta.json`: what it covers, what it holds, what it came from (tsdb/block.go). Read
 * strictly by type and tolerantly by name: unknown fields are passed over, absent ones are zero.
 * Written byte for byte as Go's encoding/json does with tabs. See docs/format/meta-json.md.
 */
import { assert } from '../model/assert.js';
import { CorruptionError, messageOf } from '../model/errors.js';
import { MAX_TIME, MIN_TIME } from '../model/interval.js';
import { decodeUtf8 } from '../model/utf8.js';

export interface BlockMeta {
  readonly ulid: string;
  /** In ms; the range is half-open, `[minTime, maxTime)`. Int64's extremes are ±2^63. */
  readonly minTime: number;
  readonly maxTime: number;
  readonly stats: BlockStats;
  readonly compaction: BlockCompaction;
  /** 1, or 2 in blocks by Prometheus 2.1.0, which meant the version of the index. */
  readonly version: number;
}

/** All 0 where absent; the two kinds of samples are absent before Prometheus 3.6. */
export interface BlockStats {
  readonly numSamples: number;
  readonly numFloatSamples: number;
  readonly numHistogramSamples: number;
  readonly numSeries: number;
  readonly numChunks: number;
  readonly numTombstones: number;
}

export interface BlockCompaction {
  /** 1 for what was written from the head; a merged block is one above its highest parent. */
  readonly level: number;
  /** The level-1 blocks that went into it, itself at level 1. */
  readonly sources: readonly string[];
  /** Empty, and to be deleted at the next opportunity. */
  readonly deletable: boolean;
  /** The blocks that were merged into it. */
  readonly parents: readonly BlockDescription[];
  /** Merging it has failed: it is left alone. */
  readonly failed: boolean;
  /** `from-out-of-order`, `from-stale-series`, `from-selected-series`. */
  readonly hints: readonly string[];
}

export interface BlockDescription {
  readonly ulid: string;
  readonly minTime: number;
  readonly maxTime: number;
}

export const META_VERSION = 1;
/** The version that Prometheus 2.1.0 wrote by mistake. */
export const META_VERSION_OF_2_1_0 = 2;

// Crockford's alphabet in both cases; a first character above 7 would exceed 128 bits.
const ULID = /^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/;

/** Whether `name` is a ULID, which is what makes a directory a block. */
export function isUlid(name: string): boolean {
  return ULID.test(name);
}

/** The meta that `bytes` spell; a `CorruptionError` names `path` and the field that is wrong. */
export function parseBlockMeta(path: string, bytes: Uint8Array): BlockMeta {
  const root = Fields.parse(path, bytes);
  const version = root.integer('version');
  if (version !== META_VERSION && version !== META_VERSION_OF_2_1_0) {
    throw root.wrong('version', version, 'to be 1');
  }
  return {
    ...readDescription(root),
    stats: readStats(root.object('stats')),
    compaction: readCompaction(root.object('compaction')),
    version,
  };
}

/** The text of `meta.json`, without a newline at the end. */
export function encodeBlockMeta(meta: BlockMeta): string {
  assert(isUlid(meta.ulid), 'a block is named by a ULID');
  const { stats, compaction } = meta;
  const fields = {
    ...description(meta),
    stats: {
      numSamples: nonZero(stats.numSamples),
      numFloatSamples: nonZero(stats.numFloatSamples),
      numHistogramSamples: nonZero(stats.numHistogramSamples),
      numSeries: nonZero(stats.numSeries),
      numChunks: nonZero(stats.numChunks),
      numTombstones: nonZero(stats.numTombstones),
    },
    compaction: {
      level: compaction.level,
      sources: nonEmpty(compaction.sources),
      deletable: compaction.deletable || undefined,
      parents: nonEmpty(compaction.parents.map(description)),
      failed: compaction.failed || undefined,
      hints: nonEmpty(compaction.hints),
    },
    version: meta.version,
  };
  return asGoWrites(JSON.stringify(fields, null, '\t'));
}

function readDescription(fields: Fields): BlockDescription {
  return {
    ulid: fields.ulid('ulid'),
    minTime: fields.time('minTime'),
    maxTime: fields.time('maxTime'),
  };
}

function description({ ulid, minTime, maxTime }: BlockDescription): BlockDescription {
  return { ulid, minTime, maxTime };
}

function readStats(fields: Fields): BlockStats {
  return {
    numSamples: fields.integer('numSamples'),
    numFloatSamples: fields.integer('numFloatSamples'),
    numHistogramSamples: fields.integer('numHistogramSamples'),
    numSeries: fields.integer('numSeries'),
    numChunks: fields.integer('numChunks'),
    numTombstones: fields.integer('numTombstones'),
  };
}

function readCompaction(fields: Fields): BlockCompaction {
  return {
    level: fields.integer('level'),
    sources: fields.items('sources', (item, name) => item.ulid(name)),
    deletable: fields.boolean('deletable'),
    parents: fields.items('parents', (item, name) => readDescription(item.object(name))),
    failed: fields.boolean('failed'),
    hints: fields.items('hints', (item, name) => item.string(name)),
  };
}

/** One JSON object, whose fields are read by type. Null stands for absent, as in Go. */
class Fields {
  private readonly path: string;
  /** What stands before a field's name in messages, such as `compaction.`. */
  private readonly prefix: string;
  private readonly values: ReadonlyMap<string, unknown>;

  private constructor(path: string, prefix: string, object: object) {
    this.path = path;
    this.prefix = prefix;
    this.values = new Map(Object.entries(object));
  }

  static parse(path: string, bytes: Uint8Array): Fields {
    let root: unknown;
    try {
      root = JSON.parse(decodeUtf8(bytes));
    } catch (error) {
      const at = /position (\d+)/.exec(messageOf(error));
      const offset = at === null ? bytes.length : Number(at[1]);
      throw new CorruptionError(path, offset, `no JSON: ${messageOf(error)}`, { cause: error });
    }
    if (!isObject(root)) throw new CorruptionError(path, 0, 'not a JSON object');
    return new Fields(path, '', root);
  }

  integer(name: string): number {
    const value = this.values.get(name) ?? 0;
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    throw this.wrong(name, value, 'to be an integer from 0 to 2^53');
  }

  time(name: string): number {
    const value = this.values.get(name) ?? 0;
    if (Number.isSafeInteger(value) || value === MIN_TIME || value === MAX_TIME) {
      return value as number;
    }
    throw this.wrong(name, value, 'to be a time in ms');
  }

  boolean(name: string): boolean {
    const value = this.values.get(name) ?? false;
    if (typeof value === 'boolean') return value;
    throw this.wrong(name, value, 'to be true or false');
  }

  string(name: string): string {
    const value = this.values.get(name) ?? '';
    if (typeof value === 'string') return value;
    throw this.wrong(name, value, 'to be a string');
  }

  ulid(name: string): string {
    const value = this.string(name);
    if (isUlid(value)) return value;
    throw this.wrong(name, value, 'to be a ULID');
  }

  object(name: string): Fields {
    const value = this.values.get(name) ?? {};
    if (isObject(value)) return new Fields(this.path, `${this.prefix}${name}.`, value);
    throw this.wrong(name, value, 'to be an object');
  }

  /** A list, whose items `read` takes from an object that has them by index. */
  items<T>(name: string, read: (items: Fields, name: string) => T): T[] {
    const value = this.values.get(name) ?? [];
    if (!Array.isArray(value)) throw this.wrong(name, value, 'to be a list');
    const items = new Fields(this.path, `${this.prefix}${name}.`, value);
    return value.map((_, index) => read(items, String(index)));
  }

  wrong(name: string, got: unknown, wanted: string): CorruptionError {
    const text = JSON.stringify(got).slice(0, 60);
    return new CorruptionError(
      this.path,
      0,
      `${this.prefix}${name} is ${text}, expected ${wanted}`,
    );
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nonZero(value: number): number | undefined {
  assert(Number.isSafeInteger(value) && value >= 0, 'a statistic is a count');
  return value === 0 ? undefined : value;
}

function nonEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

/** Int64's extremes digit by digit, and the characters that Go escapes for the sake of HTML. */
function asGoWrites(json: string): string {
  return json
    .replace(/: -9223372036854776000\b/g, ': -9223372036854775808')
    .replace(/: 9223372036854776000\b/g, ': 9223372036854775807')
    .replace(
      /[<>&\u2028\u2029]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}
