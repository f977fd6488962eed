/**
 * OpenMetrics text as tokens, exactly as Prometheus takes it apart (textparse/openmetricslex.l):
 * which token may come next depends on where in a line we are, the longest match wins, and nothing
 * but the one space that the format asks for separates them.
 *
 *     # HELP name text⏎     # TYPE name text⏎     # UNIT name text⏎     # EOF⏎
 *     name{label="value",…} value timestamp # {label="value",…} value timestamp⏎
 *
 * Zero bytes inside label values and texts are passed over where Prometheus' lexer does, which
 * reads them as the end of a token elsewhere.
 */

export type Token =
  | 'invalid'
  | 'end of input'
  | 'HELP'
  | 'TYPE'
  | 'UNIT'
  | 'EOF'
  | 'metric name'
  | 'text'
  | '{'
  | '}'
  | '='
  | ','
  | 'label name'
  | 'quoted string'
  | 'label value'
  | 'value'
  | 'timestamp'
  | 'end of line'
  | 'exemplar';

type State =
  | 'start'
  | 'comment'
  | 'name after comment'
  | 'text'
  | 'labels'
  | 'label value'
  | 'value'
  | 'timestamp'
  | 'exemplar'
  | 'exemplar value'
  | 'exemplar timestamp';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const COMMA = 0x2c;
const EQUAL = 0x3d;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

const LETTER = 1;
const COLON = 2;
const DIGIT = 4;
/** What each byte may be in a name. */
const CLASSES = Uint8Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (/[a-zA-Z_]/.test(char)) return LETTER;
  if (char === ':') return COLON;
  return /[0-9]/.test(char) ? DIGIT : 0;
});

const KEYWORDS: readonly (readonly [text: string, token: Token])[] = [
  ['HELP ', 'HELP'],
  ['TYPE ', 'TYPE'],
  ['UNIT ', 'UNIT'],
];

export class OpenMetricsLexer {
  /** The token is `bytes[start, at)`. */
  start = 0;
  at = 0;
  /** Whether a token ended, or failed, because the bytes did: with more of them it may differ. */
  touchedEnd = false;
  private bytes: Uint8Array = new Uint8Array(0);
  private end = 0;
  private state: State = 'start';

  /** Begins anew at `at`, where an entry begins; the bytes end at `end`. */
  reset(bytes: Uint8Array, at: number, end: number): void {
    this.bytes = bytes;
    this.at = at;
    this.start = at;
    this.end = end;
    this.state = 'start';
    this.touchedEnd = false;
  }

  next(): Token {
    this.start = this.at;
    if (this.at >= this.end) {
      this.touchedEnd = true;
      return 'end of input';
    }
    const byte = this.bytes[this.at];
    switch (this.state) {
      case 'start':
        return this.lexStart(byte);
      case 'comment':
        return 'invalid';
      case 'name after comment':
        return this.lexNameAfterComment(byte);
      case 'text':
        return this.lexText(byte);
      case 'labels':
        return this.lexLabels(byte, 'labels');
      case 'label value':
        if (byte !== QUOTE) return 'invalid';
        return this.lexQuoted(false, 'label value', 'labels');
      case 'value':
        if (byte === OPEN) return this.single('{', 'labels');
        return this.lexField(byte, 'value', 'timestamp');
      case 'timestamp':
        return this.lexTimestamp(byte);
      case 'exemplar':
        return this.lexLabels(byte, 'exemplar');
      case 'exemplar value':
        if (byte === QUOTE) return this.lexQuoted(false, 'label value', 'exemplar');
        return this.lexField(byte, 'value', 'exemplar timestamp');
      case 'exemplar timestamp':
        if (byte === NEWLINE) return this.single('end of line', 'start');
        return this.lexField(byte, 'timestamp', 'exemplar timestamp');
    }
  }

  private lexStart(byte: number): Token {
    if (byte === OPEN) return this.single('{', 'labels');
    if (byte === HASH) {
      if (this.step() !== SPACE) return 'invalid';
      const first = this.step();
      this.state = 'comment';
      return this.lexKeyword(first);
    }
    if ((CLASSES[byte] & (LETTER | COLON)) === 0) return 'invalid';
    return this.lexName('metric name', 'value');
  }

