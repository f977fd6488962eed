/** Which label names an expression may write: any text but the empty one that is valid UTF-8. */
import { QueryError } from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';
import { isValidUtf8 } from '../model/utf8.js';

export function isLabelName(name: string): boolean {
  return name !== '' && isValidUtf8(name);
}

/** The label that `count_values` writes. */
export function checkValueLabel(name: string): void {
  if (isLabelName(name)) return;
  throw new QueryError('execution', `invalid label name ${goQuote(name)}`);
}
