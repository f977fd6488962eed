/** `/query` and `/query_range`. */
import { LimitError, messageOf, ParseError, QueryError } from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';
import { Engine } from '../promql/engine.js';
import { MatrixValue, type QueryResult, type QueryValue, VectorValue } from '../promql/value.js';
import { ApiError, invalidParameter } from './api-error.js';
import { type Api, type Call, databaseOf, type Endpoint, json, READ_OR_FORM } from './endpoint.js';
import { type Answer, TRUNCATED } from './envelope.js';
import type { Form } from './form.js';
import type { HandlerOptions } from './options.js';
import { durationOrNull, limitOf, parseStep, parseTime, required, timeOr } from './parameters.js';
import { queryJson } from './query-json.js';

/** What Prometheus answers at most: a week by minutes, a year by hours. */
const POINTS_MAX = 11_000;

/** The two endpoints, with one engine between them. */
export function queryEndpoints(options: HandlerOptions): readonly Endpoint[] {
  const engine = new Engine({
    ...options.promql,
    lookbackMs: options.lookbackMs,
    timeoutMs: options.queryTimeoutMs,
    concurrencyMax: options.queryConcurrencyMax,
    samplesMax: options.querySamplesMax,
    subqueryStepMs: options.evaluationIntervalMs,
  });
  return [
    json('/query', READ_OR_FORM, (call, api) => instant(call, api, engine)),
    json('/query_range', READ_OR_FORM, (call, api) => range(call, api, engine)),
  ];
}

async function instant(call: Call, api: Api, engine: Engine): Promise<Answer> {
  const form = await call.form();
  const limit = limitOf(form);
  const time = timeOr(form, 'time', api.options.now());
  const options = { time, ...queryOptions(form), signal: call.signal };
  const expression = form.get('query');
  return answer(form, limit, api, () => engine.instant(databaseOf(api), expression, options));
}

async function range(call: Call, api: Api, engine: Engine): Promise<Answer> {
  const form = await call.form();
  const limit = limitOf(form);
  const start = required(form, 'start', parseTime);
  const end = required(form, 'end', parseTime);
  if (end < start) throw invalidParameter('end', 'end timestamp must not be before start time');
  const stepMs = required(form, 'step', parseStep);
  if (!(stepMs > 0)) {
    throw invalidParameter(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if (Math.trunc((end - start) / stepMs) > POINTS_MAX) {
    throw new ApiError(
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. ' +
        'Try decreasing the query resolution (?step=XX)',
    );
  }
  // Evaluation counts whole milliseconds; a shorter step is of one moment only.
  const step = Math.max(1, Math.trunc(stepMs));
  const options = { start, end, step, ...queryOptions(form), signal: call.signal };
  const expression = form.get('query');
  return answer(form, limit, api, () => engine.range(databaseOf(api), expression, options));
}

/** What both take: how long, and how far back. */
function queryOptions(form: Form): { timeoutMs?: number; lookbackMs?: number } {
  const timeoutMs = durationOrNull(form, 'timeout');
  const lookback = form.get('lookback_delta');
  let lookbackMs = 0;
  try {
    if (lookback !== '') lookbackMs = parseStep(lookback);
  } catch (error) {
    const text = `error parsing lookback delta duration: ${messageOf(error)}`;
    throw new ApiError('bad_data', text, { cause: error });
  }
  return {
    ...(timeoutMs === null ? {} : { timeoutMs }),
    // Zero and less mean the server's, as in Prometheus.
    ...(lookbackMs > 0 ? { lookbackMs } : {}),
  };
}

async function answer(
  form: Form,
  limit: number,
  { options }: Api,
  run: () => Promise<QueryResult>,
): Promise<Answer> {
  const beganMs = options.now();
  let result;
  try {
    result = await run();
  } catch (error) {
    throw queryError(error);
  }
  const warnings = [...result.warnings];
  const value = limit > 0 ? truncated(result.value, limit) : result.value;
  if (value !== result.value) warnings.push(TRUNCATED);
  const stats = form.get('stats');
  if (stats !== '' && stats !== 'true' && stats !== 'all') {
    warnings.push(
      `value ${goQuote(stats)} for parameter "stats" is deprecated and will be rejected ` +
        'in the next major release, use "true" or "all"',
    );
  }
  const more = stats === '' ? '' : `,"stats":${statsText(options.now() - beganMs)}`;
  return { data: queryJson(value, more), warnings, infos: result.infos };
}

function truncated(value: QueryValue, limit: number): QueryValue {
  if (value instanceof MatrixValue && value.count > limit) {
    return new MatrixValue(value.series.slice(0, limit));
  }
  if (value instanceof VectorValue && value.labels.length > limit) {
    return new VectorValue(value.time, {
      labels: value.labels.slice(0, limit),
      values: value.values.slice(0, limit),
      histograms: value.histograms?.slice(0, limit) ?? null,
    });
  }
  return value;
}

/** The wall clock is all that is measured of a query. */
function statsText(tookMs: number): string {
  const seconds = tookMs / 1000;
  return JSON.stringify({
    timings: {
      evalTotalTime: seconds,
      resultSortTime: 0,
      queryPreparationTime: 0,
      innerEvalTime: seconds,
      execQueueTime: 0,
      execTotalTime: seconds,
    },
  });
}

/** A query that cannot be read is a wrong parameter; what fails later has its own type. */
function queryError(error: unknown): unknown {
  if (error instanceof ParseError || error instanceof LimitError)
    return invalidParameter('query', error.message);
  if (!(error instanceof QueryError)) return error;
  if (error.type === 'bad_data') return invalidParameter('query', error.message);
  return new ApiError(error.type, error.message, { cause: error });
}
