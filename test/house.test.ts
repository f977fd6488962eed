/** The house rules: who may import whom, what is banned, how large things get, what has a test. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  checkBans,
  checkImports,
  checkSizes,
  checkText,
  findDead,
  findUnused,
  findUntested,
  type House,
  type ImportLaw,
  type SourceText,
} from './support/house-rules.js';

/** The whole import law. A room may also import its own files. */
const MAY_IMPORT: ImportLaw = {
  model: [],
  encoding: ['model'],
  disk: ['model'],
  kernel: ['model'],
  chunks: ['model', 'encoding', 'disk', 'kernel'],
  index: ['model', 'encoding', 'disk', 'kernel', 'chunks'],
  wal: ['model', 'encoding', 'disk', 'kernel'],
  compact: ['model', 'encoding', 'disk', 'kernel', 'chunks', 'index'],
  promql: ['model', 'kernel'],
  tsdb: ['model', 'encoding', 'disk', 'kernel', 'chunks', 'index', 'wal', 'compact', 'promql'],
  // Remote write and read are snappy around protobuf, and XOR chunks in frames.
  api: ['model', 'encoding', 'disk', 'kernel', 'chunks', 'promql', 'tsdb'],
  cli: ['*'], // nobody imports cli
};

/** Modules that one room alone may import: its door to the world. */
const DOORS: Readonly<Record<string, string>> = {
  'node:fs': 'disk',
  fs: 'disk',
  'mmap-io': 'disk',
  'node:http': 'api',
  'node:https': 'api',
  hono: 'api',
  '@hono/node-server': 'api',
  protobufjs: 'api',
  'node:readline': 'cli',
  'node:tty': 'cli',
  commander: 'cli',
  pino: 'cli',
  yaml: 'cli',
  'prom-client': 'api',
  bcryptjs: 'api',
  'cli-progress': 'cli',
};

/** The files through which each sample or posting passes: no generators there. */
const HOT = [
  'chunks/bit-reader.ts',
  'chunks/float-merge.ts',
  'chunks/merge.ts',
  'chunks/segment-reader.ts',
  'chunks/xor.ts',
  'encoding/byte-reader.ts',
  'encoding/byte-writer.ts',
  'encoding/float-bits.ts',
  'index/postings.ts',
  'kernel/head-kernel.ts',
  'kernel/kernel.ts',
  'kernel/kernel-module.ts',
  'kernel/replay-rows.ts',
  'kernel/step-kernel.ts',
  'kernel/step-sums.ts',
  'model/columns.ts',
  'tsdb/appender.ts',
  'promql/aggregations/accumulators.ts',
  'promql/aggregations/sum.ts',
  'promql/functions/over-time.ts',
  'promql/functions/rates.ts',
  'promql/instant-steps.ts',
  'promql/step-column.ts',
  'promql/window.ts',
  'tsdb/head-tail.ts',
  'tsdb/ref-slots.ts',
  'tsdb/sample-range.ts',
  'wal/sample-batch.ts',
  'wal/sample-record.ts',
  'wal/varint-cursor.ts',
];

