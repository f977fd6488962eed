/**
 * Queries by chance that are well typed, over the series of `RANDOM_DATA`: for comparing answers.
 * Left out is what depends on the order of series in storage, or on when a query runs.
 */
import { seeded } from '../../bench/support/random.js';

/** A script of the PromQL tests' language; series in label order. */
export const RANDOM_DATA = `load 30s
  a{x="1", y="p"} 0+1x60
  a{x="1", y="q"} _x20 1+3x40
  a{x="2", y="p"} 10+0.5x30 _x10 25-1x20
  a{x="3", y="q"} 5 7 NaN 3 _ _ Inf 2 -Inf 4 stale 6 7x40
  b_total{x="1", y="p"} 0+10x20 0+5x20 3+7x20
  b_total{x="2", y="p"} 100+0.1x60
  b_total{x="3", z="r"} 5 9 1 4 8 8 8 2 100 stale _ 3 4+1x48
  c{x="1"} 3x60
  c{x="2"} -2.5x60
  c{x="3"} 1e9+1e8x60
  c{x="4"} 0x60
  h_bucket{job="j", le="+Inf"} 0+8x60
  h_bucket{job="j", le="0.1"} 0+1x60
  h_bucket{job="j", le="0.5"} 0+3x60
  h_bucket{job="j", le="1"} 0+5x30 100+1x30
  h_bucket{job="k", le="+Inf"} 9x60
  h_bucket{job="k", le="1"} 5x60
  h_bucket{job="k", le="2"} 4x60
`;

const words = (text: string): string[] => text.split(' ');
const METRICS = words('a a b_total b_total c h_bucket');
const MATCHERS = words('x="1" x!="2" x=~"1|3" y="p" x=~".+" job="j" y!~"q" z="" x=~"[12]"');
const LABELS = words('x y z job le');
const DURATIONS = words('30s 1m 2m 5m 10m 45s 1m30s 15m');
const NUMBERS = words('0 1 2 -1 0.5 0.9 10 3.7 NaN Inf -Inf 100 0.1');
const ARITHMETIC = words('+ - * / % ^ atan2');
const COMPARISONS = words('== != < <= > >=');
/** Without `timestamp`: Prometheus 3.14 loses an offset beside `@` in it. */
const OF_VECTORS = words(
  'abs absent ceil floor exp ln log2 log10 sqrt sgn sin cos tan asin acos atan sinh cosh tanh ' +
    'asinh acosh atanh deg rad day_of_month day_of_week hour minute month year',
);
const OF_RANGES = words(
  'absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta ' +
    'increase irate last_over_time mad_over_time max_over_time min_over_time present_over_time ' +
    'rate resets stddev_over_time stdvar_over_time sum_over_time ts_of_first_over_time ' +
    'ts_of_max_over_time rate increase',
);
const EXTENDED = words('rate increase delta');
const AGGREGATORS = words('sum avg count min max group stddev stdvar sum avg');

export class RandomQueries {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  /** A query for a vector, or now and then for a scalar. */
  query(): string {
    const depth = 1 + this.below(3);
    return this.chance(0.9) ? this.vector(depth) : this.scalar(depth);
  }

  private vector(depth: number): string {
    if (depth <= 0) return this.selector() + this.modifiers();
    const inner = (): string => `(${this.vector(depth - 1)})`;
    switch (this.below(10)) {
      case 0:
      case 1:
        return `${inner()} ${this.operator()}${this.matching()} ${inner()}`;
      case 2:
        return `${inner()} ${this.pick(['and', 'or', 'unless'])} ${this.on()} ${inner()}`;
      case 3:
        return `${inner()} ${this.operator()} (${this.scalar(depth - 1)})`;
      case 4:
        return `${this.pick(AGGREGATORS)} ${this.by()} ${inner()}`;
      case 5:
        return `${this.pick(OF_VECTORS)}${inner()}`;
      case 6:
      case 7:
        return this.ofRange(depth - 1);
      case 8:
        return this.special(depth - 1);
      default:
        return `-${inner()}`;
    }
  }

