/**
 * The house rules as functions over source texts: test/house.test.ts runs them over the project,
 * and over small wrong sources, so that each rule is known to fail. A finding reads
 * `path:line: what is wrong; what to do instead`.
 */
import { posix } from 'node:path';
import ts from 'typescript';

export interface SourceText {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Room → the rooms that it may import; `*` stands for all. */
export type ImportLaw = Readonly<Record<string, readonly string[]>>;

export interface House {
  readonly law: ImportLaw;
  /** Files of which each generator, by its cost a call, is banned. */
  readonly hot: readonly string[];
  /** Modules that only one room may import. */
  readonly doors: Readonly<Record<string, string>>;
  /** What package.json lists for users to install. */
  readonly dependencies: readonly string[];
  /** Sources that a user's `import` or command begins at. */
  readonly entries: readonly string[];
  /** The file that hands out the machine's clock and chance. */
  readonly clock: string;
  /** Sources without a mirror in `test/`, each with the suite that reaches it by its imports. */
  readonly testedBy: Readonly<Record<string, string>>;
}

const FILE_LINES_MAX = 600;
const FILE_LINES_USUAL = 400;
const FUNCTION_LINES_MAX = 70;
const LINE_LENGTH_MAX = 100;
const HEADER_LINES_MAX = 15;

/** Imports that break the law, leave out `.js`, or name a package that users do not get. */
export function checkImports(file: SourceText, house: House): string[] {
  const room = roomOf(file.path);
  const allowed = house.law[room];
  const findings: string[] = [];
  for (const { specifier, line } of importsOf(file)) {
    const at = `${file.path}:${line}`;
    if (specifier.startsWith('.')) {
      const target = roomOf(posix.join(posix.dirname(file.path), specifier));
      if (!specifier.endsWith('.js')) findings.push(`${at}: ${specifier} lacks .js; add it`);
      if (target !== room && !allowed.includes('*') && !allowed.includes(target)) {
        const may = allowed.length === 0 ? 'nothing' : allowed.join(', ');
        findings.push(`${at}: ${room} imports ${target}; ${room} may import ${may}`);
      }
      if (target === 'cli' && room !== 'cli') {
        findings.push(`${at}: cli is imported; nobody imports cli: move the code down`);
      }
      continue;
    }
    const name = packageOf(specifier);
    const door = house.doors[name];
    if (door !== undefined && door !== room) {
      findings.push(`${at}: ${specifier} outside ${door}; go through ${door}`);
    }
    if (!name.startsWith('node:') && !house.dependencies.includes(name)) {
      findings.push(`${at}: ${specifier} is no dependency of package.json; node: for Node's own`);
    }
  }
  return findings;
}

/** Packages that users install and no source imports. */
export function findUnused(
  files: readonly SourceText[],
  dependencies: readonly string[],
): string[] {
  const imported = new Set(
    files.flatMap((file) => importsOf(file).map(({ specifier }) => packageOf(specifier))),
  );
  return dependencies
    .filter((name) => !imported.has(name))
    .map((name) => `package.json: nothing imports ${name}; drop it`);
}

/** Constructs that the house does without, each with what stands in their place. */
export function checkBans(file: SourceText, house: House): string[] {
  const room = roomOf(file.path);
  const isDoor = house.entries.includes(file.path);
  const found: string[] = [];
  const source = parse(file);
  const ban = (node: ts.Node, what: string, instead: string): void => {
    found.push(`${file.path}:${lineOf(source, node)}: ${what}; ${instead}`);
  };
  const visit = (node: ts.Node): void => {
    banSyntax(node, ban);
    if (room !== 'cli' && file.path !== house.clock) banWorld(node, ban);
    if (house.hot.includes(file.path)) banGenerator(node, ban);
    if (!isDoor && ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      ban(node, 're-export', 'import from the file that declares it');
    }
    banLongFunction(node, source, ban);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

type Ban = (node: ts.Node, what: string, instead: string) => void;

function banSyntax(node: ts.Node, ban: Ban): void {
  if (node.kind === ts.SyntaxKind.AnyKeyword) ban(node, 'any', 'use unknown, or name the type');
  if (ts.isNonNullExpression(node)) ban(node, '!', 'test for null, or assert()');
  if (ts.isEnumDeclaration(node)) ban(node, 'enum', 'use constants and a union type');
  if (ts.isModuleDeclaration(node)) ban(node, 'namespace', 'use a file');
  if (ts.isExportAssignment(node) || isDefaultExport(node)) {
    ban(node, 'default export', 'export by name');
  }
  if (ts.isParameter(node) && ts.isParameterPropertyDeclaration(node, node.parent)) {
    ban(node, 'parameter property', 'declare the field and assign it');
  }
  if (ts.isCatchClause(node) && node.block.statements.length === 0) {
    ban(node, 'empty catch', 'handle the error, or let it pass');
  }
  if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && isNamed(node, 'RegExp')) {
    ban(node, 'RegExp of a string', "use re2js (model/matcher.ts): V8's is exponential");
  }
}

/** Time, chance, output and the process are the command line's; everybody else is handed them. */
function banWorld(node: ts.Node, ban: Ban): void {
  if (ts.isNewExpression(node) && isNamed(node, 'Date') && !node.arguments?.length) {
    ban(node, 'new Date()', 'take now: () => number as an argument');
  }
  if (ts.isIdentifier(node) && node.text === 'console' && !isMemberName(node)) {
    ban(node, 'console', 'take a Logger (model/logger.ts)');
  }
  if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return;
  const name = `${node.expression.text}.${node.name.text}`;
  if (/^(Date\.now|performance\.now|process\.hrtime)$/.test(name)) {
    ban(node, name, 'take now: () => number as an argument');
  }
  if (name === 'Math.random') ban(node, name, 'take the random source as an argument');
  if (/^process\.(stdout|stderr|stdin|env|argv|exit|exitCode|on|once|cwd|kill)$/.test(name)) {
    ban(node, name, 'return a value or throw; cli meets the process');
  }
}

function banGenerator(node: ts.Node, ban: Ban): void {
  const isGenerator =
    (ts.isFunctionDeclaration(node) ||
      ts.isFunctionExpression(node) ||
      ts.isMethodDeclaration(node)) &&
    node.asteriskToken !== undefined;
  if (isGenerator) ban(node, 'generator in a hot file', 'use a cursor: next(), then at()');
}

function banLongFunction(node: ts.Node, source: ts.SourceFile, ban: Ban): void {
  if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
  const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
  const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
  const lines = last - first + 1;
  if (lines > FUNCTION_LINES_MAX) {
    ban(node, `function of ${lines} lines`, `split it: ${FUNCTION_LINES_MAX} at most`);
  }
}

/** What every text has: a header, short lines, a fitting name, nothing left undone. */
export function checkText(file: SourceText): string[] {
  const findings: string[] = [];
  const lines = file.text.split('\n');
  const name = posix.basename(file.path);
  if (!/^[a-z0-9]+([-.][a-z0-9]+)*\.(ts|mjs)$/.test(name)) {
    findings.push(`${file.path}:1: file name; use kebab-case`);
  }
  if (/^(index|utils?|helpers?|common|misc)\.ts$/.test(name)) {
    findings.push(`${file.path}:1: a file named ${name}; name it after its one noun`);
  }
  if (lines.length - 1 > FILE_LINES_MAX) {
    findings.push(`${file.path}:1: ${lines.length - 1} lines; split it: ${FILE_LINES_MAX} at most`);
  }
  findings.push(...checkHeader(file));
  lines.forEach((line, index) => {
    const at = `${file.path}:${index + 1}`;
    // A byte picture is as wide as its bytes.
    const isPicture = /^ \* {3,}.*(\||<\d+b>)/.test(line);
    if (line.length > LINE_LENGTH_MAX && !isPicture) {
      findings.push(`${at}: ${line.length} characters; break it: ${LINE_LENGTH_MAX} at most`);
    }
    const undone = /\b(TO[D]O|FIX[M]E|XX[X])\b/.exec(line);
    if (undone !== null) findings.push(`${at}: ${undone[0]}; do it, or file an issue`);
    if (/\/(work|home|Users|root)\/[\w.]/.test(line)) {
      findings.push(`${at}: a path of one machine; make it relative`);
    }
  });
  return findings;
}

/** The first thing in a file says what it is; a byte picture in it does not count as length. */
function checkHeader(file: SourceText): string[] {
  const header = /^(?:#![^\n]*\n)?\/\*\*([\s\S]*?)\*\//.exec(file.text);
  if (header === null) return [`${file.path}:1: no header; begin with /** what this is */`];
  const prose = header[1]
    .split('\n')
    .map((line) => line.replace(/^ \* ?/, ''))
    .filter((line) => line.trim() !== '' && !line.startsWith('  ') && !line.includes('|'));
  if (prose.length === 0) return [`${file.path}:1: an empty header; say what this is`];
  if (prose.length <= HEADER_LINES_MAX) return [];
  return [`${file.path}:1: a header of ${prose.length} lines; ${HEADER_LINES_MAX} at most`];
}

/** Nine files in ten stay small. */
export function checkSizes(files: readonly SourceText[]): string[] {
  const large = files.filter((file) => file.text.split('\n').length - 1 > FILE_LINES_USUAL);
  if (large.length * 10 <= files.length) return [];
  const names = large.map((file) => file.path).join(', ');
  return [`over ${FILE_LINES_USUAL} lines in more than one file of ten: ${names}; split some`];
}

/** Files that no import leads to from `roots`. */
export function findDead(files: readonly SourceText[], roots: readonly string[]): string[] {
  const alive = reach(files, roots);
  return files
    .filter((file) => !alive.has(file.path))
    .map((file) => `${file.path}:1: no import leads here; delete it, or use it`);
}

/** The paths that imports lead to from `roots`, those included. */
function reach(files: readonly SourceText[], roots: readonly string[]): Set<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const waiting = [...roots];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = byPath.get(path);
    if (reached.has(path) || file === undefined) continue;
    reached.add(path);
    for (const { specifier } of importsOf(file)) {
      if (!specifier.startsWith('.')) continue;
      const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '');
      waiting.push(/\.m?[jt]s$/.test(target) ? target : `${target}.ts`);
    }
  }
  return reached;
}

