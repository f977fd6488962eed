/**
 * Which functions there are, and what they take and give: Prometheus 3.14's, experimental ones
 * included (promql/parser/functions.go).
 */
import type { ValueType } from './ast.js';

export interface FunctionSignature {
  readonly name: string;
  readonly argTypes: readonly ValueType[];
  /**
   * 0: as many arguments as `argTypes`. Else the last type may be missing, and stands for up to so
   * many arguments; -1 for any number.
   */
  readonly variadic: number;
  readonly returnType: ValueType;
  /** Whether it has to be enabled. */
  readonly isExperimental: boolean;
}

const STABLE: readonly (readonly [names: string, takes: string, gives: ValueType, number?])[] = [
  [
    'abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg ' +
      'histogram_count histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin ' +
      'sinh sort sort_desc sqrt tan tanh timestamp',
    'vector',
    'vector',
  ],
  [
    'absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta ' +
      'increase irate last_over_time max_over_time min_over_time present_over_time rate resets ' +
      'stddev_over_time stdvar_over_time sum_over_time',
    'matrix',
    'vector',
  ],
  [
    'day_of_month day_of_week day_of_year days_in_month hour minute month year',
    'vector',
    'vector',
    1,
  ],
  ['clamp', 'vector scalar scalar', 'vector'],
  ['clamp_max clamp_min', 'vector scalar', 'vector'],
  ['histogram_fraction', 'scalar scalar vector', 'vector'],
  ['histogram_quantile', 'scalar vector', 'vector'],
  ['label_join', 'vector string string string', 'vector', -1],
  ['label_replace', 'vector string string string string', 'vector'],
  ['pi time', '', 'scalar'],
  ['predict_linear', 'matrix scalar', 'vector'],
  ['quantile_over_time', 'scalar matrix', 'vector'],
  ['round', 'vector scalar', 'vector', 1],
  ['scalar', 'vector', 'scalar'],
  ['vector', 'scalar', 'vector'],
];

const EXPERIMENTAL: typeof STABLE = [
  ['double_exponential_smoothing', 'matrix scalar scalar', 'vector'],
  ['end range start step', '', 'scalar'],
  ['histogram_quantiles', 'vector string scalar scalar', 'vector', 9],
  ['info', 'vector vector', 'vector', 1],
  [
    'mad_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ' +
      'ts_of_min_over_time',
    'matrix',
    'vector',
  ],
  ['max_of min_of', 'scalar scalar', 'scalar'],
  ['sort_by_label sort_by_label_desc', 'vector string', 'vector', -1],
  ['start_timestamp', 'vector', 'vector'],
];

/** All functions by name. */
export const FUNCTION_SIGNATURES: ReadonlyMap<string, FunctionSignature> = new Map(
  [...signatures(STABLE, false), ...signatures(EXPERIMENTAL, true)].map((signature) => [
    signature.name,
    signature,
  ]),
);

function signatures(table: typeof STABLE, isExperimental: boolean): FunctionSignature[] {
  return table.flatMap(([names, takes, returnType, variadic = 0]) =>
    names.split(' ').map((name) => ({
      name,
      argTypes: takes === '' ? [] : (takes.split(' ') as ValueType[]),
      variadic,
      returnType,
      isExperimental,
    })),
  );
}
