/**
 * Valid queries by chance over the series of `differentialSeries`: every operator, aggregation and
 * function that floats have, nested a few levels deep.
 */
import { seeded } from '../../bench/support/random.js';

const NAMES = [
  'requests_total',
  'errors_total',
  'temperature',
  'special',
  'latency_bucket',
  'churn',
];
const LABELS = ['job', 'instance', 'le', 'zone'];
const RANGES = ['1m', '5m', '90s', '15s', '10m', '30m'];
const OVER_TIME =
  'avg count first last mad max min present stddev stdvar sum ts_of_first ts_of_last ts_of_max ' +
  'ts_of_min';
const OF_RANGES = [
  ...OVER_TIME.split(' ').map((name) => `${name}_over_time`),
  ...'rate increase delta irate idelta deriv changes resets absent_over_time'.split(' '),
];
const OF_VECTORS = (
  'abs acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad sgn sin ' +
  'sinh ' +
  'sqrt tan tanh day_of_month day_of_week day_of_year days_in_month hour minute month year ' +
  'timestamp absent round sort sort_desc'
).split(' ');
const AGGREGATIONS = 'sum avg count min max group stddev stdvar'.split(' ');
const ARITHMETIC = ['+', '-', '*', '/', '%', '^', 'atan2'];
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];
const NUMBERS = ['0', '1', '2', '-1.5', '0.1', '1e6', 'Inf', 'NaN', '100'];

/** How deep expressions nest. */
const DEPTH = 3;

