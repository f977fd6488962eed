/**
 * PromQL by chance: expressions of every construct, right and wrong, from a seed. Types do not
 * always fit, and a part of the texts is mutated, so that messages and positions are met, too.
 */
import { seeded } from '../../bench/support/random.js';
import { FUNCTION_SIGNATURES } from '../../promql/function-signatures.js';

const NAMES = 'foo bar up http_requests_total a:b sum by offset fill and start step Rate'.split(
  ' ',
);
const LABELS = 'job instance le job instance __name__ group on bool'.split(' ');
const BINARY =
  '+ - * / % ^ atan2 == != < <= > >= </ >/ and or unless + - * / + - * / and or AND =~ ='.split(
    ' ',
  );
const AGGREGATORS =
  'sum avg count min max group stddev stdvar topk bottomk count_values quantile limitk ' +
  'limit_ratio SUM';
const NUMBERS = '0 1 2 5 010 0x1f 1_000 1_000.5 5. .5 1e3 Inf 123456.789 0.001'.split(' ');
const ODD_NUMBERS = (
  '08 0X_1F 1e999 1e-9 nan NaN 0x 1__0 1e 0xfp1 1.5.5 9223372036854775808 0xffffffffffffffffff ' +
  '1_ 07_7 1e17 9223372037 1e21 0x7fffffffffffffff 0777777777777777777777 01777777777777777777777'
).split(' ');
const DURATIONS = '5m 1h30m 1d 1ms 90m 1y2w 1w 15s1ms 1h1s1ms 100000d'.split(' ');
const ODD_DURATIONS = '0s 5ys 5m5m 1h1 300y 1.5m 292y24w3d23h47m16s854ms 0ms 1e5m'.split(' ');
const STRINGS = ['"a"', "'b'", '`c\\d`', '"\u00e9"', '"a.*"', '"a|b"', '"c d"', '"$1"'];
const ODD_STRINGS = [
  '"\\xff"',
  '"\\303\\251"',
  '"\u00e9\u{1f600}"',
  '"\\u00e9"',
  '"\\q"',
  '"\\ud800"',
  '"\ufffd"',
  '"("',
  '""',
  '"with \\"quote\\""',
  '"a long text that is cut"',
  '"\\U00110000"',
  '"\\x4"',
  '"\\n\\t\\a"',
];
const SCRAPS = (
  '( ) { } [ ] , : = @ + - ^ == != =~ !~ bool on ignoring group_left group_right by without ' +
  'offset anchored smoothed fill(1) fill_left(2) fill_right(-1) 5m 1 "s" foo sum rate # $ ! ~ ; ' +
  '. é \u{1f600} start() end() step() range() max_of( min_of( # c\n [5m] [5m:1m] [5m:] @ 5'
).split(' ');

export class RandomPromql {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  /** A whole query; about every third is mutated. */
  query(): string {
    let text = this.expression(1 + this.below(4));
    const mutations = this.chance(0.65) ? 0 : 1 + this.below(2);
    for (let i = 0; i < mutations; i++) text = this.mutated(text);
    return text;
  }

  private expression(depth: number): string {
    if (depth <= 0) return this.chance(0.75) ? this.selector() : this.leaf();
    const inner = (): string => this.expression(depth - 1 - this.below(2));
    switch (this.below(12)) {
      case 0:
      case 1:
      case 2:
        return this.join(inner(), this.pick(BINARY), this.matching(), inner());
      case 3:
        return this.join(this.pick(['-', '+', '-']), inner());
      case 4:
        return this.join('(', inner(), ')');
      case 5:
        return this.aggregation(inner);
      case 6:
      case 7:
        return this.call(inner);
      case 8:
        return this.join(inner(), this.brackets(), this.modifiers());
      case 9:
        return this.join(inner(), this.modifiers());
      default:
        return this.chance(0.3) ? this.leaf() : this.join(this.selector(), this.modifiers());
    }
  }

  private leaf(): string {
    return this.pick([this.number(), this.number(), this.literal(), this.string()]);
  }

  private selector(): string {
    const name = this.chance(0.8) ? this.pick(NAMES) : '';
    if (name !== '' && this.chance(0.5)) return name;
    const members = Array.from({ length: this.below(4) }, () => this.member());
    return this.join(name, '{', members.join(this.pick([',', ' , '])), this.rare(','), '}');
  }

  private member(): string {
    const label = this.chance(0.8) ? this.pick(LABELS) : this.string();
    if (this.chance(0.1)) return label;
    return this.join(label, this.pick(['=', '!=', '=~', '!~', '=']), this.string());
  }

  private brackets(): string {
    const step = this.chance(0.5) ? '' : `:${this.chance(0.5) ? '' : this.duration(1)}`;
    return `[${this.duration(2)}${step}]`;
  }

