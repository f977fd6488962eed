/** `/status/*`, `/features` and `/notifications`: what the server says of itself. */
import type { BlockInfo } from '../tsdb/block-view.js';
import { ApiError } from './api-error.js';
import { type Api, type Call, databaseOf, json, raw, READ } from './endpoint.js';
import { type Answer, respond } from './envelope.js';
import { featuresOf } from './features.js';

const TSDB_LIMIT = 10;
const TSDB_LIMIT_MAX = 10_000;
const INTEGER = /^[+-]?\d+$/;

export const STATUS_ENDPOINTS = [
  json('/status/config', READ, (_, { options }) => ({ data: { yaml: options.configYaml() } })),
  json('/status/flags', READ, (_, { options }) => ({ data: options.flags })),
  json('/status/runtimeinfo', READ, runtimeInfo),
  json('/status/buildinfo', READ, (_, { options }) => ({ data: options.buildInfo })),
  json('/status/tsdb', READ, tsdbStatus),
  json('/status/tsdb/blocks', READ, (_, api) => ({
    data: { blocks: databaseOf(api).blocks().map(blockJson) },
  })),
  json('/features', READ, (_, { options }) => ({ data: featuresOf(options) })),
  // These two answer while the log is replayed.
  json('/status/walreplay', READ, (_, { source }) => ({ data: source.replay }), false),
  json('/notifications', READ, () => ({ data: [] }), false),
  // Nobody has anything to tell: an event stream that ends at once, as Prometheus' does without.
  raw('/api/v1/notifications/live', READ, ({ request }) => respond(null, request), false),
];

function runtimeInfo(_: Call, { options }: Api): Answer {
  if (options.runtimeInfo === undefined) {
    throw new ApiError('internal', 'runtime information is not available');
  }
  return { data: options.runtimeInfo() };
}

async function tsdbStatus(call: Call, api: Api): Promise<Answer> {
  const text = (await call.form()).get('limit');
  return { data: await databaseOf(api).stats(statsLimit(text), call.signal) };
}

function statsLimit(text: string): number {
  if (text === '') return TSDB_LIMIT;
  const limit = INTEGER.test(text) ? Number(text) : 0;
  if (limit < 1) throw new ApiError('bad_data', 'limit must be a positive number');
  if (limit > TSDB_LIMIT_MAX) {
    throw new ApiError('bad_data', `limit must not exceed ${TSDB_LIMIT_MAX}`);
  }
  return limit;
}

/** A block's meta as Go marshals it: what is zero or empty is left out. */
function blockJson({ meta }: BlockInfo): object {
  const { ulid, minTime, maxTime, stats, compaction, version } = meta;
  return {
    ulid,
    minTime,
    maxTime,
    stats: withoutZeros({ ...stats }),
    compaction: {
      level: compaction.level,
      ...withoutZeros({
        sources: compaction.sources,
        deletable: compaction.deletable,
        parents: compaction.parents,
        failed: compaction.failed,
        hints: compaction.hints,
      }),
    },
    version,
  };
}

function withoutZeros(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== 0 && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
