/**
 * Floats as Go prints them. The shortest digits that read back as the same double are the same in
 * both languages; only the layout around them differs.
 */

/** As Go's `%g` and `%v`: an exponent of at least two digits outside [1e-4, 1e6). */
export function formatG(value: number): string {
  const size = Math.abs(value);
  // Fast path: in this range JavaScript uses no exponent either.
  if (size < 1e6 && size >= 1e-4) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (value !== value) return 'NaN';
  if (size === Infinity) return value > 0 ? '+Inf' : '-Inf';
  return padExponent(value.toExponential());
}

/** As Prometheus' JSON: plain digits within [1e-6, 1e21), the exponent form outside. */
export function formatJsonFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (value !== value) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return padExponent(String(value));
}

/** As Go's `strconv.FormatFloat` with format `f`: the shortest digits, never an exponent. */
export function formatPlain(value: number): string {
  const text = formatJsonFloat(value);
  const match = /^(-?)([0-9])(?:\.([0-9]+))?e([+-])([0-9]+)$/.exec(text);
  if (match === null) return text;
  const [, sign, first, rest = '', direction, exponent] = match;
  const digits = first + rest;
  const count = Number(exponent);
  if (direction === '-') return `${sign}0.${'0'.repeat(count - 1)}${digits}`;
  return sign + digits.padEnd(count + 1, '0');
}

/** JavaScript writes `1e-7` where Go writes `1e-07`. */
function padExponent(text: string): string {
  const digit = text.length - 1;
  return text[digit - 2] === 'e' ? `${text.slice(0, digit)}0${text[digit]}` : text;
}

/** Up to here (2^42 s), a double of seconds is closer to its millisecond than to any other. */
const EXACT_SECONDS_MAX = 2 ** 42;

/** Integer milliseconds as Go's `%.3f` prints the double of their seconds. */
export function formatSeconds(timeMs: number): string {
  const seconds = timeMs / 1000;
  if (Math.abs(seconds) <= EXACT_SECONDS_MAX) {
    const digits = String(Math.abs(timeMs)).padStart(4, '0');
    return `${timeMs < 0 ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
  }
  return slowSeconds(seconds);
}

/** Slow path: the double is a multiple of 2^-10 and is rounded half to even, as Go does. */
function slowSeconds(seconds: number): string {
  const scaled = BigInt(Math.abs(seconds) * 1024) * 1000n;
  const floor = scaled / 1024n;
  const rest = scaled % 1024n;
  const up = rest > 512n || (rest === 512n && floor % 2n === 1n);
  const digits = String(up ? floor + 1n : floor);
  return `${seconds < 0 ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}
