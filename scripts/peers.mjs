/**
 * Brings the real programs that the interop suite and the comparing benchmarks run against into
 * `.peers/bin`, once. Their versions stand in `peers/`: a go.mod for each Go module with its
 * programs as `tool` lines, folders beside it with programs of ours that use the module as a
 * library, and debian.json for what Debian packages.
 *
 * `npm run peers` brings what it can, names what it cannot and why, and ends with 1 if anything is
 * missing. Users need none of these programs.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const HOME = join(ROOT, '.peers');
const BIN = join(HOME, 'bin');

/** Build tags by folder: without service discovery Prometheus builds in a third of the time. */
const GO_MODULES = { prometheus: 'remove_all_sd,netgo', victoriametrics: 'netgo' };

class Missing extends Error {}

mkdirSync(BIN, { recursive: true });
const failures = [];
const debian = JSON.parse(readFileSync(join(ROOT, 'peers/debian.json'), 'utf8'));
for (const [name, peer] of Object.entries(debian)) attempt(name, () => bringDebian(name, peer));
for (const [name, tags] of Object.entries(GO_MODULES)) attempt(name, () => buildGo(name, tags));
for (const failure of failures) process.stderr.write(`peers: ${failure}\n`);
process.exit(failures.length > 0 ? 1 : 0);

/** What is missing does not keep the others from coming. */
function attempt(name, action) {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    failures.push(`${name} is missing: ${error.message}`);
  }
}

/** Builds all `tool` lines of peers/NAME/go.mod, if it or the tags changed since the last time. */
function buildGo(name, tags) {
  const folder = join(ROOT, 'peers', name);
  const goMod = readFileSync(join(folder, 'go.mod'), 'utf8');
  const tools = [...(/^tool \(\n([^)]*)\)/m.exec(goMod)?.[1] ?? '').matchAll(/\S+/g)];
  const own = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const paths = [...tools.map(([path]) => path), ...own.map((entry) => `./${entry.name}`)];
  const programs = paths.map((path) => basename(path));
  if (programs.length === 0) throw new Error(`peers/${name}/go.mod has no tool lines`);
  const stamp = join(HOME, `${name}.stamp`);
  const sources = own.flatMap(({ name: program }) =>
    readdirSync(join(folder, program)).map((file) => join(folder, program, file)),
  );
  const digest = createHash('sha256').update(goMod).update(tags);
  for (const source of sources) digest.update(readFileSync(source));
  const hash = digest.digest('hex');
  const built = programs.every((program) => existsSync(join(BIN, program)));
  if (built && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;

  if (spawnSync('go', ['version']).status !== 0) {
    throw new Missing(`${programs.join(', ')}: Go (1.26 or later) is needed to build them`);
  }
  say(`building ${programs.join(', ')} (some minutes the first time)`);
  const args = ['build', '-mod=readonly', '-buildvcs=false', `-tags=${tags}`, '-o', `${BIN}/`];
  const { status } = spawnSync('go', [...args, ...paths], {
    cwd: folder,
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' },
  });
  if (status !== 0) throw new Missing(`go build ended with status ${status}`);
  writeFileSync(stamp, hash);
}

/** Links a Debian program into `.peers/bin`: the installed one, or one out of its package. */
function bringDebian(name, peer) {
  const link = join(BIN, name);
  if (isVersion(link, peer.version)) return;
  const installed = join('/', peer.file);
  if (!isVersion(installed, peer.version)) {
    say(`fetching Debian's ${peer.package}`);
    if (peer.needsLibraries) install(peer.package);
    else extract(peer.package);
  }
  const extracted = join(HOME, 'debian', peer.file);
  const program = [installed, extracted].find((path) => isVersion(path, peer.version));
  if (program === undefined) {
    throw new Missing(`version ${peer.version} wanted from Debian's package ${peer.package}`);
  }
  rmSync(link, { force: true });
  symlinkSync(program, link);
}

/** Whether `program` runs and names `version` as its own. */
function isVersion(program, version) {
  if (!existsSync(program)) return false;
  const { stdout, stderr, error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (error) return false;
  const named = /(?:version |debian\/)(\S+)/.exec(`${stdout}${stderr}`)?.[1] ?? '';
  return named.startsWith(version);
}

function install(packageName) {
  apt('install', ['--yes', '--no-install-recommends', packageName], HOME);
}

/** Unpacks a package without installing it, so that no service of it is set up. */
function extract(packageName) {
  const scratch = mkdtempSync(join(HOME, 'download-'));
  try {
    apt('download', [packageName], scratch);
    const archive = readdirSync(scratch).find((file) => file.endsWith('.deb'));
    const unpacked = join(HOME, 'debian');
    const { status } = spawnSync('dpkg-deb', ['--extract', join(scratch, archive), unpacked]);
    if (status !== 0) throw new Missing(`dpkg-deb ended with status ${status}`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Runs apt-get; where its lists are missing or old, once more with new ones. */
function apt(command, args, cwd) {
  const run = (...words) =>
    spawnSync('apt-get', ['--quiet', ...words], {
      cwd,
      stdio: ['ignore', process.stderr, process.stderr],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  const first = run(command, ...args);
  if (first.error) throw new Missing(`it comes by apt-get: ${first.error.message}`);
  if (first.status === 0) return;
  if (run('update').status === 0 && run(command, ...args).status === 0) return;
  throw new Missing(`apt-get ${command} ${args.at(-1)} failed (installing needs root)`);
}

function say(message) {
  process.stderr.write(`peers: ${message}\n`);
}
