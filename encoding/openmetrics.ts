/**
 * A cursor over the samples of an OpenMetrics text, which is read once, piece by piece. It takes
 * and refuses what Prometheus 3.14's parser does (model/textparse/openmetricsparse.go), but refuses
 * times beyond ±2^53 ms, entries of more than `ENTRY_BYTES_MAX` and more than `LINES_MAX` lines,
 * and leaves hexadecimal numbers in `le` and `quantile` as they are written.
 *
 * Help, types, units and exemplars are checked and not kept; `_created` samples are samples. A
 * sample must have a time. The series are whatever the caller makes of their labels: the text of
 * each is taken apart once and recognized from then on (known-texts.ts).
 */
import { DecodeError } from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';
import { TIME_MAX } from '../model/interval.js';
import { decodeUtf8, isValidUtf8 } from '../model/utf8.js';
import { DECIMAL_OK, DECIMAL_RANGE, formatOpenMetricsFloat, parseDecimal } from './decimal.js';
import { KnownTexts } from './known-texts.js';
import { OpenMetricsLexer, type Token } from './openmetrics-lexer.js';
import { TextCache } from './text-cache.js';

/** Of one entry, which is a line unless a quoted name holds line ends. */
export const ENTRY_BYTES_MAX = 64 * 1024 * 1024;
/** Lines are numbered in 32 bits. */
export const LINES_MAX = 2 ** 32 - 1;

const BUFFER_BYTES = 256 * 1024;
/** How much of a text is quoted in a message. */
const QUOTED_BYTES_MAX = 60;

const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;

const METRIC_TYPES: ReadonlySet<string> = new Set([
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
  'unknown',
]);

/** By type: the label whose value is a number, and rewritten as one. */
const NUMBER_LABELS: ReadonlyMap<string, string> = new Map([
  ['histogram', 'le'],
  ['summary', 'quantile'],
]);
/** The same text means different labels under these. */
const KINDS: readonly string[] = ['', 'le', 'quantile'];

/** Fills `into` from its start and returns how many bytes that were, 0 at the end of the input. */
export type ReadBytes = (into: Uint8Array) => number;

/**
 * The number, 0 to 2^32 - 1, that stands for the series with these labels: name, value, name,
 * value, as they were written, in any order, a name perhaps twice, a value perhaps empty.
 */
export type InternLabels = (pairs: readonly string[]) => number;

export class OpenMetricsReader {
  /** Of the current sample: the number of its series, its time in ms, its value, its line. */
  series = 0;
  time = 0;
  readonly value = new Float64Array(1);
  line = 0;

  private readonly readBytes: ReadBytes;
  private readonly intern: InternLabels;
  private buffer = new Uint8Array(BUFFER_BYTES);
  private at = 0;
  private filled = 0;
  private isInputOver = false;
  /** Lines that lie wholly before `at`. */
  private linesBefore = 0;
  private numberLabel = '';
  private kind = 0;
  private readonly lexer = new OpenMetricsLexer();
  private readonly known = new KnownTexts();
  private readonly texts = new TextCache();
  private readonly number = new Float64Array(1);
  private entry = new SeriesEntry();

  constructor(readBytes: ReadBytes, intern: InternLabels) {
    this.readBytes = readBytes;
    this.intern = intern;
  }

  /**
   * Goes on to the next sample; false at the `# EOF` that ends the input. What is wrong is a
   * `DecodeError` at an offset in the entry that begins in line `line`.
   */
  next(): boolean {
    while (!this.nextKnown()) {
      const token = this.nextEntry();
      if (token === 'EOF') return false;
      if (token === 'value') return true;
    }
    return true;
  }

