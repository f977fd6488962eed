import { BodyTooLargeError, readBody } from '../../api/body.js';

function post(body: ReadableStream<Uint8Array> | string): Request {
  return new Request('http://localhost/', { method: 'POST', body, duplex: 'half' });
}

describe('the body of a request', () => {
  it('is read whole', async () => {
    expect(Buffer.from(await readBody(post('abc'), 3)).toString()).toBe('abc');
    expect(await readBody(new Request('http://localhost/'), 3)).toHaveLength(0);
  });

  it('is not read beyond its limit', async () => {
    await expect(readBody(post('abcd'), 3)).rejects.toThrow(BodyTooLargeError);
  });

  it('of a gigabyte is refused by what it declares, without reading any of it', async () => {
    const pulled = jest.fn();
    const body = new ReadableStream<Uint8Array>({ pull: pulled }, { highWaterMark: 0 });
    const request = post(body);
    request.headers.set('content-length', String(2 ** 30));
    await expect(readBody(request, 1024)).rejects.toThrow('exceeds the 1024 bytes limit');
    expect(pulled).not.toHaveBeenCalled();
  });

  it('without a declared length stops at the first byte too many', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024));
      },
    });
    await expect(readBody(post(endless), 10_000)).rejects.toThrow(BodyTooLargeError);
    expect(sent).toBeLessThan(20_000);
  });
});
