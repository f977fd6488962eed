/**
 * Literals with gaps between them: what most label patterns are (`foo.*`, `.*-prod`, `a.*b.+c`).
 * A text matches if it starts with the first literal, ends with the last, and holds the others
 * between them in order, each behind a gap of at least its minimum. Linear in the text.
 *
 * Gaps are counted in UTF-16 units. As literals are well-formed they never meet a text inside a
 * surrogate pair, so a gap of one unit or more is one of one character or more.
 */
export interface Glob {
  /** At least one; the first and the last may be empty. */
  readonly literals: readonly string[];
  /** The least length, 0 or 1, of the gap behind each literal but the last. */
  readonly gaps: readonly number[];
}

/** Whether the whole of `text` is `glob`. */
export function matchesGlob(glob: Glob, text: string): boolean {
  const { literals, gaps } = glob;
  const last = literals.length - 1;
  if (last === 0) return text === literals[0];
  if (!text.startsWith(literals[0]) || !text.endsWith(literals[last])) return false;
  let position = literals[0].length;
  const end = text.length - literals[last].length;
  // Leftmost is best: gaps have no upper bound, so an earlier match only leaves more room.
  for (let i = 1; i < last; i++) {
    const found = text.indexOf(literals[i], position + gaps[i - 1]);
    if (found < 0) return false;
    position = found + literals[i].length;
  }
  return end - position >= gaps[last - 1];
}
