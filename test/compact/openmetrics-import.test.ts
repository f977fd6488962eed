/**
 * Imports on a disk in memory: one block a slice, the same blocks however little memory there is, in
 * an order of operations that may be interrupted anywhere. What promtool makes of the same texts is
 * in test/interop/create-blocks-from.test.ts.
 */
import { BLOCK_DURATION_MS } from '../../compact/block-grid.js';
import {
  type ImportedBlock,
  importOpenMetrics,
  type ImportOptions,
  type LeftOut,
} from '../../compact/openmetrics-import.js';
import { InputError } from '../../model/errors.js';
import { WritableMemoryDisk } from '../support/writable-memory-disk.js';

const TEMPORARY = '.tmp-for-creation';

interface Imported {
  readonly blocks: ImportedBlock[];
  readonly leftOut: LeftOut | null;
}

async function importText(
  disk: WritableMemoryDisk,
  text: string,
  options: Partial<ImportOptions> = {},
): Promise<Imported> {
  const blocks: ImportedBlock[] = [];
  let ulids = 0;
  let rest = Buffer.from(text);
  const read = (into: Uint8Array): number => {
    const piece = rest.subarray(0, into.length);
    into.set(piece);
    rest = rest.subarray(piece.length);
    return piece.length;
  };
  const leftOut = await importOpenMetrics(disk, 'in.om', read, {
    out: '/d',
    durationMs: BLOCK_DURATION_MS,
    labels: new Map(),
    newUlid: () => `01JGFJJZ${String(ulids++).padStart(18, '0')}`,
    onBlock: (block) => blocks.push(block),
    ...options,
  });
  return { blocks, leftOut };
}

/** Names of what lies in `/d`, files by their path within. */
function remains(disk: WritableMemoryDisk): string[] {
  return [...disk.files.keys(), ...disk.directories].filter((path) => path.startsWith('/d/'));
}

/** 20 series for 5 hours; values that compress badly. */
function fleet(): string {
  const lines: string[] = [];
  for (let i = 0; i < 300; i++) {
    for (let series = 0; series < 20; series++) {
      lines.push(`m{i="${series}"} ${Math.sin(i * series)} ${1_700_000_000 + 60 * i}`);
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

describe('an import', () => {
  it('makes a block of each slice that has samples, from its first to its last', async () => {
    const disk = new WritableMemoryDisk(['/d']);
    const text = 'a{x="1"} 1 20000\na 2 20001.5\nb NaN 1\na 1 2\nb 2 7199.999\n# EOF\n';
    const { blocks, leftOut } = await importText(disk, text);
    expect(leftOut).toBeNull();
    expect(blocks.map(({ meta }) => [meta.minTime, meta.maxTime, meta.stats])).toEqual([
      [1000, 7_200_000, { ...zero, numSamples: 3, numFloatSamples: 3, numSeries: 2, numChunks: 2 }],
      [
        20_000_000,
        20_001_501,
        { ...zero, numSamples: 2, numFloatSamples: 2, numSeries: 2, numChunks: 2 },
      ],
    ]);
    for (const { path, sizeBytes, meta } of blocks) {
      const names = ['chunks/000001', 'index', 'meta.json', 'tombstones'];
      const files = [...disk.files.keys()].filter((file) => file.startsWith(`${path}/`)).sort();
      expect(files).toEqual(names.map((name) => `${path}/${name}`));
      expect(sizeBytes).toBe(files.reduce((sum, file) => sum + disk.stat(file).size, 0));
      expect(meta.compaction).toMatchObject({ level: 1, sources: [meta.ulid], parents: [] });
    }
    expect(disk.openFiles).toBe(0);
  });

  it('makes the same blocks when nearly nothing fits into memory', async () => {
    const files = async (bufferedSamples: number): Promise<[string, string][]> => {
      const disk = new WritableMemoryDisk(['/d']);
      await importText(disk, fleet(), { bufferedSamples });
      expect(remains(disk).some((path) => path.includes(TEMPORARY))).toBe(false);
      expect(disk.openFiles).toBe(0);
      return [...disk.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString('hex')]);
    };
    const whole = await files(1_000_000);
    expect(whole.length).toBe(4 * 3);
    for (const rowsMax of [500, 1711]) expect(await files(rowsMax)).toEqual(whole);
  });

  it('gives all samples some labels, and makes the directory', async () => {
    const disk = new WritableMemoryDisk(['/']);
    const { blocks } = await importText(disk, 'a{x="1",y="2"} 1 1\n# EOF\n', {
      out: '/new/dir',
      labels: new Map([
        ['x', 'other'],
        ['y', ''],
      ]),
    });
    expect(blocks[0].path.startsWith('/new/dir/')).toBe(true);
    const index = Buffer.from(disk.readFile(`${blocks[0].path}/index`, 1e6)).toString('latin1');
    expect(index).toContain('other');
    expect(index).not.toContain('\x01y');
  });

  it('of nothing makes nothing', async () => {
    const disk = new WritableMemoryDisk(['/d']);
    expect(await importText(disk, '# EOF\n')).toEqual({ blocks: [], leftOut: null });
    expect(remains(disk)).toEqual([]);
  });

  it('says what lies before the first block, where promtool says nothing', async () => {
    const disk = new WritableMemoryDisk(['/d']);
    const text = 'a 1 -7200.001\nb 1 -9000\na 2 -7200\na 3 0\n# EOF\n';
    const { blocks, leftOut } = await importText(disk, text);
    expect(leftOut).toEqual({ samples: 2, before: -7_200_000 });
    expect(blocks.map(({ meta }) => meta.minTime)).toEqual([-7_200_000, 0]);
    const next = await importText(disk, 'a 1 -14400\na 1 -7200\n# EOF\n');
    expect(next.leftOut).toBeNull();
  });
});

const zero = {
  numSamples: 0,
  numFloatSamples: 0,
  numHistogramSamples: 0,
  numSeries: 0,
  numChunks: 0,
  numTombstones: 0,
};

describe('a text that is refused', () => {
  /** The error of an import, and the blocks that stay. */
  async function refusal(
    text: string,
    options: Partial<ImportOptions> = {},
  ): Promise<[unknown, number]> {
    const disk = new WritableMemoryDisk(['/d']);
    let error: unknown = null;
    try {
      await importText(disk, text, options);
    } catch (caught) {
      error = caught;
    }
    expect(disk.openFiles).toBe(0);
    const paths = remains(disk);
    expect(paths.filter((path) => path.includes(TEMPORARY))).toEqual([]);
    return [error, new Set(paths.map((path) => path.split('/')[2])).size];
  }

  it.each([
    ['a 1 1\na{b="c} 2 2\n# EOF\n', 2, 'expected a label value'],
    ['a 1 1\nb 1\n# EOF\n', 2, 'expected a timestamp'],
    ['a 1 1\n', 2, 'the input does not end with # EOF'],
    ['a 1 1\n\na{b="1",b="2"} 1 1\n# EOF\n', 2, 'expected the start of a line'],
    ['a 1 1\na{b="1",b="2"} 1 1\n# EOF\n', 2, 'the label "b" is there twice'],
  ])('for what it says makes no block: %j', async (text, line, message) => {
    const [error, blocks] = await refusal(text);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ path: 'in.om', line, code: 'TSDB_INPUT' });
    expect((error as Error).message).toContain(`in.om:${line}: ${message}`);
    expect(blocks).toBe(0);
    const whole = fleet().slice(0, -'# EOF\n'.length);
    const [, more] = await refusal(`${whole}${text}`, { bufferedSamples: 100 });
    expect(more).toBe(0);
  });

  it('for samples against those of an earlier commit names the first line of them', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => `m ${i} ${i}`).join('\n');
    const early = 'z 1 20000\n';
    const [error, blocks] = await refusal(`${early}${many}\nm 1 5\nb 1 1\na 1 2\nm 1 4\n# EOF\n`);
    expect(error).toMatchObject({ line: 5002, code: 'TSDB_INPUT' });
    expect((error as Error).message).toBe(
      'in.om:5002: out of order sample: {__name__="m"} at 5000 ms comes after a later one',
    );
    expect(blocks).toBe(0);
    const [duplicate, kept] = await refusal(`${many}\nm 1 9000\nm 2 4999\na 1 -7200\n# EOF\n`);
    expect((duplicate as Error).message).toBe(
      'in.om:5002: duplicate sample: {__name__="m"} at 4999000 ms has another value already',
    );
    // The slice before was whole when this one could not be made.
    expect(kept).toBe(1);
  });
});

