/** JSON text as Go's `encoding/json` writes it, which escapes more than JavaScript does. */
import type { Labels } from '../model/labels.js';
import { isValidUtf8 } from '../model/utf8.js';

const ESCAPED = /[<>&\u2028\u2029]/g;

/** A string with `<`, `>`, `&` and line separators escaped; a byte that is no UTF-8 is `\ufffd`. */
export function goJsonString(text: string): string {
  if (!isValidUtf8(text)) return `"${Array.from(text, escapeInvalid).join('')}"`;
  const json = JSON.stringify(text);
  if (json.search(ESCAPED) < 0) return json;
  return json.replace(ESCAPED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function escapeInvalid(char: string): string {
  return isValidUtf8(char) ? goJsonString(char).slice(1, -1) : '\\ufffd';
}

/** Labels as an object whose keys are in label order, which is the order of Go's sorted keys. */
export function goJsonLabels(labels: Labels): string {
  const members: string[] = [];
  for (const [name, value] of labels) members.push(`${goJsonString(name)}:${goJsonString(value)}`);
  return `{${members.join(',')}}`;
}