  /**
   * Fast path: a line with a known series, a plain number and a plain time. Anything else is left
   * to the slow path, errors too.
   */
  private nextKnown(): boolean {
    const { buffer, filled, known } = this;
    const start = this.at;
    const text = known.find(buffer, start, filled, this.kind);
    if (text < 0) return false;
    const valueStart = start + known.lengthOf(text) + 1;
    const valueEnd = fieldEnd(buffer, valueStart, filled);
    if (valueEnd === filled || buffer[valueEnd] !== SPACE) return false;
    const timeEnd = fieldEnd(buffer, valueEnd + 1, filled);
    if (timeEnd === filled || buffer[timeEnd] !== NEWLINE) return false;
    if (parseDecimal(buffer, valueEnd + 1, timeEnd, this.number) !== DECIMAL_OK) return false;
    const time = milliseconds(this.number[0]);
    if (!(Math.abs(time) <= TIME_MAX) || this.linesBefore >= LINES_MAX) return false;
    if (parseDecimal(buffer, valueStart, valueEnd, this.value) !== DECIMAL_OK) return false;
    this.time = time;
    this.series = known.valueOf(text);
    this.at = timeEnd + 1;
    this.line = ++this.linesBefore;
    return true;
  }

  /** Slow path: one entry of any sort; says with which token it was done with. */
  private nextEntry(): Token {
    const { lexer } = this;
    for (;;) {
      this.line = this.linesBefore + 1;
      lexer.reset(this.buffer, this.at, this.filled);
      let token: Token;
      try {
        token = this.parseEntry();
      } catch (error) {
        if (lexer.touchedEnd && error instanceof DecodeError && this.readMore()) continue;
        throw error;
      }
      if (lexer.touchedEnd && this.readMore()) continue;
      if (token === 'value') this.acceptSeries();
      this.countLines(lexer.at);
      this.at = lexer.at;
      return token;
    }
  }

  private countLines(end: number): void {
    for (let i = this.at; i < end; i++) if (this.buffer[i] === NEWLINE) this.linesBefore++;
    if (this.linesBefore > LINES_MAX) throw this.wrong(`more than ${LINES_MAX} lines`);
  }

  /** Reads on behind the bytes from `at`; false where the input is over. */
  private readMore(): boolean {
    if (this.isInputOver) return false;
    if (this.at > 0) {
      this.buffer.copyWithin(0, this.at, this.filled);
      this.filled -= this.at;
      this.at = 0;
    } else if (this.filled === this.buffer.length) {
      if (this.filled >= ENTRY_BYTES_MAX) throw this.wrong(`longer than ${ENTRY_BYTES_MAX} bytes`);
      const larger = new Uint8Array(2 * this.buffer.length);
      larger.set(this.buffer);
      this.buffer = larger;
    }
    // As much as there is room for: each attempt at a long entry begins at its start.
    while (this.filled < this.buffer.length) {
      const count = this.readBytes(this.buffer.subarray(this.filled));
      this.isInputOver = count === 0;
      if (this.isInputOver) break;
      this.filled += count;
    }
    return true;
  }

  private parseEntry(): Token {
    const { lexer, entry } = this;
    const token = lexer.next();
    entry.clear();
    if (token === 'EOF') {
      if (lexer.next() !== 'end of input') throw this.wrong('there is data after # EOF');
      return token;
    }
    if (token === 'HELP' || token === 'TYPE' || token === 'UNIT') {
      this.parseMetadata(token);
      return token;
    }
    if (token === 'metric name') {
      entry.nameStart = lexer.start;
      entry.nameEnd = lexer.at;
      entry.end = lexer.at;
      this.parseAfterName(lexer.next());
    } else if (token === '{') this.parseAfterName(token);
    else throw this.unexpected('the start of a line', token);
    return 'value';
  }

  private parseAfterName(token: Token): void {
    if (token !== '{') return this.parseSample(token);
    this.parseLabels(this.entry.offsets, true);
    this.parseSample(this.lexer.next());
  }