  private lexKeyword(first: number): Token {
    if (first === 'E'.charCodeAt(0)) {
      if (!this.takes('EOF', first)) return 'invalid';
      if (this.byteAtEnd() === NEWLINE) this.step();
      this.state = 'start';
      return 'EOF';
    }
    for (const [text, token] of KEYWORDS) {
      if (text.charCodeAt(0) !== first) continue;
      if (!this.takes(text, first)) return 'invalid';
      this.state = 'name after comment';
      return token;
    }
    return 'invalid';
  }

  /** Steps over `text`, whose first byte is `first`, if it stands here. */
  private takes(text: string, first: number): boolean {
    let byte = first;
    for (let i = 0; i < text.length; i++) {
      if (byte !== text.charCodeAt(i)) return false;
      byte = this.step();
    }
    return true;
  }

  private lexNameAfterComment(byte: number): Token {
    if (byte === QUOTE) return this.lexQuoted(true, 'metric name', 'text');
    if ((CLASSES[byte] & (LETTER | COLON)) === 0) return 'invalid';
    return this.lexName('metric name', 'text');
  }

  private lexText(byte: number): Token {
    if (byte !== SPACE) return 'invalid';
    for (;;) {
      const next = this.step();
      if (next === 0) return 'invalid';
      if (next === NEWLINE) return this.single('text', 'start');
    }
  }

  private lexLabels(byte: number, state: 'labels' | 'exemplar'): Token {
    const isExemplar = state === 'exemplar';
    switch (byte) {
      case QUOTE:
        return this.lexQuoted(!isExemplar, 'quoted string', state);
      case COMMA:
        return this.single(',', state);
      case EQUAL:
        return this.single('=', isExemplar ? 'exemplar value' : 'label value');
      case CLOSE:
        return this.single('}', isExemplar ? 'exemplar value' : 'value');
    }
    if (CLASSES[byte] !== LETTER) return 'invalid';
    while ((CLASSES[this.step()] & (LETTER | DIGIT)) !== 0);
    return 'label name';
  }

  private lexTimestamp(byte: number): Token {
    if (byte === NEWLINE) return this.single('end of line', 'start');
    if (byte !== SPACE) return 'invalid';
    const first = this.step();
    if (!isFieldByte(first)) return 'invalid';
    if (first === HASH && this.step() === SPACE) {
      return this.step() === OPEN ? this.single('exemplar', 'exemplar') : 'invalid';
    }
    while (isFieldByte(this.byteAtEnd())) this.step();
    return 'timestamp';
  }

  /** A space, then at least one byte that is none. */
  private lexField(byte: number, token: Token, then: State): Token {
    if (byte !== SPACE || !isFieldByte(this.step())) return 'invalid';
    while (isFieldByte(this.step()));
    this.state = then;
    return token;
  }

  private lexName(token: Token, then: State): Token {
    while (CLASSES[this.step()] !== 0);
    this.state = then;
    return token;
  }

  /** From one quote to the next that no backslash precedes; a backslash takes no line's end. */
  private lexQuoted(mayHoldNewlines: boolean, token: Token, then: State): Token {
    for (;;) {
      let byte = this.step();
      if (byte === QUOTE) return this.single(token, then);
      if (byte === BACKSLASH) {
        byte = this.step();
        if (byte === NEWLINE) return 'invalid';
      }
      if (byte === 0 || (byte === NEWLINE && !mayHoldNewlines)) return 'invalid';
    }
  }

  /** Steps over the token's last byte. */
  private single(token: Token, then: State): Token {
    this.step();
    this.state = then;
    return token;
  }

  /** The byte at `at`, 0 at the end. */
  private byteAtEnd(): number {
    return this.at < this.end ? this.bytes[this.at] : 0;
  }

  /** The next byte, 0 at the end. */
  private step(): number {
    this.at++;
    const skipsZeros =
      this.state === 'label value' || this.state === 'text' || this.state === 'comment';
    while (skipsZeros && this.at < this.end && this.bytes[this.at] === 0) this.at++;
    if (this.at < this.end) return this.bytes[this.at];
    this.touchedEnd = true;
    return 0;
  }
}

function isFieldByte(byte: number): boolean {
  return byte !== 0 && byte !== SPACE && byte !== NEWLINE;
}
