import { gunzipSync, inflateSync } from 'node:zlib';
import { bodyOf, encodingFor } from '../../api/compression.js';

function accepting(encodings: string): Request {
  return new Request('http://localhost/', { headers: { 'accept-encoding': encodings } });
}

async function bytesOf(body: string | Uint8Array | ReadableStream<Uint8Array>): Promise<Buffer> {
  return Buffer.from(await new Response(body as string).arrayBuffer());
}

async function* pieces(count: number): AsyncGenerator<string, void, undefined> {
  for (let i = 0; i < count; i++) {
    await Promise.resolve();
    yield `${i} ünïcode `.repeat(1000);
  }
}

async function textOf(count: number): Promise<string> {
  let text = '';
  for await (const piece of pieces(count)) text += piece;
  return text;
}

describe('the encoding of an answer', () => {
  it('is the first that the client names and we know, weights aside', () => {
    expect(encodingFor(accepting('gzip'))).toBe('gzip');
    expect(encodingFor(accepting('br, deflate ,gzip'))).toBe('deflate');
    expect(encodingFor(accepting('gzip;q=1'))).toBeNull();
    expect(encodingFor(new Request('http://localhost/'))).toBeNull();
  });

  it('leaves the text what it was, small and large', async () => {
    for (const count of [0, 1, 5, 40]) {
      const want = await textOf(count);
      const plain = await bodyOf(pieces(count), accepting('identity'));
      expect((await bytesOf(plain.body)).toString()).toBe(want);
      expect(plain.headers).toEqual({ vary: 'Accept-Encoding' });
      const gzipped = await bodyOf(pieces(count), accepting('gzip'));
      expect(gunzipSync(await bytesOf(gzipped.body)).toString()).toBe(want);
      expect(gzipped.headers['content-encoding']).toBe('gzip');
      const deflated = await bodyOf(pieces(count), accepting('deflate'));
      expect(inflateSync(await bytesOf(deflated.body)).toString()).toBe(want);
    }
  });

  it('sends small answers whole', async () => {
    expect((await bodyOf('{}', accepting(''))).body).toBe('{}');
    expect(typeof (await bodyOf(pieces(2), accepting(''))).body).toBe('string');
  });

  it('makes large answers at the pace of their reader, and stops when it goes away', async () => {
    for (const encoding of ['', 'gzip']) {
      let made = 0;
      let isStopped = false;
      async function* endless(): AsyncGenerator<string, void, undefined> {
        try {
          for (;;) {
            await Promise.resolve();
            made++;
            yield Buffer.from(crypto.getRandomValues(new Uint8Array(4096))).toString('hex');
          }
        } finally {
          isStopped = true;
        }
      }
      const { body } = await bodyOf(endless(), accepting(encoding));
      const reader = (body as ReadableStream<Uint8Array>).getReader();
      for (let i = 0; i < 10; i++) await reader.read();
      expect(made).toBeLessThan(100);
      await reader.cancel();
      expect(isStopped).toBe(true);
    }
  });

  it('tells a reader of a failure midway', async () => {
    for (const encoding of ['', 'gzip']) {
      async function* failing(): AsyncGenerator<string, void, undefined> {
        yield* pieces(20);
        throw new Error('no more');
      }
      const { body } = await bodyOf(failing(), accepting(encoding));
      await expect(bytesOf(body)).rejects.toThrow('no more');
    }
  });
});
