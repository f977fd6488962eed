/** Which experimental parts of the language are known; Prometheus has a flag for each. */
export interface ParserOptions {
  /** Functions and aggregators; Prometheus' `promql-experimental-functions`. Default: no. */
  readonly experimentalFunctions?: boolean;
  /** `[5m * 2]`, `offset step()`; on by default, as in Prometheus 3.14. */
  readonly durationExpressions?: boolean;
  /** `anchored` and `smoothed`; `promql-extended-range-selectors`. Default: no. */
  readonly extendedRangeSelectors?: boolean;
  /** `fill`, `fill_left`, `fill_right`; `promql-binop-fill-modifiers`. Default: no. */
  readonly fillModifiers?: boolean;
}