export class BlockQueries {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  /** Between 0 and 1. */
  chance(): number {
    return this.random();
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)];
  }

  next(): string {
    return this.chance() < 0.05 ? this.scalar(DEPTH) : this.vector(DEPTH);
  }

  private selector(): string {
    const matchers: string[] = [];
    if (this.chance() < 0.3) matchers.push(`job${this.pick(['=', '!=', '=~'])}"a"`);
    if (this.chance() < 0.15) matchers.push(`zone=~"${this.pick(['', 'x|y', '.+'])}"`);
    if (this.chance() < 0.05) return `{__name__=~"${this.pick(['.*_total', 'temp.*|special'])}"}`;
    const name = this.pick(NAMES);
    return matchers.length === 0 ? name : `${name}{${matchers.join(',')}}`;
  }

  private modifiers(): string {
    const dice = this.chance();
    if (dice < 0.08) return ` offset ${this.pick(['5m', '-1m', '37s'])}`;
    if (dice < 0.12) return ` @ ${this.pick(['start()', 'end()'])}`;
    return '';
  }

  private range(depth: number): string {
    if (depth > 0 && this.chance() < 0.12) {
      const step = this.pick(['1m', '45s', '']);
      // 3.14 makes nothing of a subquery with `@` beside an argument that changes; we do.
      return `(${this.vector(depth - 1)})[${this.pick(RANGES)}:${step}]`;
    }
    return `${this.selector()}[${this.pick(RANGES)}]${this.modifiers()}`;
  }

  private scalar(depth: number): string {
    const dice = this.chance();
    if (depth === 0 || dice < 0.6) return this.pick(NUMBERS);
    if (dice < 0.7) return 'time()';
    if (dice < 0.8) return `scalar(${this.vector(depth - 1)})`;
    if (dice < 0.85) return `max_of(${this.scalar(depth - 1)}, ${this.scalar(depth - 1)})`;
    return `(${this.scalar(depth - 1)} ${this.pick(ARITHMETIC)} ${this.scalar(depth - 1)})`;
  }

  private vector(depth: number): string {
    const dice = this.chance();
    if (depth === 0 || dice < 0.12) return this.selector() + this.modifiers();
    if (dice < 0.4) return this.windowed(depth);
    if (dice < 0.52) return `${this.pick(OF_VECTORS)}(${this.vector(depth - 1)})`;
    if (dice < 0.72) return this.aggregation(depth);
    if (dice < 0.9) return this.binary(depth);
    return this.special(depth);
  }

  private windowed(depth: number): string {
    const dice = this.chance();
    if (dice < 0.06) return `quantile_over_time(${this.scalar(1)}, ${this.range(depth)})`;
    if (dice < 0.12) return `predict_linear(${this.range(depth)}, ${this.pick(['60', '-3600'])})`;
    if (dice < 0.16) return `double_exponential_smoothing(${this.range(depth)}, 0.3, 0.6)`;
    if (dice < 0.24) {
      const name = this.pick(['rate', 'increase', 'delta', 'changes', 'resets']);
      return `${name}(${this.selector()}[${this.pick(RANGES)}] anchored)`;
    }
    if (dice < 0.3) return `rate(${this.selector()}[${this.pick(RANGES)}] smoothed)`;
    return `${this.pick(OF_RANGES)}(${this.range(depth)})`;
  }

  private labels(): string {
    return LABELS.filter(() => this.chance() < 0.4).join(', ');
  }

  private grouping(): string {
    const dice = this.chance();
    if (dice < 0.35) return '';
    return dice < 0.7 ? ` by (${this.labels()}) ` : ` without (${this.labels()}) `;
  }

  private aggregation(depth: number): string {
    const inner = this.vector(depth - 1);
    const by = this.grouping();
    const dice = this.chance();
    if (dice < 0.1 && depth === DEPTH) {
      // Which of equals it takes is by chance: nothing is made of that, or with what is calculated.
      const plain = this.chance() < 0.5 ? this.selector() : this.windowed(0);
      return `${this.pick(['topk', 'bottomk'])}${by}(${this.pick(['1', '2', '30'])}, ${plain})`;
    }
    if (dice < 0.16) return `quantile${by}(${this.pick(['0.5', '0', '1.5', '0.99'])}, ${inner})`;
    if (dice < 0.2) return `count_values${by}("v", ${inner})`;
    if (dice < 0.24) return `limit_ratio${by}(${this.pick(['0.5', '-0.3'])}, ${inner})`;
    return `${this.pick(AGGREGATIONS)}${by}(${inner})`;
  }

  private binary(depth: number): string {
    const left = this.vector(depth - 1);
    const dice = this.chance();
    if (dice < 0.35) {
      const isComparison = this.chance() < 0.5;
      const operator = this.pick(isComparison ? COMPARISONS : ARITHMETIC);
      const bool = isComparison && this.chance() < 0.4 ? ' bool' : '';
      const scalar = this.scalar(1);
      return this.chance() < 0.5
        ? `(${left} ${operator}${bool} ${scalar})`
        : `(${scalar} ${operator}${bool} ${left})`;
    }
    const right = this.vector(depth - 1);
    const matching = this.pick(['', ` on (${this.labels()})`, ` ignoring (${this.labels()})`]);
    if (dice < 0.6) return `(${left} ${this.pick(['and', 'or', 'unless'])}${matching} ${right})`;
    const operator = this.pick([...ARITHMETIC, ...COMPARISONS]);
    const group =
      matching === '' || this.chance() < 0.5
        ? ''
        : this.pick([' group_left ()', ' group_right ()']);
    const fill = this.chance() < 0.1 ? ' fill (0)' : '';
    return `(${left} ${operator}${matching}${group}${fill} ${right})`;
  }

  private special(depth: number): string {
    const inner = this.vector(depth - 1);
    return this.pick([
      `-(${inner})`,
      `clamp(${inner}, ${this.scalar(0)}, ${this.scalar(0)})`,
      `clamp_min(${inner}, ${this.scalar(0)})`,
      `round(${inner}, ${this.pick(['1', '0.5', '10'])})`,
      `vector(${this.scalar(depth - 1)})`,
      `label_replace(${inner}, "zone", "$1", "job", "(.*)")`,
      `label_join(${inner}, "zone", "-", "job", "instance")`,
      `sort_by_label(${inner}, "job", "instance")`,
      `histogram_quantile(${this.pick(['0.5', '0.9', '2'])}, rate(latency_bucket[5m]))`,
      'histogram_quantile(0.9, sum by (le, job) (increase(latency_bucket[10m])))',
      `histogram_fraction(0, 1, latency_bucket)`,
      'info(requests_total)',
    ]);
  }
}
