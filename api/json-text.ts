/**
 * JSON that is written in pieces: an answer of a million values neither holds the event loop while
 * it is made nor waits in memory as a whole.
 */
import type { Piece } from './compression.js';
import { Pacer } from '../model/pacer.js';
import { isValidUtf8, replaceInvalidUtf8 } from '../model/utf8.js';

/** How many characters of an array's text make a piece. */
const PIECE_CHARS = 64 * 1024;
/** Making a character of text costs about so much of the pacer's units. */
const UNITS_PER_CHAR = 0.2;

/** The text of a JSON value, in pieces. */
export class JsonText {
  readonly pieces: AsyncIterable<Piece>;

  constructor(pieces: AsyncIterable<Piece>) {
    this.pieces = pieces;
  }
}

/** A JSON string. Bytes that are no UTF-8 become U+FFFD, as Go writes them. */
export function quote(text: string): string {
  return JSON.stringify(isValidUtf8(text) ? text : replaceInvalidUtf8(text));
}

/** An array, each item by `write`. */
export function jsonArray<T>(items: readonly T[], write: (item: T) => string): JsonText {
  return new JsonText(arrayPieces(items, write));
}

async function* arrayPieces<T>(
  items: readonly T[],
  write: (item: T) => string,
): AsyncGenerator<string, void, undefined> {
  const pacer = new Pacer();
  let text = '[';
  for (let i = 0; i < items.length; i++) {
    text += i === 0 ? write(items[i]) : `,${write(items[i])}`;
    if (text.length < PIECE_CHARS) continue;
    if (pacer.isDue(text.length * UNITS_PER_CHAR)) await pacer.turn();
    yield text;
    text = '';
  }
  yield `${text}]`;
}
