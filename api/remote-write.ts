/**
 * `/api/v1/write`: remote write 1.0. Floats are stored. A request that also holds histograms or
 * exemplars, which are not stored yet, has its floats stored and is answered with a 400 that counts
 * the rest, so that nothing is dropped in silence. Remote write 2.0 is refused with 415.
 */
import {
  DecodeError,
  InvalidLabelsError,
  LimitError,
  messageOf,
  SampleError,
} from '../model/errors.js';
import type { Logger } from '../model/logger.js';
import { Pacer } from '../model/pacer.js';
import { snappyDecompress } from '../encoding/snappy.js';
import {
  type ApiAppender,
  type CommitOutcome,
  isWritable,
  type WritableApiDatabase,
} from './api-database.js';
import { TextError } from './api-error.js';
import { BodyTooLargeError, readBody } from './body.js';
import { type Api, type Call, databaseOf, raw } from './endpoint.js';
import { KnownLabels, WriteRequestReader } from './write-request.js';

const PROTOBUF = 'application/x-protobuf';
const V1 = 'prometheus.WriteRequest';
const V2 = 'io.prometheus.write.v2.Request';
/** How far ahead of the clock a sample may be, as in Prometheus. */
const AHEAD_MAX_MS = 600_000;
/** What appending a sample costs, and a series beside its samples, in the pacer's units. */
const SAMPLE_UNITS = 6;
const SERIES_UNITS = 20;

/** What of a request was not stored, though it was well formed. */
interface LeftOut {
  exemplars: number;
  histograms: number;
  /** Samples of series with invalid labels. */
  invalidSamples: number;
}

/** The endpoint with its cache of label sets. */
export function remoteWriteEndpoint(): ReturnType<typeof raw> {
  const known = new KnownLabels();
  return raw('/api/v1/write', ['POST'], (call, api) => remoteWrite(call, api, known));
}

async function remoteWrite(call: Call, api: Api, known: KnownLabels): Promise<Response> {
  if (api.options.enableRemoteWriteReceiver !== true) {
    throw new TextError(
      404,
      'remote write receiver needs to be enabled with --web.enable-remote-write-receiver',
    );
  }
  const body = await decompressedBody(call.request, api.options.remoteWriteBytesMax);
  checkMessageType(call.request);
  const database = databaseOf(api);
  if (!isWritable(database)) throw new TextError(500, 'the database is read-only');
  const { logger, now } = api.options;
  const leftOut = await store(database, new WriteRequestReader(body, known), { logger, now });
  if (leftOut.histograms + leftOut.exemplars > 0) throw new TextError(400, describe(leftOut));
  return new Response(null, { status: 204 });
}

/** Reads the body; both sizes are checked before their bytes are held. */
async function decompressedBody(request: Request, limitBytes: number): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding') ?? '';
  if (encoding !== '' && encoding !== 'snappy') {
    const text = 'encoding (compression) is not accepted by this server; only snappy is acceptable';
    throw new TextError(415, `${encoding} ${text}`);
  }
  let body;
  try {
    body = await readBody(request, limitBytes);
  } catch (error) {
    if (error instanceof BodyTooLargeError) throw new TextError(413, error.message);
    throw new TextError(400, messageOf(error), { cause: error });
  }
  try {
    return snappyDecompress(body, limitBytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const text = error.message.includes('exceeds the limit')
      ? `decoded size exceeds the ${limitBytes} bytes limit`
      : 's2: corrupt input';
    throw new TextError(400, text, { cause: error });
  }
}

/** Only 1.0 is spoken; a missing content type is taken for it. */
function checkMessageType(request: Request): void {
  const given = (request.headers.get('content-type') ?? '').trim();
  const [media, ...parameters] = (given === '' ? PROTOBUF : given).split(';');
  if (media !== PROTOBUF) {
    throw new TextError(
      415,
      `expected ${PROTOBUF} as the first (media) part, got ${given} content-type`,
    );
  }
  for (const parameter of parameters) {
    const [name, value, ...more] = parameter.trim().split('=');
    if (value === undefined || more.length > 0) {
      throw new TextError(415, `expected parameters to be key-values, got ${parameter}`);
    }
    if (name !== 'proto' || value === V1) continue;
    if (value !== V2)
      throw new TextError(415, `got ${given} content type; unknown message ${value}`);
    throw new TextError(
      415,
      `${V2} protobuf message is not accepted by this server; only accepts ${V1}`,
    );
  }
}

/** All samples or, where one is refused, none. */
async function store(
  database: WritableApiDatabase,
  reader: WriteRequestReader,
  { logger, now }: { readonly logger: Logger; readonly now: () => number },
): Promise<LeftOut> {
  const appender = database.appender();
  let leftOut;
  try {
    leftOut = await appendAll(appender, reader, now() + AHEAD_MAX_MS);
  } catch (error) {
    appender.rollback();
    throw writeError(error);
  }
  try {
    checkOutcome(await appender.commit());
  } catch (error) {
    throw error instanceof LimitError ? new TextError(503, error.message) : writeError(error);
  }
  if (leftOut.invalidSamples > 0) {
    logger.warn(`remote write: ${leftOut.invalidSamples} samples of series with invalid labels`);
  }
  return leftOut;
}

async function appendAll(
  appender: ApiAppender,
  reader: WriteRequestReader,
  timeMax: number,
): Promise<LeftOut> {
  const pacer = new Pacer();
  let invalidSamples = 0;
  while (reader.next()) {
    const { labels, sampleCount, times, values } = reader;
    if (labels === 'invalid') {
      invalidSamples += sampleCount;
      continue;
    }
    for (let i = 0; i < sampleCount; i++) {
      if (times[i] > timeMax) throw new TextError(400, 'out of bounds');
      appender.append(labels, times[i], values[i]);
    }
    if (pacer.isDue(SERIES_UNITS + SAMPLE_UNITS * sampleCount)) await pacer.turn();
  }
  return {
    exemplars: reader.exemplarCount,
    histograms: reader.histogramCount,
    invalidSamples,
  };
}

/** What senders should not send again is a 400, everything else a 500, which they retry. */
function writeError(error: unknown): TextError {
  if (error instanceof TextError) return error;
  const isRefusal = REFUSALS.some((type) => error instanceof type);
  const status = error instanceof LimitError ? 429 : isRefusal ? 400 : 500;
  return new TextError(status, messageOf(error), { cause: error });
}

/** What the database, or the reader of the message, has against the samples themselves. */
const REFUSALS = [SampleError, InvalidLabelsError, DecodeError] as const;

/** Samples that another request had overtaken by the time of the commit: refused as well. */
function checkOutcome({ outOfOrder, duplicate, outOfBounds }: CommitOutcome): void {
  const counts = [
    ...(outOfOrder > 0 ? [`out of order sample: ${outOfOrder}`] : []),
    ...(duplicate > 0 ? [`duplicate sample for timestamp: ${duplicate}`] : []),
    ...(outOfBounds > 0 ? [`out of bounds: ${outOfBounds}`] : []),
  ];
  if (counts.length > 0) throw new TextError(400, counts.join(', '));
}

function describe({ histograms, exemplars }: LeftOut): string {
  const counts = [
    ...(histograms > 0 ? [`${histograms} native histogram samples`] : []),
    ...(exemplars > 0 ? [`${exemplars} exemplars`] : []),
  ];
  return `float samples were stored; not stored, because not supported: ${counts.join(', ')}`;
}