/** Sources without a mirror in `test/`: the suite that tests them all the same. */
const TESTED_BY: Readonly<Record<string, string>> = {
  'kernel/entry-words.ts': 'test/chunks/segment-reader.test.ts',
  'chunks/entry-decoder.ts': 'test/chunks/chunk-entries.test.ts',
  'chunks/histogram-encoder.ts': 'test/chunks/histogram-appender.test.ts',
  'tsdb/commit-group.ts': 'test/tsdb/commit-queue.test.ts',
  'wal/log-sender.ts': 'test/wal/worker-log.test.ts',
  'wal/log-server.ts': 'test/wal/worker-log.test.ts',
  'compact/head-snapshot.ts': 'test/compact/head-block.test.ts',
  'compact/head-symbols.ts': 'test/compact/head-block.test.ts',
  'compact/inline-jobs.ts': 'test/compact/job.test.ts',
  'compact/job-protocol.ts': 'test/compact/job.test.ts',
  'compact/job-thread.ts': 'test/compact/job.test.ts',
  'compact/job-worker.ts': 'test/compact/job.test.ts',
  'compact/merge-source.ts': 'test/compact/compactor.test.ts',
  'compact/open-block.ts': 'test/compact/compactor.test.ts',
  'index/symbol-list.ts': 'test/index/symbol-union.test.ts',
  'kernel/entry-kernel.ts': 'test/chunks/entry-maker.test.ts',
  'kernel/finished-chunks.ts': 'test/kernel/head-kernel.test.ts',
  'kernel/kernel-module.ts': 'test/kernel/kernel.test.ts',
  'kernel/merge-slot.ts': 'test/kernel/merge-kernel.test.ts',
  'kernel/row-encoder.ts': 'test/kernel/head-kernel-records.test.ts',
  'kernel/sample-rows.ts': 'test/kernel/head-kernel.test.ts',
  'kernel/web-assembly.ts': 'test/kernel/head-kernel.test.ts',
  'model/regexp-capture.ts': 'test/promql/engine.test.ts',
  'model/logger.ts': 'test/disk/node-disk.test.ts',
  'tsdb/block-series.ts': 'test/tsdb/block.test.ts',
  'tsdb/database-files.ts': 'test/tsdb/database.test.ts',
  'tsdb/database-opening.ts': 'test/tsdb/database.test.ts',
  'tsdb/head-compaction.ts': 'test/tsdb/database.test.ts',
  'tsdb/lifecycle.ts': 'test/tsdb/database.test.ts',
  'promql/leaf.ts': 'test/tsdb/query-threads.test.ts',
  'tsdb/portion-reader.ts': 'test/tsdb/query-threads.test.ts',
  'tsdb/portion-writer.ts': 'test/tsdb/query-threads.test.ts',
  'tsdb/portions.ts': 'test/tsdb/query-threads.test.ts',
  'tsdb/query-protocol.ts': 'test/tsdb/query-threads.test.ts',
  'tsdb/query-worker.ts': 'test/tsdb/query-threads.test.ts',
  'tsdb/shared-series.ts': 'test/tsdb/query-threads.test.ts',
  'tsdb/maintenance-directory.ts': 'test/tsdb/maintenance.test.ts',
  'tsdb/replay-series.ts': 'test/tsdb/live-replay.test.ts',
  'cli/clean-tombstones.ts': 'test/cli/maintenance-commands.test.ts',
  'cli/compact-dry-run.ts': 'test/cli/maintenance-commands.test.ts',
  'cli/compact.ts': 'test/cli/maintenance-commands.test.ts',
  'cli/delete.ts': 'test/cli/maintenance-commands.test.ts',
  'cli/open-for-writing.ts': 'test/cli/maintenance-commands.test.ts',
  'cli/repair.ts': 'test/cli/maintenance-commands.test.ts',
  'cli/retention.ts': 'test/cli/maintenance-commands.test.ts',
  'cli/snapshot.ts': 'test/cli/maintenance-commands.test.ts',
  'cli/query-commands.ts': 'test/cli/query.test.ts',
  'cli/query-target.ts': 'test/cli/query.test.ts',
  'api/query-text-endpoints.ts': 'test/api/recorded.test.ts',
  'cli/open-served.ts': 'test/cli/serve.test.ts',
  'cli/signals.ts': 'test/cli/serve.test.ts',
  'cli/yaml-fields.ts': 'test/cli/config-file.test.ts',
  'api/admin-endpoints.ts': 'test/api/handler.test.ts',
  'api/api-database.ts': 'test/api/handler.test.ts',
  'api/api-error.ts': 'test/api/handler.test.ts',
  'api/endpoint.ts': 'test/api/handler.test.ts',
  'api/envelope.ts': 'test/api/handler.test.ts',
  'api/features.ts': 'test/api/recorded.test.ts',
  'api/label-endpoints.ts': 'test/api/recorded.test.ts',
  'api/lifecycle-endpoints.ts': 'test/api/handler.test.ts',
  'api/remote-messages.ts': 'test/api/write-request.test.ts',
  'api/status-endpoints.ts': 'test/api/recorded.test.ts',
  'api/target-endpoints.ts': 'test/api/recorded.test.ts',
  'promql/characters.ts': 'test/promql/lexer.test.ts',
  'promql/literals.ts': 'test/promql/parser.test.ts',
  'promql/number-scanner.ts': 'test/promql/lexer.test.ts',
  'promql/aggregations/choose.ts': 'test/promql/engine.test.ts',
  'promql/aggregations/count-values.ts': 'test/promql/engine.test.ts',
  'promql/aggregations/grouping.ts': 'test/promql/engine.test.ts',
  'promql/aggregations/limit-ratio.ts': 'test/promql/engine.test.ts',
  'promql/aggregations/reduce.ts': 'test/promql/engine.test.ts',
  'promql/aggregations/sum.ts': 'test/promql/aggregations/accumulators.test.ts',
  'promql/annotations.ts': 'test/promql/engine.test.ts',
  'promql/binary.ts': 'test/promql/engine.test.ts',
  'promql/durations.ts': 'test/promql/engine.test.ts',
  'promql/engine-options.ts': 'test/promql/engine.test.ts',
  'promql/evaluator.ts': 'test/promql/engine.test.ts',
  'promql/functions/absent.ts': 'test/promql/engine.test.ts',
  'promql/functions/buckets.ts': 'test/promql/engine.test.ts',
  'promql/functions/classic-histograms.ts': 'test/promql/engine.test.ts',
  'promql/functions/elementwise.ts': 'test/promql/engine.test.ts',
  'promql/functions/extended-rates.ts': 'test/promql/engine.test.ts',
  'promql/functions/info.ts': 'test/promql/engine.test.ts',
  'promql/functions/label-functions.ts': 'test/promql/engine.test.ts',
  'promql/functions/mapped.ts': 'test/promql/engine.test.ts',
  'promql/functions/rates.ts': 'test/promql/engine.test.ts',
  'promql/functions/sorting.ts': 'test/promql/engine.test.ts',
  'promql/functions/timestamps.ts': 'test/promql/engine.test.ts',
  'promql/functions/trends.ts': 'test/promql/engine.test.ts',
  'promql/functions/window-function.ts': 'test/promql/functions/over-time.test.ts',
  'promql/functions/windowed.ts': 'test/promql/engine.test.ts',
  'promql/grid.ts': 'test/promql/engine.test.ts',
  'promql/kahan.ts': 'test/promql/functions/over-time.test.ts',
  'promql/keep.ts': 'test/promql/engine.test.ts',
  'promql/label-hash.ts': 'test/promql/engine.test.ts',
  'promql/label-names.ts': 'test/promql/engine.test.ts',
  'promql/label-sets.ts': 'test/promql/engine.test.ts',
  'promql/labels-text.ts': 'test/promql/engine.test.ts',
  'promql/names.ts': 'test/promql/engine.test.ts',
  'promql/natural-order.ts': 'test/promql/engine.test.ts',
  'promql/operators.ts': 'test/promql/engine.test.ts',
  'promql/parse-float.ts': 'test/promql/engine.test.ts',
  'promql/planner.ts': 'test/promql/engine.test.ts',
  'promql/quantile.ts': 'test/promql/functions/over-time.test.ts',
  'promql/query-context.ts': 'test/promql/engine.test.ts',
  'promql/query-queue.ts': 'test/promql/engine.test.ts',
  'promql/range-source.ts': 'test/promql/engine.test.ts',
  'promql/results.ts': 'test/promql/engine.test.ts',
  'promql/selection.ts': 'test/promql/engine.test.ts',
  'promql/selectors.ts': 'test/promql/engine.test.ts',
  'promql/set-operators.ts': 'test/promql/engine.test.ts',
  'promql/signatures.ts': 'test/promql/engine.test.ts',
  'promql/smoothing.ts': 'test/promql/engine.test.ts',
  'promql/stale.ts': 'test/promql/instant-steps.test.ts',
  'promql/step-column.ts': 'test/promql/instant-steps.test.ts',
  'promql/value-heap.ts': 'test/promql/engine.test.ts',
  'promql/value.ts': 'test/promql/engine.test.ts',
  'promql/vector-matching.ts': 'test/promql/engine.test.ts',
  'promql/vector-stream.ts': 'test/promql/engine.test.ts',
  'promql/language.ts': 'test/tsdb/reader.test.ts',
  'promql/parser-options.ts': 'test/promql/parser.test.ts',
  'promql/selector-parser.ts': 'test/promql/selector.test.ts',
  'promql/token-stream.ts': 'test/promql/parser.test.ts',
};

