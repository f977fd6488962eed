/**
 * Real clients against `mmtsdb serve`, unchanged: promtool, Prometheus writing to us and reading
 * from us, vmagent, vmctl, vmalert.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describePeers, type Peer, peer } from '../support/peers.js';
import { freePort, Program, until } from '../support/programs.js';
import { type OurServer, startOurs } from '../support/our-server.js';
import { type ApiSeries, query, startExporter } from '../support/prometheus.js';
import { remoteRead } from '../support/remote-protocol.js';
import { scratchFolder } from '../support/scratch.js';

const NEEDED: readonly Peer[] = [
  'prometheus',
  'promtool',
  'node-exporter',
  'victoria-metrics',
  'vmagent',
  'vmalert',
  'vmctl',
];

function written(name: string, text: string): string {
  const path = join(scratchFolder(), name);
  writeFileSync(path, text);
  return path;
}

function runPeer(program: Peer, ...args: string[]): string {
  return execFileSync(peer(program), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The series of an answer, now. */
function now(url: string, expr: string): Promise<ApiSeries[]> {
  return query(url, expr, Date.now());
}

async function valueOf(url: string, expr: string): Promise<number> {
  const [first] = (await now(url, expr)) as unknown as { value: [number, string] }[];
  return first === undefined ? NaN : Number(first.value[1]);
}