  private parseMetadata(keyword: 'HELP' | 'TYPE' | 'UNIT'): void {
    const { lexer, buffer } = this;
    const name = lexer.next();
    if (name !== 'metric name') throw this.unexpected(`a metric name after ${keyword}`, name);
    const isQuoted = buffer[lexer.start] === QUOTE;
    const metric = decodeUtf8(buffer, lexer.start + Number(isQuoted), lexer.at - Number(isQuoted));
    const token = lexer.next();
    if (token !== 'text') throw this.unexpected(`a space and a text after ${keyword}`, token);
    const text = decodeUtf8(buffer, lexer.start + 1, Math.max(lexer.at - 1, lexer.start + 1));
    if (keyword === 'HELP') {
      if (!isValidUtf8(text)) throw this.wrong('the help text is not valid UTF-8');
    } else if (keyword === 'TYPE') {
      if (!METRIC_TYPES.has(text)) throw this.wrong(`no metric type: ${quoted(text)}`);
      this.numberLabel = NUMBER_LABELS.get(text) ?? '';
      this.kind = KINDS.indexOf(this.numberLabel);
    } else if (text !== '' && !metric.endsWith(`_${text}`)) {
      throw this.wrong(`the unit ${quoted(text)} does not end the name ${quoted(metric)}`);
    }
  }

  /** From behind the opening brace to behind the closing one. */
  private parseLabels(offsets: number[], isSeries: boolean): void {
    const { lexer, entry, buffer } = this;
    let token = lexer.next();
    while (token !== '}') {
      const { start, at: end } = lexer;
      if (token !== 'label name' && token !== 'quoted string') {
        throw this.unexpected('a label name', token);
      }
      const isQuoted = token === 'quoted string';
      token = lexer.next();
      if (isQuoted && isSeries && (token === ',' || token === '}')) {
        // A quoted string alone is the metric's name.
        if (entry.nameStart >= 0) throw this.wrong('the metric has two names');
        entry.nameStart = start + 1;
        entry.nameEnd = end - 1;
        if (token === ',') token = lexer.next();
        continue;
      }
      if (token !== '=') throw this.unexpected('= after a label name', token);
      const value = lexer.next();
      if (value !== 'label value') throw this.unexpected('a label value in quotes', value);
      if (!isValidUtf8(decodeUtf8(buffer, lexer.start, lexer.at))) {
        throw this.wrong('a label value is not valid UTF-8');
      }
      offsets.push(start + Number(isQuoted), end - Number(isQuoted), lexer.start + 1, lexer.at - 1);
      token = lexer.next();
      if (token === ',') token = lexer.next();
      else if (token !== '}') throw this.unexpected(', or } after a label value', token);
    }
    if (isSeries) entry.end = lexer.at;
  }

  /** What stands behind the series; `token` is the first of it. */
  private parseSample(token: Token): void {
    const { lexer } = this;
    if (this.entry.nameStart < 0) throw this.wrong('the metric has no name');
    this.parseNumber(token, 'a value', this.value);
    const next = lexer.next();
    if (next === 'end of input') throw this.wrong('the input does not end with # EOF');
    if (next !== 'timestamp') throw this.unexpected('a timestamp, which an import needs', next);
    this.parseNumber(next, 'a timestamp', this.number);
    this.time = this.checkedTime();
    const end = lexer.next();
    if (end === 'exemplar') this.parseExemplar();
    else if (end !== 'end of line') throw this.unexpected('the end of the line', end);
  }

  private parseExemplar(): void {
    const { lexer } = this;
    this.parseLabels([], false);
    this.parseNumber(lexer.next(), "an exemplar's value", this.number);
    let token = lexer.next();
    if (token === 'timestamp') {
      this.parseNumber(token, "an exemplar's timestamp", this.number);
      this.checkedTime();
      token = lexer.next();
    }
    if (token !== 'end of line') throw this.unexpected('the end of the line', token);
  }

