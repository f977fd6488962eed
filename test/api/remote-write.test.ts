import { WriteRequest, type WriteRequestMessage } from '../../api/remote-messages.js';
import { createHandler } from '../../api/handler.js';
import type { ApiOptions } from '../../api/options.js';
import { snappyCompress } from '../../encoding/snappy.js';
import { LimitError, OutOfOrderError } from '../../model/errors.js';
import { MemoryApiDatabase } from '../support/api-database.js';

const NOW = 1_000_000;

function requestOf(...series: Partial<WriteRequestMessage['timeseries'][number]>[]): Uint8Array {
  const name = { name: Buffer.from('__name__'), value: Buffer.from('up') };
  const timeseries = series.map((one) => ({
    labels: [name],
    samples: [],
    exemplars: [],
    histograms: [],
    ...one,
  }));
  return WriteRequest.encode({ timeseries, metadata: [] }).finish();
}

const ONE_SAMPLE = requestOf({ samples: [{ value: 7, time: 5 }] });

async function write(
  db: MemoryApiDatabase,
  body: Uint8Array,
  headers: Record<string, string> = {},
  options: ApiOptions = {},
): Promise<readonly [number, string]> {
  const all = { enableRemoteWriteReceiver: true, now: () => NOW, ...options };
  const answer = await createHandler(
    db,
    all,
  )(
    new Request('http://localhost/api/v1/write', {
      method: 'POST',
      body: Buffer.from(body),
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
        ...headers,
      },
    }),
  );
  return [answer.status, await answer.text()];
}

function valuesOf(db: MemoryApiDatabase): number[][] {
  return [...db.stored.values()].map(({ samples }) => [
    ...samples.values.subarray(0, samples.count),
  ]);
}

describe('remote write', () => {
  it('stores floats', async () => {
    const db = new MemoryApiDatabase();
    expect(await write(db, snappyCompress(ONE_SAMPLE))).toEqual([204, '']);
    expect(valuesOf(db)).toEqual([[7]]);
  });

  it('has to be enabled', async () => {
    const off = { enableRemoteWriteReceiver: false };
    expect(await write(new MemoryApiDatabase(), ONE_SAMPLE, {}, off)).toEqual([
      404,
      'remote write receiver needs to be enabled with --web.enable-remote-write-receiver\n',
    ]);
  });

  it('counts what it does not store, and stores the rest', async () => {
    const db = new MemoryApiDatabase();
    const histogram = { sum: 1, time: 5 } as never;
    const body = requestOf({
      samples: [{ value: 7, time: 5 }],
      histograms: [histogram, histogram],
      exemplars: [{ labels: [], value: 1, time: 5 }],
    });
    expect(await write(db, snappyCompress(body))).toEqual([
      400,
      'float samples were stored; not stored, because not supported: ' +
        '2 native histogram samples, 1 exemplars\n',
    ]);
    expect(valuesOf(db)).toEqual([[7]]);
  });

  it('stores nothing where the database refuses a sample', async () => {
    const db = new MemoryApiDatabase();
    db.refusal = new OutOfOrderError('out of order sample', '{}', 5, 7);
    expect(await write(db, snappyCompress(ONE_SAMPLE))).toEqual([
      400,
      expect.stringMatching(/^out of order sample /),
    ]);
    expect([db.stored.size, db.rollbacks]).toEqual([0, 1]);
  });

  it('is refused where there are too many series, and where too much waits', async () => {
    const db = new MemoryApiDatabase();
    db.refusal = new LimitError('seriesMax', 'the head holds 5 series');
    expect((await write(db, snappyCompress(ONE_SAMPLE)))[0]).toBe(429);
    db.refusal = null;
    db.commitFailure = new LimitError('commitRowsMax', 'too much waits');
    expect((await write(db, snappyCompress(ONE_SAMPLE)))[0]).toBe(503);
  });

  it('is to be sent again after a failure that is not the sender s', async () => {
    const db = new MemoryApiDatabase();
    db.commitFailure = new Error('no space left');
    expect(await write(db, snappyCompress(ONE_SAMPLE))).toEqual([500, 'no space left\n']);
  });

  it('takes no samples from more than ten minutes ahead', async () => {
    const db = new MemoryApiDatabase();
    const at = (time: number): Uint8Array =>
      snappyCompress(requestOf({ samples: [{ value: 1, time }] }));
    expect(await write(db, at(NOW + 600_000))).toEqual([204, '']);
    expect(await write(db, at(NOW + 600_001))).toEqual([400, 'out of bounds\n']);
  });

  it('leaves out series whose labels are invalid, as Prometheus does, and says so in the log', async () => {
    const db = new MemoryApiDatabase();
    const warned: string[] = [];
    const logger = { info: () => {}, warn: (text: string) => warned.push(text) };
    const samples = [{ value: 1, time: 5 }];
    const body = requestOf({ samples }, { labels: [], samples });
    expect(await write(db, snappyCompress(body), {}, { logger })).toEqual([204, '']);
    expect(valuesOf(db)).toEqual([[1]]);
    expect(warned).toEqual(['remote write: 1 samples of series with invalid labels']);
  });

  it('speaks version 1.0 and snappy only', async () => {
    const db = new MemoryApiDatabase();
    const body = snappyCompress(ONE_SAMPLE);
    const type = (value: string): Record<string, string> => ({ 'content-type': value });
    const v2 = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';
    expect(await write(db, body, type(v2))).toEqual([
      415,
      'io.prometheus.write.v2.Request protobuf message is not accepted by this server; ' +
        'only accepts prometheus.WriteRequest\n',
    ]);
    expect((await write(db, body, type('text/plain')))[0]).toBe(415);
    expect((await write(db, body, type('application/x-protobuf;proto=x')))[0]).toBe(415);
    expect(
      (await write(db, body, type('application/x-protobuf;proto=prometheus.WriteRequest')))[0],
    ).toBe(204);
    expect(await write(db, body, { 'content-encoding': 'zstd' })).toEqual([
      415,
      'zstd encoding (compression) is not accepted by this server; only snappy is acceptable\n',
    ]);
  });

  it('refuses bodies that are damaged', async () => {
    const db = new MemoryApiDatabase();
    expect(await write(db, Buffer.from('x'))).toEqual([400, 's2: corrupt input\n']);
    expect(await write(db, new Uint8Array(0))).toEqual([400, 's2: corrupt input\n']);
    const [status, text] = await write(db, snappyCompress(Buffer.from([0x0a, 0x05])));
    expect([status, text]).toEqual([400, 'protobuf: message is cut off\n']);
  });

  it('refuses bodies that are too large before and after decompression', async () => {
    const db = new MemoryApiDatabase();
    const small = { remoteWriteBytesMax: 1000 };
    expect(await write(db, new Uint8Array(1001), {}, small)).toEqual([
      413,
      'request body exceeds the 1000 bytes limit\n',
    ]);
    const bomb = snappyCompress(new Uint8Array(100_000));
    expect(await write(db, bomb, {}, { remoteWriteBytesMax: 50_000 })).toEqual([
      400,
      'decoded size exceeds the 50000 bytes limit\n',
    ]);
  });

  it('refuses a bomb by its declared length, before a byte is decoded', async () => {
    // The varint of 4 GiB - 1, and nothing that could fill it.
    const bomb = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00]);
    expect((await write(new MemoryApiDatabase(), bomb))[0]).toBe(400);
  });
});