describePeers('a server of ours', NEEDED, () => {
  let ours: OurServer;
  let exporter: string;
  let prometheus: string;

  beforeAll(async () => {
    exporter = await startExporter();
    ours = await startOurs(['--record-interval=1s']);
    prometheus = await startSender();
    const age = 'min(count_over_time(up{sender="prometheus"}[1h]))';
    await until('samples arrived', async () => (await valueOf(ours.url, age)) >= 10);
  });

  /** A Prometheus that scrapes, sends everything to us, and reads what it has not got from us. */
  async function startSender(): Promise<string> {
    const address = `127.0.0.1:${await freePort()}`;
    const config = written(
      'prometheus.yml',
      `global: { scrape_interval: 1s, external_labels: { sender: prometheus } }
scrape_configs:
  - job_name: self
    static_configs: [{ targets: ['${address}'] }]
  - job_name: node
    static_configs: [{ targets: ['${exporter}'] }]
remote_write:
  - url: ${ours.url}/api/v1/write
    queue_config: { batch_send_deadline: 500ms }
remote_read:
  - url: ${ours.url}/api/v1/read
    read_recent: true
    filter_external_labels: false
`,
    );
    const program = new Program(peer('prometheus'), [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(scratchFolder(), 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
    ]);
    await program.ready(`http://${address}/-/ready`);
    return `http://${address}`;
  }

  it('is healthy and ready, says promtool', () => {
    for (const check of ['healthy', 'ready']) {
      // It throws unless the exit code is 0; what it says goes to standard error.
      runPeer('promtool', 'check', check, `--url=${ours.url}`);
    }
  });

  it('answers all that promtool asks, and our own command prints the same', () => {
    const end = Math.floor(Date.now() / 1000) - 2;
    const range = [`--start=${end - 5}`, `--end=${end}`, '--step=1s'];
    const questions = [
      ['instant', ours.url, 'up{sender="prometheus"}', `--time=${end}`],
      ['instant', ours.url, '1 + 1', `--time=${end}`],
      ['range', ours.url, 'sum by (job) (rate(prometheus_http_requests_total[5s]))', ...range],
      ['series', ours.url, '--match=up', '--match={__name__=~"node_load.*"}'],
      ['labels', ours.url, 'job'],
    ];
    for (const question of questions) {
      const theirs = runPeer('promtool', 'query', ...question);
      const cli = join(__dirname, '../../dist/cli/main.js');
      const own = execFileSync(process.execPath, [cli, 'query', ...question], { encoding: 'utf8' });
      expect(theirs.trim().length).toBeGreaterThan(0);
      expect(own).toBe(theirs);
    }
    const json = ['-o', 'json', 'instant', ours.url, 'up', `--time=${end}`];
    expect(JSON.parse(runPeer('promtool', 'query', ...json))).not.toEqual([]);
  });

  it('has what Prometheus scraped, to the bit', async () => {
    const maxTime = Date.now() - 3000;
    const minTime = maxTime - 3000;
    const sent = async (server: string): Promise<unknown[]> =>
      (await remoteRead(server, minTime, maxTime))
        .filter(({ labels }) => labels.get('__name__').startsWith('node_'))
        .map(({ labels, times, values }) => [
          [...labels].filter(([name]) => name !== 'sender').join(),
          times,
          Buffer.from(values.slice().buffer).toString('hex'),
        ]);
    const theirs = await sent(prometheus);
    expect(theirs.length).toBeGreaterThan(100);
    const found = new Map(
      (await sent(ours.url)).map((one) => [String((one as unknown[])[0]), one]),
    );
    for (const one of theirs) expect(found.get(String((one as unknown[])[0]))).toEqual(one);
  });

  it('is read from by Prometheus', async () => {
    // Only we have our own metrics: what it answers of them came through remote read.
    await until(
      'it reads',
      async () => (await valueOf(prometheus, 'count(nodejs_version_info)')) > 0,
    );
    const rate = await valueOf(
      prometheus,
      'sum(rate(process_cpu_seconds_total{job="mmtsdb"}[10s]))',
    );
    expect(rate).toBeGreaterThan(0);
  });

  it('takes what vmagent sends', async () => {
    const scrape = written(
      'scrape.yml',
      `scrape_configs:
  - job_name: by-vmagent
    scrape_interval: 1s
    static_configs: [{ targets: ['${exporter}'] }]
`,
    );
    const agent = new Program(peer('vmagent'), [
      `-promscrape.config=${scrape}`,
      `-remoteWrite.url=${ours.url}/api/v1/write`,
      `-remoteWrite.tmpDataPath=${scratchFolder()}`,
      '-remoteWrite.forcePromProto',
      '-remoteWrite.flushInterval=500ms',
      `-httpListenAddr=127.0.0.1:${await freePort()}`,
    ]);
    const arrived = 'count({job="by-vmagent",__name__=~"node_.*"})';
    await until('samples arrived', async () => (await valueOf(ours.url, arrived)) > 100);
    await agent.end('SIGTERM');
  });

  it('has its rules evaluated by vmalert, and stores what comes of them', async () => {
    const rules = written(
      'rules.yml',
      `groups:
  - name: g
    interval: 1s
    rules:
      - record: job:up:count
        expr: count by (job) (up)
      - alert: Always
        expr: vector(1) > 0
`,
    );
    const alert = new Program(peer('vmalert'), [
      `-rule=${rules}`,
      `-datasource.url=${ours.url}`,
      `-remoteWrite.url=${ours.url}`,
      `-remoteRead.url=${ours.url}`,
      '-remoteWrite.flushInterval=500ms',
      '-notifier.blackhole',
      `-httpListenAddr=127.0.0.1:${await freePort()}`,
    ]);
    await until('rules recorded', async () => (await now(ours.url, 'job:up:count')).length > 0);
    await until(
      'an alert fires',
      async () => (await now(ours.url, 'ALERTS{alertstate="firing"}')).length > 0,
    );
    await alert.end('SIGTERM');
  });

  it('gives vmctl its snapshot, and its samples by remote read', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const victoria = new Program(peer('victoria-metrics'), [
      `-storageDataPath=${scratchFolder()}`,
      `-httpListenAddr=${address}`,
      '-retentionPeriod=1y',
    ]);
    const url = `http://${address}`;
    await victoria.ready(`${url}/health`);
    const common = ['-s', '--disable-progress-bar', `--vm-addr=${url}`, '--vm-concurrency=1'];
    const visible = async (expr: string): Promise<number> => {
      // It shows new samples after a while, or when it is told.
      await fetch(`${url}/internal/force_flush`);
      return valueOf(url, expr);
    };

    const made = await fetch(`${ours.url}/api/v1/admin/tsdb/snapshot`, { method: 'POST' });
    const { data } = (await made.json()) as { data: { name: string } };
    const snapshot = join(ours.dir, 'snapshots', data.name);
    runPeer('vmctl', 'prometheus', ...common, `--prom-snapshot=${snapshot}`);
    const count = 'count(count_over_time({sender="prometheus",job="node"}[1h]))';
    await until('the snapshot arrived', async () => (await visible(count)) > 100);

    for (const [name, ...mode] of [['samples'], ['chunks', '--remote-read-use-stream']]) {
      const start = new Date(Date.now() - 600_000).toISOString();
      runPeer(
        'vmctl',
        'remote-read',
        ...common,
        ...mode,
        `--vm-extra-label=by=${name}`,
        `--remote-read-src-addr=${ours.url}`,
        `--remote-read-filter-time-start=${start}`,
        '--remote-read-step-interval=hour',
      );
      const arrived = `count(count_over_time({by="${name}",job="node"}[1h]))`;
      await until(`${name} arrived`, async () => (await visible(arrived)) > 100);
    }
    await victoria.end('SIGTERM');
  });

  it('loses nothing that it acknowledged, when it is killed or told to stop', async () => {
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const server = await startOurs(['--record-interval=1s']);
      await until('it records', async () => (await valueOf(server.url, 'count(up)')) !== 0);
      const before = await remoteRead(server.url, 0, Date.now());
      await server.program.end(signal);
      const again = await startOurs([], server.dir);
      const after = await remoteRead(again.url, 0, Date.now());
      const counts = (all: typeof before): Map<string, number> =>
        new Map(all.map(({ labels, times }) => [labels.key(), times.length]));
      const found = counts(after);
      expect(before.length).toBeGreaterThan(50);
      for (const [key, count] of counts(before)) {
        expect(found.get(key) ?? 0).toBeGreaterThanOrEqual(count);
      }
      await again.program.end('SIGTERM');
    }
  });
});