describe('the order of operations', () => {
  it('makes a block durable before the next one begins', async () => {
    const disk = new WritableMemoryDisk(['/d']);
    await importText(disk, 'a 1 1\na 2 7200\n# EOF\n');
    const published = disk.log.filter((entry) => /^(mkdir|rename|sync .*\/$)/.test(entry));
    const names = published.map((entry) => entry.replace(/01JGFJJZ0+/g, '#'));
    const one = (n: number): string[] => [
      `mkdir /d/#${n}${TEMPORARY}`,
      `mkdir /d/#${n}${TEMPORARY}/chunks`,
      `sync /d/#${n}${TEMPORARY}/chunks/`,
      `sync /d/#${n}${TEMPORARY}/`,
      `rename /d/#${n}${TEMPORARY} /d/#${n}`,
      'sync /d/',
    ];
    expect(names).toEqual([...one(1), ...one(2)]);
    const creations = disk.log.filter((entry) => entry.startsWith('create'));
    for (const entry of creations) {
      const path = entry.slice('create '.length);
      const synced = disk.log.indexOf(`sync ${path}`);
      const lastWrite = disk.log.lastIndexOf(`write ${path}`);
      const renamed = disk.log.findIndex((other) =>
        other.startsWith(`rename ${path.split('/', 3).join('/')}`),
      );
      expect(lastWrite).toBeLessThan(synced);
      expect(synced).toBeLessThan(renamed);
    }
  });

  it('leaves whole blocks and nothing else, whichever operation fails', async () => {
    const disk = new WritableMemoryDisk(['/d']);
    await importText(disk, fleet(), { bufferedSamples: 1500 });
    const operations = disk.log.length;
    expect(operations).toBeGreaterThan(50);
    for (let at = 0; at < operations; at++) {
      const faulty = new WritableMemoryDisk(['/d']);
      faulty.refusedAt = at;
      await expect(importText(faulty, fleet(), { bufferedSamples: 1500 })).rejects.toThrow(
        'input/output error',
      );
      expect(faulty.openFiles).toBe(0);
      const isRemoval = disk.log[at].startsWith('remove');
      const files = [...faulty.files.keys()];
      if (!isRemoval)
        expect(remains(faulty).filter((path) => path.includes(TEMPORARY))).toEqual([]);
      for (const path of files.filter((path) => !path.includes(TEMPORARY))) {
        const wanted = disk.files.get(path);
        expect(wanted !== undefined && Buffer.from(wanted).equals(faulty.readFile(path, 1e9))).toBe(
          true,
        );
      }
    }
  });
});
