/**
 * Label text as JavaScript strings without losing a byte, in the order that Prometheus uses.
 *
 * Label names and values are arbitrary bytes on disk. Valid UTF-8 becomes the string it spells; a
 * byte that belongs to no valid sequence becomes the lone surrogate U+DC80..U+DCFF of its value
 * (as Python's `surrogateescape` does), which no valid text contains, so encoding gives the same
 * bytes back. Order is bytewise: JavaScript's `<` compares UTF-16 units and disagrees where
 * surrogate pairs meet U+E000..U+FFFF.
 */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ESCAPE_BASE = 0xdc00;

/** The text of `bytes[start, end)`. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  // Fast path: short ASCII, which is nearly every label, without the decoder's call overhead.
  if (end - start <= 24) {
    let text = '';
    let i = start;
    for (; i < end && bytes[i] < 0x80; i++) text += String.fromCharCode(bytes[i]);
    if (i === end) return text;
  }
  const part = bytes.subarray(start, end);
  try {
    return strict.decode(part);
  } catch {
    return decodeEscaped(part);
  }
}

/** The bytes that `decodeUtf8` made `text` from. */
export function encodeUtf8(text: string): Uint8Array {
  if (!LONE_SURROGATE.test(text)) return encoder.encode(text);
  const out: number[] = [];
  for (const char of text) {
    const unit = char.charCodeAt(0);
    if (char.length === 1 && unit >= ESCAPE_BASE + 0x80 && unit <= ESCAPE_BASE + 0xff) {
      out.push(unit - ESCAPE_BASE);
    } else {
      out.push(...encoder.encode(char));
    }
  }
  return Uint8Array.from(out);
}

/** Whether `text` is valid UTF-8 text, that is, holds no escaped byte. */
export function isValidUtf8(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** `text` with U+FFFD for each escaped byte: what Go's regular expressions see of invalid UTF-8. */
export function replaceInvalidUtf8(text: string): string {
  return LONE_SURROGATE.test(text) ? text.replace(LONE_SURROGATES, '\ufffd') : text;
}

/** The order of the UTF-8 bytes of two texts: negative, zero or positive. */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === length) return a.length - b.length;
  const x = a.charCodeAt(i);
  const y = b.charCodeAt(i);
  // Fast path: below the surrogates, the order of UTF-16 units is the order of the bytes.
  if (x < 0xd800 && y < 0xd800) return x - y;
  const from = i > 0 && isHighSurrogate(a.charCodeAt(i - 1)) ? i - 1 : i;
  return compareBytes(encodeUtf8(a.slice(from)), encodeUtf8(b.slice(from)));
}

/** Bytewise order of two byte strings. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return a.length - b.length;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Slow path: decodes the valid runs whole and escapes each byte between them. */
function decodeEscaped(bytes: Uint8Array): string {
  let text = '';
  let runStart = 0;
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i);
    if (length > 0) {
      i += length;
      continue;
    }
    if (runStart < i) text += strict.decode(bytes.subarray(runStart, i));
    text += String.fromCharCode(ESCAPE_BASE + bytes[i]);
    runStart = ++i;
  }
  return text + strict.decode(bytes.subarray(runStart));
}

/** The length of the valid sequence at `at` (Unicode 3.9, table 3-7), 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte's range excludes overlong forms, surrogates and what exceeds U+10FFFF.
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  const second = bytes[at + 1];
  if (!(second >= least && second <= most)) return 0;
  for (let i = 2; i < length; i++) {
    if ((bytes[at + i] & 0xc0) !== 0x80) return 0;
  }
  return length;
}
