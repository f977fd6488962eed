/** Answers of Prometheus' API, compared: what may differ by chance does not count. */

export interface Answer {
  readonly status: string;
  readonly data?: { readonly resultType: string; readonly result: unknown };
  readonly errorType?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

type Pair = readonly [time: number, value: string];

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Pair;
  readonly values?: readonly Pair[];
}

/** Values may differ by so much where the order of additions is one by chance. */
const TOLERANCE = 1e-9;
/** Variances take differences of what is nearly equal. */
const VARIANCE_TOLERANCE = 1e-4;
/** The API tells ten annotations and how many more there are. */
const ANNOTATIONS_MAX = 10;

/** Whether two answers are the same text, but for the order of what has none. */
export function isTextEqual(wanted: Answer, got: Answer): boolean {
  return JSON.stringify(normalized(wanted)) === JSON.stringify(normalized(got));
}

/** What differs; null where only last digits do. */
export function differenceOf(query: string, wanted: Answer, got: Answer): string | null {
  const one = normalized(wanted);
  const other = normalized(got);
  const tolerance = /std(dev|var)/.test(query) ? VARIANCE_TOLERANCE : TOLERANCE;
  const isOrdered = /^sort(_desc)?\(/.test(query);
  const isAggregated = /(sum|avg|std(dev|var))/.test(query);
  if (isOrdered && !areClose(wanted, got, isAggregated ? tolerance : 0)) return show(wanted, got);
  // Which of equals are chosen is a matter of their order.
  const areChosen = /(topk|bottomk)/.test(query);
  if (areChosen && valuesOf(one).sort().join() === valuesOf(other).sort().join()) return null;
  if (JSON.stringify(shapeOf(one)) !== JSON.stringify(shapeOf(other))) return show(one, other);
  return areClose(one, other, tolerance) ? null : show(one, other);
}

function normalized(answer: Answer): Answer {
  const { data } = answer;
  const result = data?.result;
  return {
    status: answer.status,
    errorType: answer.errorType,
    error: answer.error && withoutChance(answer.error),
    warnings: annotations(answer.warnings),
    infos: annotations(answer.infos),
    data:
      data === undefined || !Array.isArray(result) || !/vector|matrix/.test(data.resultType)
        ? data
        : {
            resultType: data.resultType,
            result: (result as Series[]).map(sortedLabels).sort(order),
          },
  };
}

/** Which match group a message names, and which two of its series, is a matter of chance. */
function withoutChance(error: string): string {
  return error
    .replace(/(found duplicate series for the match group) .* on the/, '$1 on the')
    .replace(/operation: \[.*\];/, 'operation;');
}

function annotations(all: readonly string[] = []): readonly string[] | undefined {
  if (all.length === 0) return undefined;
  return all.length > ANNOTATIONS_MAX ? ['many'] : [...all].sort();
}

function sortedLabels(series: Series): Series {
  return { ...series, metric: Object.fromEntries(Object.entries(series.metric).sort()) };
}

function order(a: Series, b: Series): number {
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  return one < other ? -1 : Number(one > other);
}

function seriesOf({ data }: Answer): Series[] {
  return Array.isArray(data?.result) && typeof data.result[0] === 'object'
    ? (data.result as Series[])
    : [];
}

function pairsOf({ value, values }: Series): readonly Pair[] {
  return values ?? (value === undefined ? [] : [value]);
}

function valuesOf(answer: Answer): string[] {
  if (answer.data?.resultType === 'scalar') return [String((answer.data.result as Pair)[1])];
  return seriesOf(answer).flatMap((series) => pairsOf(series).map(([, value]) => value));
}

/** All but the values. */
function shapeOf(answer: Answer): unknown {
  const series = seriesOf(answer).map((one) => [one.metric, pairsOf(one).map(([time]) => time)]);
  return { ...answer, data: [answer.data?.resultType, series] };
}

/** Whether as many values follow one another in the same order. */
function areClose(one: Answer, other: Answer, tolerance: number): boolean {
  const [values, others] = [valuesOf(one), valuesOf(other)];
  return (
    values.length === others.length &&
    values.every((value, i) => close(value, others[i], tolerance))
  );
}

function close(a: string, b: string, tolerance: number): boolean {
  if (a === b) return true;
  const [one, other] = [Number(a), Number(b)];
  return Math.abs(one - other) <= tolerance * Math.max(Math.abs(one), Math.abs(other), 1e-6);
}

function show(wanted: Answer, got: Answer): string {
  const [one, other] = [JSON.stringify(wanted), JSON.stringify(got)];
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const from = Math.max(0, at - 150);
  return `  wanted ${one.slice(from, at + 200)}\n  got    ${other.slice(from, at + 200)}`;
}