  /** The token's number, which stands behind a space. */
  private parseNumber(token: Token, what: string, into: Float64Array): void {
    if (token !== 'value' && token !== 'timestamp') throw this.unexpected(what, token);
    const { start, at: end } = this.lexer;
    const status = parseDecimal(this.buffer, start + 1, end, into);
    if (status === DECIMAL_OK) return;
    const reason = status === DECIMAL_RANGE ? 'is too large for a float' : 'is no number';
    throw this.wrong(`${what} ${reason}: ${this.tokenText(start + 1)}`);
  }

  private checkedTime(): number {
    const time = milliseconds(this.number[0]);
    if (Math.abs(time) <= TIME_MAX) return time;
    throw this.wrong(`no timestamp within ±2^53 ms: ${this.tokenText(this.lexer.start + 1)}`);
  }

  /** The parsed entry is a sample: finds or makes its series. */
  private acceptSeries(): void {
    const { buffer, entry, numberLabel } = this;
    const pairs = ['__name__', this.name(entry.nameStart, entry.nameEnd)];
    const { offsets } = entry;
    for (let i = 0; i < offsets.length; i += 4) {
      const name = this.name(offsets[i], offsets[i + 1]);
      const value = this.name(offsets[i + 2], offsets[i + 3]);
      pairs.push(name, name === numberLabel ? this.normalized(value) : value);
    }
    this.series = this.intern(pairs);
    // The fast path counts one line an entry.
    const isOneLine = buffer.indexOf(NEWLINE, this.at) >= entry.end;
    if (isOneLine && this.known.find(buffer, this.at, this.filled, this.kind) < 0) {
      this.known.add(buffer, this.at, entry.end, this.kind, this.series);
    }
  }

  private name(start: number, end: number): string {
    const text = this.texts.text(this.buffer, start, end);
    return text.includes('\\') ? text.replace(/\\(["\\n])/g, unescape) : text;
  }

  /** A number in a label's value, as OpenMetrics writes it; other text as it is. */
  private normalized(value: string): string {
    const bytes = Buffer.from(value, 'utf8');
    const status = parseDecimal(bytes, 0, bytes.length, this.number);
    return status === DECIMAL_OK ? formatOpenMetricsFloat(this.number[0]) : value;
  }

  private unexpected(wanted: string, token: Token): DecodeError {
    if (token === 'end of input') return this.wrong('the input does not end with # EOF');
    return this.wrong(`expected ${wanted}, got ${this.tokenText(this.lexer.start)}`);
  }

  /** The token's text from `start` on, and the byte behind it, where a failed one failed. */
  private tokenText(start: number): string {
    const end = Math.min(Math.max(this.lexer.at, start + 1), this.filled);
    return quoted(decodeUtf8(this.buffer, start, Math.min(end, start + QUOTED_BYTES_MAX)));
  }

  private wrong(message: string): DecodeError {
    return new DecodeError(message, Math.max(this.lexer.start - this.at, 0));
  }
}

/** Where the parts of a series' text lie in the buffer. */
class SeriesEntry {
  nameStart = -1;
  nameEnd = -1;
  /** Behind the series' text, which begins with the entry. */
  end = -1;
  /** For each label: start and end of its name, start and end of its value. */
  readonly offsets: number[] = [];

  clear(): void {
    this.nameStart = -1;
    this.nameEnd = -1;
    this.end = -1;
    this.offsets.length = 0;
  }
}

/** Seconds as Prometheus makes milliseconds of them: toward zero, never -0. */
function milliseconds(seconds: number): number {
  return Math.trunc(seconds * 1000) + 0;
}

function fieldEnd(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && bytes[i] > SPACE) i++;
  return i;
}

function unescape(_: string, escaped: string): string {
  return escaped === 'n' ? '\n' : escaped;
}

function quoted(text: string): string {
  return goQuote(text.length > QUOTED_BYTES_MAX ? `${text.slice(0, QUOTED_BYTES_MAX)}…` : text);
}
