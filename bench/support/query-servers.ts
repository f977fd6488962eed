/**
 * The servers that compare-query.bench.ts asks, each a process of its own that holds the same
 * series: Prometheus and ourselves in a block, VictoriaMetrics by import.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type ComparedSeries,
  eachSeries,
  importLine,
  writeComparedBlock,
} from './compared-series.js';
import { processMemory, resetPeakMemory } from './process-status.js';
import { findPeer } from './program.js';
import { type Latency, type Load, measureLoad } from './wrk.js';

const READY_MS = 30_000;
const POLL_MS = 50;
const WRK = 'wrk';
/** Lines of an import are sent in bodies of so many characters. */
const IMPORT_CHARS = 8 * 1024 * 1024;

/** Who can be asked; `ours` has a loop whose delays it tells. */
export interface QueryServer {
  /** The body of the answer; throws where the status is none of success. */
  get(path: string): Promise<Uint8Array>;
  /** The same by many at a time; throws where one is not answered. */
  load(path: string, load: Load): Promise<Latency>;
  /** From here on the peak counts. */
  resetPeak(): void;
  /** NaN where there is no /proc. */
  peakRssBytes(): number;
  close(): Promise<void>;
}

/** All of one comparison. */
export interface QueryServers {
  readonly ours: QueryServer;
  readonly prometheus: QueryServer;
  readonly victoriaMetrics: QueryServer;
}

/** Starts all three in `dir`; null, with the reason on stderr, where a program is missing. */
export async function startServers(
  dir: string,
  sizes: ComparedSeries,
): Promise<QueryServers | null> {
  const prometheus = findPeer('prometheus');
  const victoriaMetrics = findPeer('victoria-metrics');
  const wrk = findPeer(WRK);
  if (prometheus === null || victoriaMetrics === null || wrk === null) return null;
  const started: QueryServer[] = [];
  const keep = async (starting: Promise<QueryServer>): Promise<QueryServer> => {
    const server = await starting;
    started.push(server);
    return server;
  };
  try {
    return {
      prometheus: await keep(startPrometheus(prometheus, join(dir, 'prometheus'), sizes)),
      victoriaMetrics: await keep(
        startVictoriaMetrics(victoriaMetrics, join(dir, 'victoria-metrics'), sizes),
      ),
      ours: await keep(startOurs(join(dir, 'ours'), sizes)),
    };
  } catch (error) {
    for (const server of started) await server.close();
    throw error;
  }
}

async function startPrometheus(
  program: string,
  dir: string,
  sizes: ComparedSeries,
): Promise<QueryServer> {
  writeComparedBlock(dir, sizes);
  const config = join(dir, 'prometheus.yml');
  writeFileSync(config, '');
  const port = await freePort();
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${dir}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  return Server.start(program, args, { port, readyPath: '/-/ready' });
}

/** The server of this build, as users run it. */
async function startOurs(dir: string, sizes: ComparedSeries): Promise<QueryServer> {
  writeComparedBlock(dir, sizes);
  const port = await freePort();
  const args = [
    ourProgram(),
    'serve',
    `--storage.tsdb.path=${dir}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  return Server.start(process.execPath, args, { port, readyPath: '/-/ready' });
}

async function startVictoriaMetrics(
  program: string,
  dir: string,
  sizes: ComparedSeries,
): Promise<QueryServer> {
  mkdirSync(dir, { recursive: true });
  const port = await freePort();
  const args = [
    `-storageDataPath=${dir}`,
    '-retentionPeriod=100y',
    `-httpListenAddr=127.0.0.1:${port}`,
  ];
  const server = await Server.start(program, args, { port, readyPath: '/health' });
  let body = '';
  const bodies: string[] = [];
  eachSeries(sizes, (labels, columns) => {
    body += importLine(labels, columns);
    if (body.length < IMPORT_CHARS) return;
    bodies.push(body);
    body = '';
  });
  for (const text of [...bodies, body]) await server.post('/api/v1/import', text);
  await server.get('/internal/force_flush');
  return server;
}

class Server implements QueryServer {
  private readonly child: ChildProcess;
  private readonly port: number;
  private readonly agent = new Agent({ keepAlive: true });
  private log = '';

  private constructor(child: ChildProcess, port: number) {
    this.child = child;
    this.port = port;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log = (this.log + text).slice(-4096);
    });
  }

  static async start(
    program: string,
    args: readonly string[],
    { port, readyPath }: { port: number; readyPath: string },
  ): Promise<Server> {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new Server(child, port);
    try {
      await server.becomeReady(readyPath);
      return server;
    } catch (error) {
      await server.close();
      throw new Error(`${program} does not come up: ${server.log}`, { cause: error });
    }
  }

  get(path: string): Promise<Uint8Array> {
    return this.send('GET', path);
  }

  load(path: string, load: Load): Promise<Latency> {
    const wrk = findPeer(WRK);
    if (wrk === null) throw new Error('wrk is gone');
    return measureLoad(wrk, `http://127.0.0.1:${this.port}${path}`, load);
  }

  post(path: string, body: string): Promise<Uint8Array> {
    return this.send('POST', path, body);
  }

  resetPeak(): void {
    if (this.child.pid !== undefined) resetPeakMemory(this.child.pid);
  }

  peakRssBytes(): number {
    const { pid } = this.child;
    return (pid === undefined ? null : processMemory(pid))?.peakRssBytes ?? NaN;
  }

  async close(): Promise<void> {
    this.agent.destroy();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const closed = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await closed;
  }

  private async becomeReady(path: string): Promise<void> {
    for (let waited = 0; ; waited += POLL_MS) {
      try {
        await this.get(path);
        return;
      } catch (error) {
        if (waited >= READY_MS || this.child.exitCode !== null) throw error;
        await setTimeout(POLL_MS);
      }
    }
  }

  private send(method: string, path: string, body = ''): Promise<Uint8Array> {
    const { agent, port } = this;
    return new Promise((settle, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, agent }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(parts);
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) settle(bytes);
          else reject(new Error(`${path} is answered by ${status}: ${bytes.toString()}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Built code, from `bench/support` and from `dist/bench/support`. */
function ourProgram(): string {
  const above = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
  return join(above.endsWith('dist') ? above : join(above, 'dist'), 'cli/main.js');
}