/** Sources without `test/<room>/<file>.test.ts`. Files that hold types only need none. */
export function findUntested(
  files: readonly SourceText[],
  tests: readonly SourceText[],
  house: House,
): string[] {
  const findings: string[] = [];
  const suites = new Set(tests.map((test) => test.path));
  for (const file of files) {
    const mirror = `test/${file.path.replace(/\.ts$/, '.test.ts')}`;
    const other = house.testedBy[file.path];
    if (suites.has(mirror)) {
      if (other !== undefined) findings.push(`${file.path}:1: has a test; drop its exemption`);
    } else if (other === undefined) {
      if (hasRuntime(file)) findings.push(`${file.path}:1: no ${mirror}; write it`);
    } else if (!reach([...tests, ...files], [other]).has(file.path)) {
      findings.push(`${file.path}:1: ${other} does not import it; write a test`);
    }
  }
  for (const path of Object.keys(house.testedBy)) {
    if (!files.some((file) => file.path === path)) {
      findings.push(`${path}:1: is exempt from having a test and gone; drop its exemption`);
    }
  }
  return findings;
}

/** The first folder of a path: `chunks` of `chunks/xor.ts`. */
export function roomOf(path: string): string {
  return path.split('/')[0];
}

function hasRuntime(file: SourceText): boolean {
  return parse(file).statements.some(
    (node) =>
      !ts.isImportDeclaration(node) &&
      !ts.isInterfaceDeclaration(node) &&
      !ts.isTypeAliasDeclaration(node),
  );
}

interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** Everything that names a module: imports, re-exports, type imports, `require`, `new URL`. */
function importsOf(file: SourceText): Import[] {
  const source = parse(file);
  const found: Import[] = [];
  const add = (node: ts.Node | undefined): void => {
    if (node === undefined || !ts.isStringLiteral(node)) return;
    found.push({ specifier: node.text, line: lineOf(source, node) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal);
    }
    // The name may be one of several: require(path ?? 'name').
    if (ts.isCallExpression(node) && isModuleCall(node)) literalsIn(node.arguments[0]).forEach(add);
    // A worker's file: new URL('./worker.js', import.meta.url).
    if (ts.isNewExpression(node) && isNamed(node, 'URL') && node.arguments?.length === 2) {
      add(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The string literals of an expression. */
function literalsIn(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (one: ts.Node): void => {
    if (ts.isStringLiteral(one)) found.push(one);
    ts.forEachChild(one, visit);
  };
  visit(node);
  return found;
}

/** `import(…)`, `require(…)`, `require.resolve(…)` and `createRequire(…)(…)`. */
function isModuleCall(node: ts.CallExpression): boolean {
  const callee = node.expression;
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(callee)) return callee.text === 'require';
  if (ts.isPropertyAccessExpression(callee)) {
    return ts.isIdentifier(callee.expression) && callee.expression.text === 'require';
  }
  return ts.isCallExpression(callee) && isNamed(callee, 'createRequire');
}

function isNamed(node: ts.NewExpression | ts.CallExpression, name: string): boolean {
  return ts.isIdentifier(node.expression) && node.expression.text === name;
}

function isMemberName(node: ts.Identifier): boolean {
  return ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
}

function isDefaultExport(node: ts.Node): boolean {
  if (!ts.canHaveModifiers(node)) return false;
  const modifiers = ts.getModifiers(node) ?? [];
  return modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword);
}

/** `@scope/name/sub` → `@scope/name`; `node:fs/promises` → `node:fs`. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

const parsed = new WeakMap<SourceText, ts.SourceFile>();

function parse(file: SourceText): ts.SourceFile {
  let source = parsed.get(file);
  if (source === undefined) {
    source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022, true);
    parsed.set(file, source);
  }
  return source;
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}
