/**
 * How large a program RE2 makes of a regular expression, about: what compiling it takes, and what
 * each character costs that it is asked about. Known before anything is compiled: `(a{30}){30}` is
 * short, and its program has nine hundred instructions.
 */

const COUNTED = /\{(\d+)(?:,(\d*))?\}/y;
/** A repeat that RE2 would refuse counts as the most that it takes. */
const REPEAT_MAX = 1000;

/** Instructions, each character, class and operator being one. */
export function regexpSize(pattern: string): number {
  /** Sizes of the groups that are open. */
  const outer: number[] = [];
  let size = 0;
  /** Of the part that a repeat would stand for. */
  let last = 0;
  const add = (part: number): void => {
    size += part;
    last = part;
  };
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') {
      at++;
      add(1);
    } else if (char === '[') {
      at = classEnd(pattern, at);
      add(1);
    } else if (char === '(') {
      outer.push(size);
      size = 1;
    } else if (char === ')') {
      const group = size + 1;
      size = outer.pop() ?? 0;
      add(group);
    } else if (char === '{') {
      COUNTED.lastIndex = at;
      const counted = COUNTED.exec(pattern);
      if (counted === null) {
        add(1);
        continue;
      }
      at += counted[0].length - 1;
      const times = Math.max(Number(counted[1]), Number(counted[2] ?? 0));
      const repeated = last * Math.min(Math.max(times, 1), REPEAT_MAX);
      size += repeated - last;
      last = repeated;
    } else if (char === '*' || char === '+' || char === '?') {
      size++;
    } else {
      add(1);
    }
  }
  return size + outer.reduce((sum, open) => sum + open, 0);
}

/** Where a class that begins at `at` ends; `]` right behind `[` or `[^` is a member. */
function classEnd(pattern: string, at: number): number {
  let end = pattern[at + 1] === '^' ? at + 2 : at + 1;
  if (pattern[end] === ']') end++;
  for (; end < pattern.length && pattern[end] !== ']'; end++) {
    if (pattern[end] === '\\') end++;
    // `[:alpha:]` holds a bracket of its own.
    else if (pattern.startsWith('[:', end)) {
      const close = pattern.indexOf(':]', end);
      if (close > 0) end = close + 1;
    }
  }
  return end;
}
