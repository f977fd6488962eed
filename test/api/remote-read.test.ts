import { createHandler } from '../../api/handler.js';
import type { ApiOptions } from '../../api/options.js';
import {
  ChunkedReadResponse,
  decodeMessage,
  numberOf,
  ReadRequest,
  type ReadRequestMessage,
  ReadResponse,
} from '../../api/remote-messages.js';
import { decodeXor } from '../../chunks/xor.js';
import { ByteReader } from '../../encoding/byte-reader.js';
import { snappyCompress, snappyDecompress } from '../../encoding/snappy.js';
import { Columns } from '../../model/columns.js';
import { MemoryApiDatabase } from '../support/api-database.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const SAMPLES = 0;
const STREAMED = 1;

function requestOf(
  matchers: readonly (readonly [type: number, name: string, value: string])[],
  types: number[] = [],
): ReadRequestMessage {
  return {
    queries: [
      {
        start: 10,
        end: 20,
        matchers: matchers.map(([type, name, value]) => ({
          type,
          name: Buffer.from(name),
          value: Buffer.from(value),
        })),
      },
    ],
    acceptedResponseTypes: types,
  };
}

async function post(
  db: MemoryApiDatabase,
  body: Uint8Array,
  options: ApiOptions = {},
): Promise<Response> {
  return createHandler(
    db,
    options,
  )(new Request('http://localhost/api/v1/read', { method: 'POST', body: Buffer.from(body) }));
}

function ask(
  db: MemoryApiDatabase,
  request: ReadRequestMessage,
  options: ApiOptions = {},
): Promise<Response> {
  return post(db, snappyCompress(ReadRequest.encode(request).finish()), options);
}

/** Label sets with their samples. */
async function sampled(answer: Response): Promise<[string, number[][]][]> {
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/x-protobuf');
  expect(answer.headers.get('content-encoding')).toBe('snappy');
  const bytes = snappyDecompress(new Uint8Array(await answer.arrayBuffer()), 1 << 20);
  const { results } = decodeMessage(ReadResponse, bytes);
  return results.flatMap(({ timeseries }) =>
    timeseries.map(({ labels, samples }): [string, number[][]] => [
      labels.map(({ name, value }) => `${text(name)}=${text(value)}`).join(),
      samples.map(({ time, value }) => [numberOf(time), value]),
    ]),
  );
}

function database(): MemoryApiDatabase {
  const db = new MemoryApiDatabase();
  db.add({ __name__: 'up', job: 'a' }, [
    [9, 1],
    [10, 2],
    [20, 3],
    [21, 4],
  ]);
  db.add({ __name__: 'up', job: 'b' }, [[15, 5]]);
  db.add({ __name__: 'down', job: 'a' }, [[15, 6]]);
  return db;
}

describe('remote read of samples', () => {
  it('gives the closed range of what matches', async () => {
    const db = database();
    expect(await sampled(await ask(db, requestOf([[0, '__name__', 'up']])))).toEqual([
      [
        '__name__=up,job=a',
        [
          [10, 2],
          [20, 3],
        ],
      ],
      ['__name__=up,job=b', [[15, 5]]],
    ]);
    expect(await sampled(await ask(db, requestOf([[3, 'job', 'a|c']], [SAMPLES])))).toEqual([
      ['__name__=up,job=b', [[15, 5]]],
    ]);
    expect(db.openQueriers).toBe(0);
  });

  it('adds external labels, and takes matchers of them for what storage has', async () => {
    const options = { externalLabels: { region: 'eu' } };
    const asked = requestOf([
      [0, 'region', 'eu'],
      [0, 'job', 'b'],
    ]);
    expect(await sampled(await ask(database(), asked, options))).toEqual([
      ['__name__=up,job=b,region=eu', [[15, 5]]],
    ]);
  });

  it('stops at its limit', async () => {
    const answer = await ask(database(), requestOf([]), { remoteReadSamplesMax: 3 });
    expect([answer.status, await answer.text()]).toEqual([400, 'exceeded sample limit (3)\n']);
  });

  it('refuses what it cannot read', async () => {
    const refuse = async (answer: Response, want: string): Promise<void> => {
      expect([answer.status, await answer.text()]).toEqual([400, want]);
    };
    const db = database();
    await refuse(await post(db, Buffer.from('x')), 'snappy: corrupt input\n');
    await refuse(await ask(db, requestOf([[7, 'a', 'b']])), 'invalid matcher type\n');
    await refuse(
      await ask(db, requestOf([], [5])),
      'server does not support any of the requested response types: [5]; ' +
        'supported: [SAMPLES STREAMED_XOR_CHUNKS]\n',
    );
    const answer = await post(db, snappyCompress(Buffer.from([0x0a, 0x09])));
    expect([answer.status, (await answer.text()).startsWith('protobuf: ')]).toEqual([400, true]);
    await refuse(
      await ask(db, requestOf([[2, 'a', '(']])),
      'error parsing regexp: missing closing ): `(`\n',
    );
  });
});

describe('remote read of chunks', () => {
  it('gives frames', async () => {
    const db = database();
    const answer = await ask(db, requestOf([[0, '__name__', 'up']], [STREAMED, SAMPLES]));
    expect(answer.headers.get('content-type')).toBe(
      'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse',
    );
    const reader = new ByteReader(new Uint8Array(await answer.arrayBuffer()));
    const found: [string, number][] = [];
    while (reader.remaining > 0) {
      const length = reader.uvarint();
      reader.u32();
      const { chunkedSeries } = decodeMessage(ChunkedReadResponse, reader.takeBytes(length));
      const [{ labels, chunks }] = chunkedSeries;
      const samples = new Columns();
      for (const { data } of chunks) decodeXor(data, samples);
      found.push([labels.map(({ value }) => text(value)).join(), samples.count]);
    }
    expect(found).toEqual([
      ['up,a', 2],
      ['up,b', 1],
    ]);
    expect(db.openQueriers).toBe(0);
  });

  it('lets go of everything when the client goes away', async () => {
    const db = database();
    const options = { remoteReadConcurrencyMax: 1 };
    const handler = createHandler(db, options);
    const body = snappyCompress(ReadRequest.encode(requestOf([], [STREAMED])).finish());
    const request = (): Request =>
      new Request('http://localhost/api/v1/read', { method: 'POST', body: Buffer.from(body) });
    for (let i = 0; i < 3; i++) {
      const reader = (await handler(request())).body?.getReader();
      await reader?.read();
      expect(db.openQueriers).toBe(1);
      await reader?.cancel();
      expect(db.openQueriers).toBe(0);
    }
  });
});