  private scalar(depth: number): string {
    const other = (): string => `(${this.scalar(depth - 1)})`;
    if (depth <= 0 || this.chance(0.5)) return this.pick(NUMBERS);
    switch (this.below(4)) {
      case 0:
        return 'time()';
      case 1:
        return `scalar(${this.vector(depth - 1)})`;
      case 2:
        return `${other()} ${this.pick(COMPARISONS)} bool ${other()}`;
      default:
        return `${other()} ${this.pick(ARITHMETIC)} ${other()}`;
    }
  }

  private ofRange(depth: number): string {
    switch (this.below(8)) {
      case 0:
        return `quantile_over_time(${this.scalar(depth)}, ${this.range(depth)})`;
      case 1:
        return `predict_linear(${this.selector()}[${this.duration()}], ${this.scalar(depth)})`;
      case 2: {
        const extension = this.pick(['anchored', 'smoothed']);
        return `${this.pick(EXTENDED)}(${this.selector()}[${this.duration()}] ${extension})`;
      }
      default:
        return `${this.pick(OF_RANGES)}(${this.range(depth)})`;
    }
  }

  private special(depth: number): string {
    const vector = this.vector(depth);
    switch (this.below(6)) {
      case 0:
        return `clamp(${vector}, ${this.scalar(depth)}, ${this.scalar(depth)})`;
      case 1:
        return `${this.pick(['round', 'clamp_min'])}(${vector}, ${this.scalar(depth)})`;
      case 2:
        return `label_replace(${vector}, "${this.pick(LABELS)}", "v-$1", "x", "(1|2)")`;
      case 3:
        return `label_join(${vector}, "dst", "-", "x", "y")`;
      case 4:
        // Prometheus 3.14 does not see `@ end()` in an aggregation's parameter.
        return `quantile ${this.by()} (${this.pick(NUMBERS)}, ${vector})`;
      default:
        return `histogram_quantile(${this.scalar(depth)}, rate(h_bucket[${this.duration()}]))`;
    }
  }

  private range(depth: number): string {
    if (depth > 0 && this.chance(0.25)) {
      const step = this.chance(0.6) ? this.pick(words('30s 1m 17s 2m')) : '';
      return `(${this.vector(depth - 1)})[${this.duration()}:${step}]`;
    }
    return `${this.selector()}[${this.duration()}]${this.modifiers()}`;
  }

  private selector(): string {
    const matcher = this.chance(0.4) ? `{${this.pick(MATCHERS)}}` : '';
    return this.pick(METRICS) + matcher;
  }

  private modifiers(): string {
    const offset = this.chance(0.15) ? ` offset ${this.rare('-')}${this.duration()}` : '';
    return offset + (this.chance(0.1) ? this.pick([' @ start()', ' @ end()']) : '');
  }

  private operator(): string {
    if (this.chance(0.6)) return this.pick(ARITHMETIC);
    return this.pick(COMPARISONS) + (this.chance(0.3) ? ' bool' : '');
  }

  private matching(): string {
    if (this.chance(0.4)) return '';
    const group = this.pick(['', '', ' group_left ()', ' group_right ()']);
    const fill = this.pick(['', '', '', ' fill (0)', ' fill_left (1)', ' fill_right (-2)']);
    return ` ${this.pick(['on', 'ignoring'])} ${this.labels()}${group}${fill}`;
  }

  private on(): string {
    return this.chance(0.5) ? `${this.pick(['on', 'ignoring'])} ${this.labels()}` : '';
  }

  private by(): string {
    return this.chance(0.6) ? `${this.pick(['by', 'without'])} ${this.labels()}` : '';
  }

  private labels(): string {
    return `(${Array.from({ length: this.below(3) }, () => this.pick(LABELS)).join(', ')})`;
  }

  private duration(): string {
    return this.pick(DURATIONS);
  }

  private rare(text: string): string {
    return this.chance(0.2) ? text : '';
  }

  /** True with a probability. */
  chance(probability: number): boolean {
    return this.random() < probability;
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}
