/**
 * `/api/v1/read`: raw samples for other servers, all at once (SAMPLES) or as a stream of frames
 * with XOR chunks (STREAMED_XOR_CHUNKS), whichever the client names first.
 */
import { snappyCompress, snappyDecompress } from '../encoding/snappy.js';
import { Columns } from '../model/columns.js';
import { DecodeError, messageOf } from '../model/errors.js';
import { Labels } from '../model/labels.js';
import { type Matcher, matcher, type MatchType } from '../model/matcher.js';
import { Pacer } from '../model/pacer.js';
import type { SeriesCursor } from '../model/queryable.js';
import { decodeUtf8 } from '../model/utf8.js';
import type { ApiDatabase } from './api-database.js';
import { TextError } from './api-error.js';
import { readBody } from './body.js';
import { framesOf } from './chunk-frames.js';
import { type Api, type Call, databaseOf, raw } from './endpoint.js';
import { Gate } from './gate.js';
import type { HandlerOptions } from './options.js';
import {
  decodeMessage,
  numberOf,
  type QueryMessage,
  ReadRequest,
  type ReadRequestMessage,
} from './remote-messages.js';
import { encodeTimeSeries } from './series-message.js';

const BODY_BYTES_MAX = 32 * 1024 * 1024;
const SAMPLES = 0;
const STREAMED_XOR_CHUNKS = 1;
const MATCH_TYPES: readonly MatchType[] = ['=', '!=', '=~', '!~'];
/** What a series costs beside its samples, and encoding a sample, in the pacer's units. */
const SERIES_UNITS = 400;
const SAMPLE_UNITS = 2;
const TAG_BYTES = (1 << 3) | 2;

/** A query in our words. */
interface ReadQuery {
  readonly minTime: number;
  readonly maxTime: number;
  readonly matchers: readonly Matcher[];
}

/** The endpoint with its gate. */
export function remoteReadEndpoint(options: HandlerOptions): ReturnType<typeof raw> {
  const gate = new Gate(options.remoteReadConcurrencyMax);
  return raw('/api/v1/read', ['POST'], (call, api) => remoteRead(call, api, gate));
}

async function remoteRead(call: Call, api: Api, gate: Gate): Promise<Response> {
  const { signal } = call;
  const { request, queries } = await readRequest(call.request, api.options.externalLabels);
  const accepted = request.acceptedResponseTypes;
  const wanted = accepted.length === 0 ? [SAMPLES] : accepted;
  const type = wanted.find((one) => one === SAMPLES || one === STREAMED_XOR_CHUNKS);
  if (type === undefined) {
    const text = 'server does not support any of the requested response types';
    throw new TextError(
      400,
      `${text}: [${wanted.join(' ')}]; supported: [SAMPLES STREAMED_XOR_CHUNKS]`,
    );
  }
  const leave = await gate.enter(signal);
  const reading: Reading = { database: databaseOf(api), options: api.options, signal };
  if (type === STREAMED_XOR_CHUNKS) return streamed(queries, reading, leave);
  try {
    return await sampled(queries, reading);
  } finally {
    leave();
  }
}

/** What reading takes. */
interface Reading {
  readonly database: ApiDatabase;
  readonly options: HandlerOptions;
  readonly signal: AbortSignal;
}

async function readRequest(
  request: Request,
  externalLabels: Readonly<Record<string, string>>,
): Promise<{ request: ReadRequestMessage; queries: ReadQuery[] }> {
  try {
    const body = snappyDecompress(await readBody(request, BODY_BYTES_MAX), BODY_BYTES_MAX);
    const message = decodeMessage(ReadRequest, body);
    return {
      request: message,
      queries: message.queries.map((query) => queryOf(query, externalLabels)),
    };
  } catch (error) {
    if (error instanceof TextError) throw error;
    const isSnappy = error instanceof DecodeError && !error.message.startsWith('protobuf');
    const isLarge = isSnappy && error.message.includes('exceeds the limit');
    const text = isSnappy && !isLarge ? 'snappy: corrupt input' : messageOf(error);
    throw new TextError(400, text, { cause: error });
  }
}

