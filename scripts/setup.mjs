/**
 * Makes a fresh clone runnable, and a set-up clone run at once: installs the dependencies, builds
 * the kernel and the TypeScript, each only when it is missing or its inputs changed.
 *
 * Plain Node without dependencies: it runs before any is installed. What is stale is decided by
 * content (hashes, the lock file against what npm says it installed), not by times, which a
 * checkout or a copy changes.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const STAMP = join(ROOT, 'dist/.setup.json');
const ABI_STAMP = join(ROOT, 'node_modules/.mmtsdb-abi');

/** What is built, in order: `outputs` from `inputs` (files, or folders of `.ts` files). */
const STAGES = [
  {
    name: 'kernel',
    inputs: ['kernel/assembly', 'scripts/build-kernel.mjs', 'package-lock.json'],
    outputs: ['kernel', 'entry-kernel', 'head-kernel', 'merge-kernel', 'text-kernel'].map(
      (name) => `kernel/${name}-wasm.ts`,
    ),
    command: ['scripts/build-kernel.mjs'],
  },
  {
    name: 'protobuf messages',
    inputs: ['api/remote.proto', 'scripts/build-proto.mjs', 'package-lock.json'],
    outputs: ['api/remote-pb.ts'],
    command: ['scripts/build-proto.mjs'],
  },
  {
    name: 'TypeScript',
    inputs: [...sourceRooms(), 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
    outputs: ['dist/cli/main.js', 'dist/tsdb/db.js', 'dist/tsdb/db.d.ts'],
    command: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  },
];

checkNodeVersion();
installDependencies();
build();

function checkNodeVersion() {
  const { engines } = readJson('package.json');
  const wanted = engines.node.replace('>=', '').split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > wanted[0] || (major === wanted[0] && minor >= wanted[1])) return;
  fail(`mmtsdb needs Node ${engines.node}; this is ${process.versions.node} (${process.execPath})`);
}

function installDependencies() {
  const abi = `${process.platform}-${process.arch}-${process.versions.modules}`;
  if (!isInstalled()) {
    say('installing dependencies (npm ci)');
    npm(['ci', '--include=dev', '--no-audit', '--no-fund'], 'the dependencies cannot be installed');
  } else if (existsSync(ABI_STAMP) && readFileSync(ABI_STAMP, 'utf8') !== abi) {
    // The mmap addon is compiled for one ABI. Without it files are read positionally.
    say(`rebuilding native addons for Node ${process.versions.node} (npm rebuild)`);
    npm(['rebuild', '--no-audit', '--no-fund'], null);
  } else if (existsSync(ABI_STAMP)) {
    return;
  }
  writeFileSync(ABI_STAMP, abi);
}

/** Whether npm's own record of what it installed agrees with the lock file. */
function isInstalled() {
  const record = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(readJson('package-lock.json').packages).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed[path];
    // Optional packages of other platforms, and those that could not be compiled, are absent.
    if (found === undefined) return wanted.optional === true || wanted.devOptional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

function build() {
  const stamp = existsSync(STAMP) ? JSON.parse(readFileSync(STAMP, 'utf8')) : {};
  for (const stage of STAGES) {
    const hash = hashOf(stage.inputs);
    const built = stage.outputs.every((path) => existsSync(join(ROOT, path)));
    if (built && stamp[stage.name] === hash) continue;
    say(`building ${stage.name}`);
    const { status } = spawnSync(process.execPath, stage.command, { cwd: ROOT, stdio: 'inherit' });
    if (status !== 0) fail(`${stage.name} does not build`);
    // The kernel's stage writes an input of the next one, so each hash is taken in its turn.
    stamp[stage.name] = hash;
    mkdirSync(dirname(STAMP), { recursive: true });
    writeFileSync(STAMP, JSON.stringify(stamp));
    if (stage.name === 'TypeScript') pruneDist();
  }
}

/** The top-level folders with TypeScript that is compiled into `dist`. */
function sourceRooms() {
  const left = new Set(['node_modules', 'dist', 'test', 'examples', 'docs', 'scripts', 'peers']);
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !left.has(entry.name))
    .map((entry) => entry.name);
}

/** Removes from `dist` what was compiled from a source file that is no longer there. */
function pruneDist() {
  const dist = join(ROOT, 'dist');
  for (const file of readdirSync(dist, { recursive: true })) {
    const source = file.replace(/(\.d\.ts|\.js)$/, '.ts');
    if (source !== file && !existsSync(join(ROOT, source))) rmSync(join(dist, file));
  }
}

function hashOf(inputs) {
  const hash = createHash('sha256').update(process.versions.modules);
  for (const input of inputs) {
    for (const file of filesOf(input)) {
      hash.update(`\0${file}\0`).update(readFileSync(join(ROOT, file)));
    }
  }
  return hash.digest('hex');
}

function filesOf(input) {
  if (!existsSync(join(ROOT, input))) return [];
  if (/\.\w+$/.test(input)) return [input];
  return readdirSync(join(ROOT, input), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(input, name));
}

/** Runs npm: the one that runs us, if one does. `failure` null: its failure is not ours. */
function npm(args, failure) {
  const { npm_execpath: script } = process.env;
  const env = { ...process.env };
  // The headers of V8 from Node 24 on need C++20, and the mmap addon asks for C++17.
  if (Number(process.versions.node.split('.')[0]) >= 24) {
    env.CXXFLAGS = `${env.CXXFLAGS ?? ''} -std=gnu++20`;
  }
  const options = { cwd: ROOT, env, stdio: ['ignore', process.stderr, process.stderr] };
  const { status, error } = script?.endsWith('.js')
    ? spawnSync(process.execPath, [script, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (failure === null || status === 0) return;
  fail(`${failure}: npm ${args[0]} ${error ? error.message : `ended with status ${status}`}`);
}

function readJson(path) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

function say(message) {
  process.stderr.write(`mmtsdb: ${message}\n`);
}

function fail(message) {
  say(message);
  process.exit(1);
}