const ROOT = resolve(__dirname, '..');
/** Written by the build, or not ours. */
const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.peers', 'coverage', 'fixtures']);
const GENERATED = new Set([
  'kernel/kernel-wasm.ts',
  'kernel/entry-kernel-wasm.ts',
  'kernel/head-kernel-wasm.ts',
  'kernel/row-encoder-wasm.ts',
  'kernel/merge-kernel-wasm.ts',
  'kernel/text-kernel-wasm.ts',
  'api/remote-pb.ts',
]);

const packageJson = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { default: string }>;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
};

const house: House = {
  law: MAY_IMPORT,
  hot: HOT,
  doors: DOORS,
  dependencies: Object.keys({
    ...packageJson.dependencies,
    ...packageJson.optionalDependencies,
    ...packageJson.peerDependencies,
  }),
  entries: entries(),
  clock: 'disk/clock.ts',
  testedBy: TESTED_BY,
};

const all = readAll('');
const inRooms = all.filter(({ path }) => Object.keys(MAY_IMPORT).includes(path.split('/')[0]));
/** AssemblyScript reads like TypeScript and has rules of its own. */
const sources = inRooms.filter(({ path }) => !path.startsWith('kernel/assembly/'));
const benches = all.filter(({ path }) => /^(?:bench|conformance)\//.test(path));
const tests = all.filter(({ path }) => path.startsWith('test/'));

describe('the house', () => {
  it('has only rooms that the import law knows', () => {
    const known = [
      ...Object.keys(MAY_IMPORT),
      'test',
      'bench',
      'conformance',
      'scripts',
      'examples',
      '',
    ];
    const rooms = all.map(({ path }) => (path.includes('/') ? path.split('/')[0] : ''));
    expect(rooms.filter((room) => !known.includes(room))).toEqual([]);
    expect(sources.length).toBeGreaterThan(10);
  });

  it('imports only downward, through its doors, and only what users install', () => {
    expect(sources.flatMap((file) => checkImports(file, house))).toEqual([]);
  });

  it('asks users to install only what it imports', () => {
    expect(findUnused(sources, house.dependencies)).toEqual([]);
  });

  it('does without what is banned', () => {
    expect(sources.flatMap((file) => checkBans(file, house))).toEqual([]);
  });

  it('has a header, short lines and nothing undone in every file', () => {
    const scripts = all.filter(({ path }) => path.startsWith('scripts/'));
    const support = all.filter(({ path }) => path.startsWith('test/support/'));
    const texts = [...inRooms, ...benches, ...scripts, ...support];
    expect(texts.flatMap((file) => checkText(file))).toEqual([]);
  });

  it('keeps its files small', () => {
    expect(checkSizes(inRooms)).toEqual([]);
    expect(checkSizes(tests)).toEqual([]);
  });

  it('has no file that nothing leads to', () => {
    const roots = benches.map(({ path }) => path).filter((path) => path.endsWith('.bench.ts'));
    const entries = [...house.entries, ...roots, 'conformance/main.ts'];
    expect(findDead([...sources, ...benches], entries)).toEqual([]);
    const suites = tests.map(({ path }) => path).filter((path) => path.endsWith('.test.ts'));
    expect(findDead(tests, suites)).toEqual([]);
  });

  it('has a test for every source', () => {
    expect(findUntested(sources, tests, house)).toEqual([]);
  });

  it('names its hot files in ARCHITECTURE.md, and they exist', () => {
    expect(HOT.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
    const paragraph = /\*\*Hot paths\*\*[^]*?\n\n/.exec(page)?.[0] ?? '';
    const named = [...paragraph.matchAll(/`([\w/-]+\.ts)`/g)].map(([, path]) => path);
    expect(named.sort()).toEqual([...HOT].sort());
  });

  it('has every file in the code map of ARCHITECTURE.md', () => {
    const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
    const absent = sources.filter(({ path }) => !page.includes(`${path.split('/')[1]}`));
    expect(absent.map(({ path }) => path)).toEqual([]);
  });
});

/** One wrong source a line: a rule that cannot fail is no rule. */
describe('the rules', () => {
  const small: House = {
    law: { model: [], disk: ['model'], chunks: ['model', 'disk'], tsdb: ['*'], cli: ['*'] },
    hot: ['chunks/xor.ts'],
    doors: { 'node:fs': 'disk', 'mmap-io': 'disk' },
    dependencies: ['snappy', '@scope/known', 'mmap-io'],
    entries: ['tsdb/db.ts'],
    clock: 'disk/clock.ts',
    testedBy: {},
  };
  const file = (path: string, text: string): SourceText => ({ path, text });

  function refuses(path: string, text: string, finding: string): void {
    const found = [...checkImports(file(path, text), small), ...checkBans(file(path, text), small)];
    expect(found.join('\n')).toContain(finding);
    expect(found).toHaveLength(1);
  }

  function accepts(path: string, text: string): void {
    const found = [...checkImports(file(path, text), small), ...checkBans(file(path, text), small)];
    expect(found).toEqual([]);
  }

  it('refuse imports upward, sideways and past a door', () => {
    refuses('model/a.ts', "import { b } from '../disk/b.js';", 'model/a.ts:1: model imports disk');
    refuses('model/a.ts', "import type { B } from '../disk/b.js';", 'may import nothing');
    refuses('model/a.ts', "type B = import('../disk/b.js').B;", 'model imports disk');
    refuses('model/a.ts', "\nawait import('../disk/b.js');", 'model/a.ts:2');
    refuses('model/a.ts', "new Worker(new URL('../disk/b.js', here));", 'model imports disk');
    refuses('tsdb/db.ts', "export { b } from '../cli/b.js';", 'nobody imports cli');
    refuses('chunks/a.ts', "import { b } from './b';", './b lacks .js');
    refuses('chunks/a.ts', "import { readSync } from 'node:fs';", 'go through disk');
    refuses('chunks/a.ts', "import { open } from 'node:fs/promises';", 'go through disk');
    refuses('chunks/a.ts', "createRequire(here)('mmap-io');", 'go through disk');
    refuses('chunks/a.ts', "require(path ?? 'mmap-io');", 'go through disk');
    refuses('chunks/a.ts', "require.resolve('mmap-io/package.json');", 'go through disk');
    refuses('chunks/a.ts', "import { x } from '@scope/other/x';", 'no dependency');
    refuses('chunks/a.ts', "import { join } from 'path';", 'no dependency');
    accepts('chunks/a.ts', "import { b } from './b.js'; import { c } from '../model/c.js';");
    accepts('disk/a.ts', "import { readSync } from 'node:fs'; createRequire(here)('mmap-io');");
    accepts('chunks/a.ts', "import { x } from '@scope/known/x'; import s from 'snappy';");
    accepts('cli/a.ts', "import { b } from '../chunks/b.js';");
  });

  it('refuse banned constructs, each with its replacement', () => {
    refuses('model/a.ts', 'let a: any;', 'use unknown');
    refuses('model/a.ts', 'f(a as any);', 'use unknown');
    refuses('model/a.ts', 'a.b!.c;', 'assert()');
    refuses('model/a.ts', 'enum A { B }', 'union type');
    refuses('model/a.ts', 'namespace A {}', 'use a file');
    refuses('model/a.ts', 'export default 1;', 'export by name');
    refuses('model/a.ts', 'export default function f() {}', 'export by name');
    refuses('model/a.ts', 'class A { constructor(readonly b: B) {} }', 'declare the field');
    refuses('model/a.ts', 'try { f(); } catch {}', 'handle the error');
    refuses('model/a.ts', 'new RegExp(pattern);', 're2js');
    refuses('model/a.ts', 'RegExp(pattern);', 're2js');
    refuses('model/a.ts', "export { b } from './b.js';", 'import from the file that declares it');
    refuses('chunks/xor.ts', 'function* f() {}', 'use a cursor');
    refuses('chunks/xor.ts', 'class A { *f() {} }', 'use a cursor');
    refuses('model/a.ts', `function f() {${'\n'.repeat(70)}}`, 'function of 71 lines');
    accepts('tsdb/db.ts', "export { b } from './b.js';");
    accepts('chunks/xor2.ts', 'function* f() {}');
    accepts('model/a.ts', `function f() {${'\n'.repeat(69)}}`);
    accepts(
      'model/a.ts',
      "// any, a!, enum, console.log\nconst text = 'new RegExp(x)'; /x/.test(a);",
    );
  });

  it('refuse the world outside the command line', () => {
    refuses('model/a.ts', 'Date.now();', 'take now');
    refuses('model/a.ts', 'performance.now();', 'take now');
    refuses('model/a.ts', 'new Date();', 'take now');
    refuses('model/a.ts', 'Math.random();', 'random source');
    refuses('model/a.ts', 'console.log(1);', 'Logger');
    refuses('model/a.ts', 'process.stdout.write(a);', 'cli meets the process');
    refuses('model/a.ts', 'process.env.HOME;', 'cli meets the process');
    refuses('model/a.ts', 'process.exit(1);', 'cli meets the process');
    accepts('model/a.ts', 'new Date(ms); process.arch; logger.console;');
    accepts('disk/clock.ts', 'Date.now();');
    accepts('cli/a.ts', 'console.log(Date.now(), process.argv, Math.random(), new Date());');
  });

  it('refuse texts without a header, with long lines, with things undone', () => {
    const check = (path: string, text: string): string => checkText(file(path, text)).join('\n');
    const undone = ['TO', 'DO'].join('');
    expect(check('a/b.ts', 'const a = 1;')).toContain('no header');
    expect(check('a/b.ts', '/** */')).toContain('empty header');
    expect(check('a/b.ts', `/**\n${' * word\n'.repeat(16)} */`)).toContain('header of 16 lines');
    expect(check('a/b.ts', `/** A. */\n${'x'.repeat(101)}`)).toContain('a/b.ts:2: 101 characters');
    expect(check('a/b.ts', `/** A. */\n// ${undone}: more`)).toContain(`a/b.ts:2: ${undone}`);
    expect(check('a/b.ts', `/** A. */\n'${['', 'home', 'me'].join('/')}'`)).toContain(
      'one machine',
    );
    expect(check('a/index.ts', '/** A. */')).toContain('one noun');
    expect(check('a/someThing.ts', '/** A. */')).toContain('kebab-case');
    expect(check('a/b.ts', `/** A. */${'\n'.repeat(601)}`)).toContain('601 lines');
    const picture = ' *   len | data\n'.repeat(20);
    expect(check('a/b.ts', `#!/usr/bin/env node\n/**\n * A.\n${picture} */\n`)).toBe('');
  });

  it('refuse too many large files, dead files and untested ones', () => {
    const lines = (count: number): SourceText => file(`model/f${count}.ts`, '\n'.repeat(count));
    const nine = Array.from({ length: 9 }, (_, i) => lines(i));
    expect(checkSizes([...nine, lines(401)])).toEqual([]);
    expect(checkSizes([...nine.slice(1), lines(401)])).toHaveLength(1);

    const door = file('tsdb/db.ts', "import type { A } from '../model/a.js';");
    const used = file('model/a.ts', 'export const a = 1;');
    const dead = file('model/b.ts', "import { a } from './a.js';");
    expect(findDead([door, used, dead], ['tsdb/db.ts'])).toEqual([
      'model/b.ts:1: no import leads here; delete it, or use it',
    ]);

    const user = file('chunks/x.ts', "import { crc32c } from '@scope/known';");
    expect(findUnused([user], ['@scope/known', 'other'])).toEqual([
      'package.json: nothing imports other; drop it',
    ]);

    const types = file('model/c.ts', 'export interface C { readonly d: number }');
    const mirror = file('test/model/b.test.ts', "import { b } from '../../model/b.js';");
    const sweep = file('test/model/sweep.test.ts', "import { b } from './b.test.js';");
    const untested = (testedBy: Readonly<Record<string, string>>): string[] =>
      findUntested([used, types, dead], [mirror, sweep], { ...small, testedBy });
    expect(untested({})).toEqual(['model/a.ts:1: no test/model/a.test.ts; write it']);
    expect(untested({ 'model/a.ts': 'test/model/sweep.test.ts' })).toEqual([]);
    expect(untested({ 'model/a.ts': 'test/model/none.test.ts' })).toEqual([
      'model/a.ts:1: test/model/none.test.ts does not import it; write a test',
    ]);
    expect(
      untested({ 'model/a.ts': 'test/model/b.test.ts', 'model/b.ts': 'x', 'no.ts': 'x' }),
    ).toEqual([
      'model/b.ts:1: has a test; drop its exemption',
      'no.ts:1: is exempt from having a test and gone; drop its exemption',
    ]);
  });
});

/** The sources behind the files that package.json offers. */
function entries(): string[] {
  const targets = Object.values(packageJson.exports).map((target) =>
    typeof target === 'string' ? target : target.default,
  );
  return [...targets, ...Object.values(packageJson.bin)]
    .filter((target) => target.endsWith('.js'))
    .map((target) => target.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, '.ts'));
}

function readAll(folder: string): SourceText[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : readAll(path);
    if (!/\.(ts|mjs)$/.test(entry.name) || GENERATED.has(path)) return [];
    return [{ path, text: readFileSync(join(ROOT, path), 'utf8') }];
  });
}
