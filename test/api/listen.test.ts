import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { createHandler } from '../../api/handler.js';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen, type Listening, type ListenOptions, toNodeListener } from '../../api/listen.js';
import { MemoryApiDatabase } from '../support/api-database.js';
import { TLS_CERTIFICATE, TLS_KEY } from '../support/tls-certificate.js';

const open: Listening[] = [];

async function start(
  options: ListenOptions = {},
  db = new MemoryApiDatabase(),
): Promise<Listening> {
  const handler = createHandler(db, { enableRemoteWriteReceiver: true });
  const listening = await listen(handler, { port: 0, ...options });
  open.push(listening);
  return listening;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.close(0)));
});

/** What the server sends until it closes the connection. */
async function answerTo(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  // A reset is an end, too.
  socket.on('error', () => {});
  await once(socket, 'close');
  return text;
}

describe('a server', () => {
  it('answers over HTTP, where it says', async () => {
    const { url, port } = await start();
    expect(url).toBe(`http://127.0.0.1:${port}`);
    const answer = await fetch(`${url}/-/ready`);
    expect([answer.status, await answer.text()]).toEqual([200, 'Prometheus Server is Ready.\n']);
  });

  it('answers over TLS', async () => {
    const { url } = await start({ tls: { cert: TLS_CERTIFICATE, key: TLS_KEY } });
    expect(url).toMatch(/^https:/);
    const { Agent, request } = await import('node:https');
    const agent = new Agent({ ca: TLS_CERTIFICATE, checkServerIdentity: () => undefined });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(`${url}/-/healthy`, { agent }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
      })
        .on('error', reject)
        .end();
    });
    agent.destroy();
    expect(status).toBe(200);
  });

  it('refuses an address that is taken', async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('lets a request end before it closes, and takes no new ones', async () => {
    const db = new MemoryApiDatabase();
    let answer = (): void => {};
    const asked = new Promise<void>((begun) => {
      db.labelNames = () => {
        begun();
        return new Promise((resolve) => {
          answer = () => resolve(['late']);
        });
      };
    });
    const listening = await start({}, db);
    const late = fetch(`${listening.url}/api/v1/labels`);
    await asked;
    const closed = listening.close();
    await expect(fetch(`${listening.url}/-/healthy`)).rejects.toThrow();
    answer();
    expect(await (await late).json()).toEqual({ status: 'success', data: ['late'] });
    await closed;
  });

  it('answers a body that is too large without reading it', async () => {
    const { port } = await start();
    const socket = connect(port, '127.0.0.1');
    const answer = answerTo(socket);
    socket.write('POST /api/v1/write HTTP/1.1\r\nhost: x\r\ncontent-length: 1073741824\r\n\r\n');
    socket.write(Buffer.alloc(1024));
    expect(await answer).toMatch(/^HTTP\/1.1 413 /);
  });

  it('cuts off clients that take for ever over a request', async () => {
    const { port } = await start({ readTimeoutMs: 200 });
    const slowHead = connect(port, '127.0.0.1');
    const slowBody = connect(port, '127.0.0.1');
    const answers = Promise.all([answerTo(slowHead), answerTo(slowBody)]);
    slowHead.write('GET /api/v1/labels HTTP/1.1\r\nhost: x\r\n');
    slowBody.write('POST /api/v1/write HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc');
    for (const text of await answers) expect(text).toMatch(/^(HTTP\/1.1 (408|400) |$)/);
  });

  it('takes so many connections at a time', async () => {
    const { port, url } = await start({ connectionsMax: 1 });
    const first = connect(port, '127.0.0.1');
    await once(first, 'connect');
    const second = connect(port, '127.0.0.1');
    expect(await answerTo(second)).toBe('');
    first.destroy();
    await once(first, 'close');
    expect((await fetch(`${url}/-/healthy`)).status).toBe(200);
  });

  it('may be anybody s who has a server of Node', async () => {
    const listener = toNodeListener(createHandler(new MemoryApiDatabase()));
    const server = createServer((request, response) => void listener(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=1%2B1`, {
      method: 'POST',
    });
    expect(await answer.json()).toMatchObject({ data: { resultType: 'scalar' } });
    server.close();
  });
});
