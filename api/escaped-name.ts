/** Label names that a URL's path carries escaped: `U__x_2e_y` is `x.y` (common/model/metric.go). */

const PREFIX = 'U__';
/** A code point in hexadecimal between underscores, or two underscores for one. */
const ESCAPE = /_(?:_|([0-9a-f]{1,5})_)|[^_]/giy;

/** The name that `escaped` stands for; `escaped` itself where it is no valid escape. */
export function unescapeName(escaped: string): string {
  if (!escaped.startsWith(PREFIX)) return escaped;
  const rest = escaped.slice(PREFIX.length);
  let name = '';
  let at = 0;
  for (const match of rest.matchAll(ESCAPE)) {
    const code = match[1] === undefined ? null : parseInt(match[1], 16);
    if (code !== null && code >= 0xd800 && code <= 0xdfff) return escaped;
    name += code === null ? match[0][0] : String.fromCodePoint(code);
    at += match[0].length;
  }
  return at === rest.length ? name : escaped;
}
