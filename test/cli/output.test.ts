import { Writable } from 'node:stream';
import { Output, OutputClosedError } from '../../cli/output.js';
import { decodeUtf8 } from '../../model/utf8.js';

/** A stream that finishes a write only when it is told to. */
class SlowStream extends Writable {
  readonly received: Buffer[] = [];
  private finish: (() => void) | null = null;

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.received.push(Buffer.from(chunk));
    this.finish = () => done();
  }

  release(): void {
    const { finish } = this;
    this.finish = null;
    finish?.();
  }
}

function collecting(): { out: Output; received: () => Buffer } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { out: new Output(stream), received: () => Buffer.concat(chunks) };
}

const MEGABYTE = 'x'.repeat(1024 * 1024);

describe('Output', () => {
  it('keeps the order of what is written, in small pieces and large ones', async () => {
    const { out, received } = collecting();
    out.write('a');
    out.writeLine(Buffer.from('b '), '1');
    out.write(MEGABYTE);
    out.writeLine(Buffer.from(MEGABYTE), '2', -7);
    out.write('é😀');
    await out.flush();
    expect(received().toString()).toBe(`ab 1\n${MEGABYTE}${MEGABYTE}2 -7\né😀`);
  });

  it('ends lines with the digits of any time', async () => {
    const { out, received } = collecting();
    const times = [0, 9, 10, 99999999, 100000000, 1795394460000, 2 ** 53, -1, -1795394460000];
    for (const time of times) out.writeLine(Buffer.from('a '), '1', time);
    await out.flush();
    expect(received().toString()).toBe(times.map((time) => `a 1 ${time}\n`).join(''));
  });

  it('collects: small writes leave together', async () => {
    const stream = new SlowStream();
    const out = new Output(stream);
    for (let i = 0; i < 1000; i++) out.write('line\n');
    expect(stream.received).toHaveLength(0);
    const flushed = out.flush();
    stream.release();
    await flushed;
    expect(stream.received).toHaveLength(1);
  });

  it('gives back the bytes of text that is no UTF-8', async () => {
    const { out, received } = collecting();
    const bytes = Buffer.from([0x61, 0xff, 0xc3, 0x0a]);
    out.write(decodeUtf8(bytes));
    await out.flush();
    expect(received()).toEqual(bytes);
  });

  it('is full while the reader is behind, and drains when it catches up', async () => {
    const stream = new SlowStream();
    const out = new Output(stream);
    out.write(MEGABYTE);
    expect(out.isFull).toBe(false);
    out.write(MEGABYTE);
    expect(out.isFull).toBe(true);
    let isDrained = false;
    const drained = out.drain().then(() => {
      isDrained = true;
    });
    stream.release();
    await new Promise(setImmediate);
    expect(isDrained).toBe(false);
    stream.release();
    await drained;
    expect(out.isFull).toBe(false);
  });

  it('says when its reader went away, and swallows what is still written', async () => {
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const out = new Output(new Writable({ write: (_chunk, _encoding, done) => done(gone) }));
    out.write(MEGABYTE);
    await expect(out.drain()).rejects.toThrow(OutputClosedError);
    expect(out.isFull).toBe(true);
    out.write(MEGABYTE);
    await expect(out.flush()).rejects.toThrow(OutputClosedError);
  });

  it('passes on other failures', async () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const out = new Output(new Writable({ write: (_chunk, _encoding, done) => done(full) }));
    out.write('a');
    await expect(out.flush()).rejects.toThrow('no space');
  });
});
