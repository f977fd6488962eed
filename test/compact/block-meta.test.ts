/** A block's meta.json: every field, both ways, and what is refused. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  type BlockMeta,
  encodeBlockMeta,
  isUlid,
  parseBlockMeta,
} from '../../compact/block-meta.js';
import { CorruptionError } from '../../model/errors.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { FIXTURES, fixtureData } from '../support/fixtures.js';
import { describeShared, shared } from '../support/shared.js';

const ULID = '01M837AXGP79YNKWYKQ1VK1NHC';
const ZERO_ULID = '0'.repeat(26);

const PLAIN: BlockMeta = {
  ulid: ULID,
  minTime: 0,
  maxTime: 7_200_000,
  stats: {
    numSamples: 0,
    numFloatSamples: 0,
    numHistogramSamples: 0,
    numSeries: 0,
    numChunks: 0,
    numTombstones: 0,
  },
  compaction: { level: 1, sources: [], deletable: false, parents: [], failed: false, hints: [] },
  version: 1,
};

const FULL: BlockMeta = {
  ulid: ULID,
  minTime: MIN_TIME,
  maxTime: MAX_TIME,
  stats: {
    numSamples: 21,
    numFloatSamples: 13,
    numHistogramSamples: 8,
    numSeries: 5,
    numChunks: 3,
    numTombstones: 2,
  },
  compaction: {
    level: 3,
    sources: [ULID, ZERO_ULID],
    deletable: true,
    parents: [{ ulid: ZERO_ULID, minTime: -1, maxTime: 0 }],
    failed: true,
    hints: ['from-out-of-order', '<&>\u2028'],
  },
  version: 1,
};

function parse(json: unknown): BlockMeta {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  return parseBlockMeta('/data/x/meta.json', Buffer.from(text));
}

describe('meta.json', () => {
  it("is written as Go's encoding/json writes it with tabs", () => {
    expect(encodeBlockMeta(FULL)).toBe(
      [
        '{',
        `\t"ulid": "${ULID}",`,
        '\t"minTime": -9223372036854775808,',
        '\t"maxTime": 9223372036854775807,',
        '\t"stats": {',
        '\t\t"numSamples": 21,',
        '\t\t"numFloatSamples": 13,',
        '\t\t"numHistogramSamples": 8,',
        '\t\t"numSeries": 5,',
        '\t\t"numChunks": 3,',
        '\t\t"numTombstones": 2',
        '\t},',
        '\t"compaction": {',
        '\t\t"level": 3,',
        '\t\t"sources": [',
        `\t\t\t"${ULID}",`,
        `\t\t\t"${ZERO_ULID}"`,
        '\t\t],',
        '\t\t"deletable": true,',
        '\t\t"parents": [',
        '\t\t\t{',
        `\t\t\t\t"ulid": "${ZERO_ULID}",`,
        '\t\t\t\t"minTime": -1,',
        '\t\t\t\t"maxTime": 0',
        '\t\t\t}',
        '\t\t],',
        '\t\t"failed": true,',
        '\t\t"hints": [',
        '\t\t\t"from-out-of-order",',
        '\t\t\t"\\u003c\\u0026\\u003e\\u2028"',
        '\t\t]',
        '\t},',
        '\t"version": 1',
        '}',
      ].join('\n'),
    );
    expect(encodeBlockMeta(PLAIN)).toContain(
      '\t"stats": {},\n\t"compaction": {\n\t\t"level": 1\n\t},',
    );
  });

  it('comes out as it went in', () => {
    expect(parse(encodeBlockMeta(FULL))).toEqual(FULL);
    expect(parse(encodeBlockMeta(PLAIN))).toEqual(PLAIN);
    const count = fc.nat();
    const time = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(MIN_TIME, MAX_TIME));
    const stats = fc.record({
      numSamples: count,
      numFloatSamples: count,
      numHistogramSamples: count,
      numSeries: count,
      numChunks: count,
      numTombstones: count,
    });
    const hints = fc.array(fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(time, time, stats, hints, (minTime, maxTime, stats, hints) => {
        const meta = { ...FULL, minTime, maxTime, stats };
        const all = { ...meta, compaction: { ...FULL.compaction, hints } };
        expect(parse(encodeBlockMeta(all))).toEqual(all);
      }),
    );
  });

  it('may lack what is zero, and may have what nobody knows', () => {
    const sparse = { ulid: ULID, maxTime: 7_200_000, compaction: { level: 1 }, version: 1 };
    expect(parse(sparse)).toEqual(PLAIN);
    expect(
      parse({ ...sparse, minTime: null, stats: null, thanos: { labels: { a: 'b' } } }),
    ).toEqual(PLAIN);
  });

  it('may have version 2, by which Prometheus 2.1.0 meant the index', () => {
    expect(parse({ ...PLAIN, version: 2 }).version).toBe(2);
  });

  const wrong: [string, unknown, string][] = [
    ['a ulid that is none', { ...PLAIN, ulid: 'x' }, 'ulid is "x", expected to be a ULID'],
    ['no ulid', { version: 1 }, 'ulid is ""'],
    ['no version', { ulid: ULID }, 'version is 0, expected to be 1'],
    ['a later version', { ...PLAIN, version: 3 }, 'version is 3'],
    ['a time of text', { ...PLAIN, minTime: '5' }, 'minTime is "5", expected to be a time in ms'],
    ['a time of half a millisecond', { ...PLAIN, maxTime: 0.5 }, 'maxTime is 0.5'],
    ['a time beyond 2^53', { ...PLAIN, maxTime: 2 ** 60 }, 'maxTime is 1152921504606847000'],
    ['negative samples', { ...PLAIN, stats: { numSamples: -1 } }, 'stats.numSamples is -1'],
    ['stats that are a list', { ...PLAIN, stats: [] }, 'stats is [], expected to be an object'],
    ['compaction that is text', { ...PLAIN, compaction: 'a' }, 'compaction is "a"'],
    [
      'sources that are no list',
      { ...PLAIN, compaction: { sources: 'a' } },
      'compaction.sources is "a"',
    ],
    [
      'a source that is no ULID',
      { ...PLAIN, compaction: { sources: [ULID, 'I'] } },
      'compaction.sources.1 is "I"',
    ],
    [
      'a parent that is none',
      { ...PLAIN, compaction: { parents: [7] } },
      'compaction.parents.0 is 7',
    ],
    [
      'a parent with a wrong time',
      { ...PLAIN, compaction: { parents: [{ ulid: ULID, minTime: true }] } },
      'compaction.parents.0.minTime is true',
    ],
    ['a flag of text', { ...PLAIN, compaction: { failed: 'no' } }, 'compaction.failed is "no"'],
    ['a hint of numbers', { ...PLAIN, compaction: { hints: [1] } }, 'compaction.hints.0 is 1'],
    ['a list', [], 'not a JSON object'],
    ['nothing', '', 'no JSON'],
    ['nothing but null', 'null', 'not a JSON object'],
  ];
  it.each(wrong)('with %s is a CorruptionError that names it', (_, json, message) => {
    expect(() => parse(json)).toThrow(CorruptionError);
    expect(() => parse(json)).toThrow(`/data/x/meta.json: corrupt at byte`);
    expect(() => parse(json)).toThrow(message);
  });

  it('cut off anywhere is a CorruptionError', () => {
    const text = encodeBlockMeta(FULL);
    for (let length = 0; length < text.length; length++) {
      expect(() => parse(text.slice(0, length))).toThrow(CorruptionError);
    }
  });

  it('with any other byte is a meta or a CorruptionError', () => {
    const bytes = Buffer.from(encodeBlockMeta(FULL));
    let refused = 0;
    for (let offset = 0; offset < bytes.length; offset++) {
      const flipped = Buffer.from(bytes);
      flipped[offset] ^= 0x80;
      try {
        parseBlockMeta('x', flipped);
      } catch (error) {
        expect(error).toBeInstanceOf(CorruptionError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(bytes.length / 2);
  });
});

describe('a ULID', () => {
  const names: [string, boolean][] = [
    [ULID, true],
    [ULID.toLowerCase(), true],
    [ZERO_ULID, true],
    [`7${'Z'.repeat(25)}`, true],
    [`8${'0'.repeat(25)}`, false],
    [`${ULID}.tmp-for-deletion`, false],
    [ULID.slice(1), false],
    [`0${'I'.repeat(25)}`, false],
    [`0${'U'.repeat(25)}`, false],
    ['wal', false],
  ];
  it.each(names)('%s: %s', (name, is) => {
    expect(isUlid(name)).toBe(is);
  });
});

describeShared('the meta.json of real blocks', () => {
  const blocks = FIXTURES.flatMap((fixture) =>
    readdirSync(fixtureData(fixture))
      .filter(isUlid)
      .map((name) => [`${fixture} ${name}`, `${fixtureData(fixture)}/${name}/meta.json`, name]),
  );
  it.each(blocks)('%s comes out byte for byte', (_, path, name) => {
    const bytes = readFileSync(path);
    const meta = parseBlockMeta(path, bytes);
    expect(meta.ulid).toBe(name);
    expect(encodeBlockMeta(meta)).toBe(bytes.toString('utf8'));
  });

  it('of Prometheus 2.1.0 says version 2', () => {
    const folder = shared('conformance/tsdb/repair_index_version');
    const [name] = readdirSync(folder).filter(isUlid);
    const path = `${folder}/${name}/meta.json`;
    expect(parseBlockMeta(path, readFileSync(path))).toMatchObject({ ulid: name, version: 2 });
  });
});
