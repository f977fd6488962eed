/**
 * A YAML file read field by field. What is asked for is known; what is left over at `end()` is an
 * error that names its line, and so is a value of the wrong kind.
 */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { InputError } from '../model/errors.js';

/** A mapping of the file. */
export class YamlFields {
  private readonly file: YamlFile;
  private readonly map: YAMLMap | null;
  /** Where the mapping stands: `storage.tsdb`; empty at the top. */
  private readonly place: string;
  private readonly known = new Set<string>();

  constructor(file: YamlFile, map: YAMLMap | null, place: string) {
    this.file = file;
    this.map = map;
    this.place = place;
  }

  /** A value in the words of the file (`15d`, `true`, `5`); absent where the key is. */
  text(name: string): string | undefined {
    const node = this.nodeOf(name);
    if (node === undefined) return undefined;
    if (!isScalar(node)) throw this.error(node, `${this.nameOf(name)} is a single value`);
    return node.value === null ? '' : (node.source ?? JSON.stringify(node.value));
  }

  /** The same, made into something by `parse`, whose errors get the line. */
  parsed<T>(name: string, parse: (text: string) => T): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw this.error(this.nodeOf(name), `${this.nameOf(name)}: ${reason}`);
    }
  }

  /** A mapping within the mapping; an empty one where the key is absent. */
  fields(name: string): YamlFields {
    const node = this.nodeOf(name);
    const place = this.nameOf(name);
    if (node === undefined || (isScalar(node) && node.value === null)) {
      return new YamlFields(this.file, null, place);
    }
    if (!isMap(node)) throw this.error(node, `${place} is a mapping`);
    return new YamlFields(this.file, node, place);
  }

  /** A mapping whose keys are anything and whose values are texts. */
  texts(name: string): Record<string, string> {
    const fields = this.fields(name);
    return Object.fromEntries(fields.names().map((key) => [key, fields.text(key) ?? '']));
  }

  /** Whether a list is given that has something in it. */
  hasItems(name: string): boolean {
    const node = this.nodeOf(name);
    return isSeq(node) ? node.items.length > 0 : node !== undefined && !isScalar(node);
  }

  /** All keys, in the file's order. */
  names(): string[] {
    return (this.map?.items ?? []).map(({ key }) => (isScalar(key) ? String(key.value) : ''));
  }

  /** Throws for the first key that nobody asked for. */
  end(): void {
    for (const { key } of this.map?.items ?? []) {
      const name = isScalar(key) ? String(key.value) : '';
      if (!this.known.has(name)) throw this.error(key, `unknown field ${this.nameOf(name)}`);
    }
  }

  /** An error at the line of a key's value. */
  errorAt(name: string, reason: string): InputError {
    return this.error(this.nodeOf(name), reason);
  }

  private nodeOf(name: string): unknown {
    this.known.add(name);
    return this.map?.get(name, true) ?? undefined;
  }

  private nameOf(name: string): string {
    return this.place === '' ? name : `${this.place}.${name}`;
  }

  private error(node: unknown, reason: string): InputError {
    return new InputError(this.file.path, this.file.lineOf(node), reason);
  }
}

/** The file that fields stand in. */
interface YamlFile {
  readonly path: string;
  lineOf(node: unknown): number;
}

/** The fields at the top; throws an `InputError` with the line for what is no YAML. */
export function parseYaml(path: string, text: string): YamlFields {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new InputError(path, lines.linePos(problem.pos[0]).line, firstLine(problem.message));
  }
  const file: YamlFile = { path, lineOf: (node) => lineOf(node, lines) };
  const { contents } = document;
  const isEmpty = contents === null || (isScalar(contents) && contents.value === null);
  if (!isEmpty && !isMap(contents)) {
    throw new InputError(path, file.lineOf(contents), 'the file is a mapping');
  }
  return new YamlFields(file, isMap(contents) ? contents : null, '');
}

function lineOf(node: unknown, lines: LineCounter): number {
  const { range } = (node ?? {}) as { range?: readonly number[] | null };
  return range === undefined || range === null ? 1 : lines.linePos(range[0]).line;
}

function firstLine(message: string): string {
  return message.split('\n')[0].replace(/ at line .*$/, '');
}
