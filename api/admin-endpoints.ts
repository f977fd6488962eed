/** `/admin/tsdb/*`: deleting, cleaning up and snapshots, where the server allows them. */
import { messageOf, TsdbError } from '../model/errors.js';
import { isWritable, type WritableApiDatabase } from './api-database.js';
import { ApiError, invalidParameter } from './api-error.js';
import { type Api, type Call, CHANGE, databaseOf, json } from './endpoint.js';
import type { Answer } from './envelope.js';
import { parseBool, required, selector, timeRange } from './parameters.js';

export const ADMIN_ENDPOINTS = [
  json('/admin/tsdb/delete_series', CHANGE, deleteSeries),
  json('/admin/tsdb/clean_tombstones', CHANGE, cleanTombstones),
  json('/admin/tsdb/snapshot', CHANGE, snapshot),
];

/** The database, if admin endpoints are allowed and it can be written to. */
function adminDatabase(api: Api): WritableApiDatabase {
  if (api.options.enableAdminApi !== true) {
    throw new ApiError('unavailable', 'admin APIs disabled');
  }
  const database = databaseOf(api);
  if (!isWritable(database)) throw new ApiError('unavailable', 'the database is read-only');
  return database;
}

async function deleteSeries(call: Call, api: Api): Promise<null> {
  const database = adminDatabase(api);
  const form = await call.form();
  const selectors = form.getAll('match[]');
  if (selectors.length === 0) throw new ApiError('bad_data', 'no match[] parameter provided');
  const range = timeRange(form);
  for (const text of selectors) {
    let matchers;
    try {
      matchers = selector(text);
    } catch (error) {
      throw invalidParameter('match[]', messageOf(error));
    }
    await internally('', database.delete(matchers, { ...range, signal: call.signal }));
  }
  return null;
}

async function cleanTombstones(_: Call, api: Api): Promise<null> {
  await internally('', adminDatabase(api).cleanTombstones());
  return null;
}

async function snapshot(call: Call, api: Api): Promise<Answer> {
  const database = adminDatabase(api);
  const form = await call.form();
  const skipHead =
    form.get('skip_head') !== '' &&
    required(form, 'skip_head', (text) => {
      try {
        return parseBool(text);
      } catch (error) {
        throw new ApiError('bad_data', `unable to parse boolean: ${messageOf(error)}`);
      }
    });
  const { dataDir, now } = api.options;
  if (dataDir === undefined)
    throw new ApiError('unavailable', 'there is no directory for snapshots');
  const name = snapshotName(now());
  const dir = `${dataDir}/snapshots/${name}`;
  await internally('create snapshot: ', database.snapshot(dir, { withHead: !skipHead }));
  return { data: { name } };
}

/** `20060102T150405Z-` and sixteen digits, as Prometheus names them. */
function snapshotName(timeMs: number): string {
  const time = new Date(timeMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const random = crypto.getRandomValues(new Uint8Array(8));
  random[0] &= 0x7f;
  return `${time}-${Buffer.from(random).toString('hex')}`;
}

/** What the database refuses is the server's failure, whatever its class. */
async function internally(prefix: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    throw new ApiError('internal', `${prefix}${error.message}`, { cause: error });
  }
}
