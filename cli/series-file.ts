/**
 * The file of series of `bench write`, as promtool reads it: a label set a line,
 * `{"__name__":"up","job":"node"}`. Values hold neither commas nor colons; quotes mean nothing.
 */
import { InputFile } from '../disk/input-file.js';
import { InputError } from '../model/errors.js';
import { Labels } from '../model/labels.js';
import { decodeUtf8 } from '../model/utf8.js';

const PIECE_BYTES = 1024 * 1024;
/** A line is no longer. */
const LINE_BYTES_MAX = 64 * PIECE_BYTES;
const NEWLINE = 0x0a;

/** The label sets of the file at `path`, each once, and at most `countMax`. */
export function readSeries(path: string, countMax: number): Labels[] {
  const file = new InputFile(path);
  try {
    const lines = new SeriesLines(path, countMax);
    let buffer = new Uint8Array(PIECE_BYTES);
    let used = 0;
    for (;;) {
      const read = file.read(buffer.subarray(used));
      const end = used + read;
      const lineEnd = read === 0 ? end : buffer.lastIndexOf(NEWLINE, end - 1) + 1;
      lines.add(decodeUtf8(buffer, 0, lineEnd));
      buffer.copyWithin(0, lineEnd, end);
      used = end - lineEnd;
      if (read === 0 || lines.isFull) return lines.labels();
      if (used === buffer.length) buffer = lengthened(path, buffer);
    }
  } finally {
    file.close();
  }
}

function lengthened(path: string, buffer: Uint8Array): Uint8Array<ArrayBuffer> {
  if (buffer.length > LINE_BYTES_MAX) throw new InputError(path, 1, 'the line does not end');
  const longer = new Uint8Array(2 * buffer.length);
  longer.set(buffer);
  return longer;
}

class SeriesLines {
  private readonly path: string;
  private readonly countMax: number;
  private readonly found = new Map<string, Labels>();
  /** One string for equal names and values. */
  private readonly texts = new Map<string, string>();
  private number = 0;

  constructor(path: string, countMax: number) {
    this.path = path;
    this.countMax = countMax;
  }

  get isFull(): boolean {
    return this.found.size >= this.countMax;
  }

  labels(): Labels[] {
    return [...this.found.values()];
  }

  /** Takes whole lines; the last one may lack its end. */
  add(text: string): void {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const line of lines) this.addLine(line);
  }

  private addLine(line: string): void {
    this.number++;
    if (line.trim() === '' || this.isFull) return;
    const plain = line.replaceAll(/["{}]/g, '');
    const labels = Labels.from(plain.split(',').map((pair) => this.labelOf(pair)));
    this.found.set(labels.key(), labels);
  }

  private labelOf(pair: string): [name: string, value: string] {
    const at = pair.indexOf(':');
    if (at < 0) throw new InputError(this.path, this.number, `no label: ${pair}`);
    // Like promtool: what follows a second colon is left out.
    const end = pair.indexOf(':', at + 1);
    return [
      this.shared(pair.slice(0, at)),
      this.shared(pair.slice(at + 1, end < 0 ? undefined : end)),
    ];
  }

  private shared(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    this.texts.set(text, text);
    return text;
  }
}