function queryOf(
  { start, end, matchers }: QueryMessage,
  externalLabels: Readonly<Record<string, string>>,
): ReadQuery {
  return {
    minTime: numberOf(start),
    maxTime: numberOf(end),
    matchers: matchers.map(({ type, name, value }) => {
      if (!(type in MATCH_TYPES)) throw new TextError(400, 'invalid matcher type');
      const made = matcher(decodeUtf8(name), MATCH_TYPES[type], decodeUtf8(value));
      // Storage has no external labels: whoever asks for them means the series without.
      const isExternal = made.type === '=' && externalLabels[made.name] === made.value;
      return isExternal ? matcher(made.name, '=', '') : made;
    }),
  };
}

/** Runs `each` for the series of a query, with turns of the event loop in between. */
async function* seriesOf(
  query: ReadQuery,
  { database, options, signal }: Reading,
): AsyncGenerator<{ labels: Labels; samples: Columns }, void, undefined> {
  const { minTime, maxTime, matchers } = query;
  const pacer = new Pacer();
  const samples = new Columns();
  const querier = await database.querier({ minTime, maxTime, signal });
  try {
    const cursor: SeriesCursor = await querier.select(matchers);
    for (let moved = cursor.move(); moved !== 'ended'; moved = cursor.move()) {
      if (moved === 'on') {
        samples.clear();
        cursor.series.read(samples);
        yield { labels: withExternal(cursor.series.labels, options.externalLabels), samples };
      }
      const units = SERIES_UNITS + SAMPLE_UNITS * samples.count;
      if (moved === 'paused' || pacer.isDue(units)) await pacer.turn(signal);
    }
  } finally {
    querier.release();
  }
}

/** A series' own labels count before external ones. */
function withExternal(labels: Labels, external: Readonly<Record<string, string>>): Labels {
  const pairs = Object.entries(external);
  return pairs.length === 0 ? labels : Labels.from([...pairs, ...labels]);
}

/** All series in one message. */
async function sampled(queries: readonly ReadQuery[], reading: Reading): Promise<Response> {
  const { remoteReadSamplesMax: max } = reading.options;
  const results: Uint8Array[] = [];
  for (const query of queries) {
    const parts: Uint8Array[] = [];
    let sampleCount = 0;
    for await (const { labels, samples } of seriesOf(query, reading)) {
      sampleCount += samples.count;
      if (max > 0 && sampleCount > max) {
        throw new TextError(400, `exceeded sample limit (${max})`);
      }
      if (samples.count > 0) pushField(parts, encodeTimeSeries(labels, samples));
    }
    pushField(results, Buffer.concat(parts));
  }
  const body = snappyCompress(Buffer.concat(results));
  return new Response(Buffer.from(body), {
    status: 200,
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
  });
}

/** Field 1 of a message: its tag, its length, its bytes. */
function pushField(parts: Uint8Array[], bytes: Uint8Array): void {
  const head = [TAG_BYTES];
  let rest = bytes.length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) head.push((rest & 0x7f) | 0x80);
  head.push(rest);
  parts.push(Uint8Array.from(head), bytes);
}

/** Frames as the client takes them; the gate is left when it has all of them, or goes away. */
function streamed(queries: readonly ReadQuery[], reading: Reading, leave: () => void): Response {
  const frames = allFrames(queries, reading);
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const next = await frames.next();
          if (next.done !== true) {
            controller.enqueue(next.value);
            return;
          }
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        leave();
      },
      cancel: async () => {
        leave();
        await frames.return();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, {
    status: 200,
    headers: {
      'content-type': 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse',
    },
  });
}

async function* allFrames(
  queries: readonly ReadQuery[],
  reading: Reading,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const [queryIndex, query] of queries.entries()) {
    for await (const { labels, samples } of seriesOf(query, reading)) {
      yield* framesOf(labels, samples, {
        queryIndex,
        frameBytes: reading.options.remoteReadFrameBytes,
      });
    }
  }
}