  private duration(depth: number): string {
    if (depth > 0 && this.chance(0.35)) {
      const inner = (): string => this.duration(depth - 1);
      switch (this.below(5)) {
        case 0:
          return this.join('(', inner(), ')');
        case 1:
          return this.join(this.pick(['-', '+']), inner());
        case 2:
          return `${this.pick(['max_of', 'min_of', 'MIN_OF'])}(${inner()}, ${inner()})`;
        default:
          return this.join(inner(), this.pick('+ - * / % ^'.split(' ')), inner());
      }
    }
    if (this.chance(0.15)) return this.pick(['step()', 'range()', 'STEP ( )', 'start()']);
    return this.chance(0.7) ? this.literal() : this.number();
  }

  private modifiers(): string {
    let text = '';
    while (this.chance(0.45)) {
      switch (this.below(6)) {
        case 0:
        case 1:
          text += ` offset ${this.duration(2)}`;
          break;
        case 2:
          text += ` @ ${this.rare('-')}${this.number()}`;
          break;
        case 3:
          text += this.pick([' @ start()', ' @end ( )', ' @ step()']);
          break;
        default:
          text += this.pick([' anchored', ' smoothed', ' offset 5m', ' @ 10']);
      }
    }
    return text;
  }

  private matching(): string {
    if (this.chance(0.55)) return '';
    const bool = this.chance(0.3) ? 'bool' : '';
    const on = this.chance(0.6) ? `${this.pick(['on', 'ignoring', 'ON'])} ${this.labels()}` : '';
    const group = this.chance(0.3)
      ? this.join(this.pick(['group_left', 'group_right']), this.chance(0.5) ? this.labels() : '')
      : '';
    return this.join(bool, on, group, this.chance(0.3) ? this.fill() : '');
  }

  private fill(): string {
    const one = (): string => {
      const value =
        this.rare('-') + (this.chance(0.8) ? this.pick(['0', '1', '1e6']) : this.literal());
      return `${this.pick(['fill', 'fill_left', 'fill_right'])}${this.rare(' ')}(${value})`;
    };
    return this.chance(0.6) ? one() : this.join(one(), one());
  }

  private labels(): string {
    const count = this.below(4);
    const label = (): string => (this.chance(0.9) ? this.pick(LABELS) : this.string());
    return `(${Array.from({ length: count }, label).join(', ')}${this.rare(',')})`;
  }

  private aggregation(inner: () => string): string {
    const operator = this.pick(AGGREGATORS.split(' '));
    const grouping = this.chance(0.5) ? `${this.pick(['by', 'without'])} ${this.labels()}` : '';
    const args = this.args(1 + this.below(2), inner);
    if (this.chance(0.5)) return this.join(operator, grouping, args);
    return this.join(operator, args, grouping);
  }

  private call(inner: () => string): string {
    const [name, signature] = this.pick([...FUNCTION_SIGNATURES]);
    const count = this.chance(0.8) ? signature.argTypes.length : this.below(4);
    if (this.chance(0.3)) return this.join(name, this.args(count, inner));
    const args = Array.from({ length: count }, (_, i) =>
      this.argument(signature.argTypes[i], inner),
    );
    return `${this.chance(0.97) ? name : name.toUpperCase()}(${args.join(', ')})`;
  }

  private argument(type: string | undefined, inner: () => string): string {
    if (type === 'scalar') return this.number();
    if (type === 'string') return this.string();
    if (type === 'matrix') return this.join(this.selector(), this.brackets(), this.modifiers());
    return inner();
  }

  private args(count: number, inner: () => string): string {
    return `(${Array.from({ length: count }, inner).join(', ')}${this.rare(',')})`;
  }

  /** Something is left out, put in, doubled, or the end cut off. */
  private mutated(text: string): string {
    const chars = [...text];
    const at = this.below(chars.length + 1);
    const before = chars.slice(0, at).join('');
    const after = chars.slice(at).join('');
    switch (this.below(5)) {
      case 0:
        return before + chars.slice(at + 1 + this.below(3)).join('');
      case 1:
        return before;
      case 2:
        return `${before} ${this.pick(SCRAPS)} ${after}`;
      case 3:
        return before + this.pick(SCRAPS) + after;
      default:
        return before + after.slice(0, 1 + this.below(6)) + after;
    }
  }

  /** Parts with blanks or none between them; words never meet. */
  private join(...parts: string[]): string {
    let text = '';
    for (const part of parts) {
      if (part === '') continue;
      const touches = /\w$/.test(text) && /^\w/.test(part);
      const space = this.chance(0.03) ? this.pick(['\n', '\t', ' # c\n', '\r\n', '  ']) : ' ';
      text += text !== '' && (touches || this.chance(0.6)) ? space + part : part;
    }
    return text;
  }

  private number(): string {
    return this.pick(this.chance(0.93) ? NUMBERS : ODD_NUMBERS);
  }

  /** A duration. */
  private literal(): string {
    return this.pick(this.chance(0.93) ? DURATIONS : ODD_DURATIONS);
  }

  private string(): string {
    return this.pick(this.chance(0.9) ? STRINGS : ODD_STRINGS);
  }

  private rare(text: string): string {
    return this.chance(0.05) ? text : '';
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}
