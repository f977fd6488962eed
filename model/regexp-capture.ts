/**
 * Patterns that take texts apart, as Go's `regexp` does: an anchored match, and templates (`$1`,
 * `${name}`) that its groups are put into.
 */
import { createRequire } from 'node:module';
import type * as Re2 from 're2js';
import { isValidUtf8, replaceInvalidUtf8 } from './utf8.js';

/** The template with the groups of `text`; null where the pattern does not match all of it. */
export type Expand = (text: string, template: string) => string | null;

const REFERENCE = /^(?:\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/u;

/** Compiles a pattern; null for one that RE2 refuses. */
export function compileCapturing(pattern: string): Expand | null {
  if (!isValidUtf8(pattern)) return null;
  // Loading takes longer than all else that the library imports, and most processes never need it.
  const { RE2JS } = createRequire(import.meta.url)('re2js') as typeof Re2;
  let engine: Re2.RE2JS;
  try {
    engine = RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
  return (text, template) => {
    const match = engine.matcher(replaceInvalidUtf8(text));
    if (!match.matches()) return null;
    return expandTemplate(template, (name) => groupOf(engine, match, name));
  };
}

function groupOf(engine: Re2.RE2JS, match: Re2.Matcher, name: string): string {
  if (/^[0-9]+$/.test(name)) {
    const number = Number(name);
    return number <= engine.groupCount() ? (match.group(number) ?? '') : '';
  }
  const number = engine.namedGroups()[name];
  return number === undefined ? '' : (match.group(number) ?? '');
}

/** Go's `Regexp.Expand`: a `$` that begins no reference stands for itself. */
export function expandTemplate(template: string, groupOf: (name: string) => string): string {
  let expanded = '';
  let rest = template;
  for (let at = rest.indexOf('$'); at >= 0; at = rest.indexOf('$')) {
    expanded += rest.slice(0, at);
    rest = rest.slice(at + 1);
    if (rest.startsWith('$')) {
      expanded += '$';
      rest = rest.slice(1);
      continue;
    }
    const reference = REFERENCE.exec(rest);
    if (reference === null) {
      expanded += '$';
      continue;
    }
    expanded += groupOf(reference[1] ?? reference[2]);
    rest = rest.slice(reference[0].length);
  }
  return expanded + rest;
}
