/** Quantiles of samples (promql/quantile.go): NaNs come first, neighbours are weighted. */

/** Sorts the first `count` of `values` in place and returns their quantile. */
export function quantileOf(quantile: number, values: Float64Array, count: number): number {
  if (count === 0 || quantile !== quantile) return NaN;
  if (quantile < 0) return -Infinity;
  if (quantile > 1) return Infinity;
  // JavaScript sorts NaNs to the end.
  const sorted = values.subarray(0, count).sort();
  let numbers = count;
  while (numbers > 0 && sorted[numbers - 1] !== sorted[numbers - 1]) numbers--;
  const nans = count - numbers;
  const rank = quantile * (count - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(count - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return at(sorted, lower - nans) * (1 - weight) + at(sorted, upper - nans) * weight;
}

function at(sorted: Float64Array, index: number): number {
  return index < 0 ? NaN : sorted[index];
}
