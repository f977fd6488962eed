import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { serve } from '../../cli/serve.js';
import { addServeFlags, type ServeFlags, serveFlagsOf } from '../../cli/serve-flags.js';
import type { Signals } from '../../cli/signals.js';
import { Labels } from '../../model/labels.js';
import { CapturedTerminal } from '../support/captured-terminal.js';
import { remoteRead, remoteWrite } from '../support/remote-protocol.js';
import { scratchFolder } from '../support/scratch.js';

const SMALL = join(__dirname, '../fixtures/small');

function flagsOf(...argv: string[]): ServeFlags {
  const command = new Command('serve');
  addServeFlags(command);
  command.parse(['--web.listen-address=127.0.0.1:0', ...argv], { from: 'user' });
  return serveFlagsOf(command.opts());
}

const running: Served[] = [];

/** A server in this process, and the hands that signals are sent with. */
class Served {
  readonly terminal = new CapturedTerminal();
  readonly exit: Promise<number>;
  stop: (reason: string) => void = () => {};
  reload: () => void = () => {};

  constructor(...argv: string[]) {
    const signals: Signals = {
      stop: new Promise((resolve) => {
        this.stop = resolve;
      }),
      onReload: (reload) => {
        this.reload = reload;
        return () => {};
      },
    };
    this.exit = serve(flagsOf(...argv), this.terminal, signals);
    running.push(this);
  }

  /** The URL, once it answers. */
  async url(): Promise<string> {
    for (;;) {
      const line = this.terminal.messages.find((message) => message.startsWith('try: '));
      if (line !== undefined) return new URL(line.slice('try: '.length)).origin;
      await Promise.race([new Promise((resolve) => setImmediate(resolve)), this.exit]);
    }
  }
}

afterEach(async () => {
  for (const served of running.splice(0)) {
    served.stop('the test has ended');
    await served.exit.catch(() => undefined);
  }
});

describe('serve', () => {
  it('answers from a directory that is another s until it is told to stop', async () => {
    const served = new Served('--read-only', `--storage.tsdb.path=${SMALL}`);
    const url = await served.url();
    const answer = await fetch(`${url}/api/v1/status/tsdb/blocks`);
    const { data } = (await answer.json()) as { data: { blocks: object[] } };
    expect(data.blocks).toHaveLength(7);
    const flags = await (await fetch(`${url}/api/v1/status/flags`)).json();
    expect(flags).toMatchObject({ data: { 'read-only': 'true' } });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('prometheus_ready 1');
    served.stop('SIGTERM');
    expect(await served.exit).toBe(0);
    expect(served.terminal.messages.at(-1)).toContain('msg=stopped');
    await expect(fetch(url)).rejects.toThrow();
  });

  it('stores what it is sent, records itself, and has all of it after a restart', async () => {
    const dir = join(scratchFolder(), 'deep', 'data');
    const flags = [
      `--storage.tsdb.path=${dir}`,
      '--web.enable-remote-write-receiver',
      '--record-interval=1h',
    ];
    const first = new Served(...flags);
    const url = await first.url();
    const time = Date.now();
    const values = Float64Array.of(1, 2);
    const times = [time - 1000, time];
    await remoteWrite(url, [
      { labels: Labels.from({ __name__: 'sent', job: 'x' }), times, values },
    ]);
    first.stop('SIGTERM');
    expect(await first.exit).toBe(0);

    const second = new Served(...flags);
    const again = await second.url();
    const [sent] = await remoteRead(again, time - 1000, time).then((all) =>
      all.filter(({ labels }) => labels.get('__name__') === 'sent'),
    );
    expect([sent.times, [...sent.values]]).toEqual([times, [1, 2]]);
    const answer = await fetch(`${again}/api/v1/query?query=count(process_resident_memory_bytes)`);
    expect(await answer.json()).toMatchObject({
      // One of each server, whose ports differ.
      data: { result: [{ value: [expect.anything(), '2'] }] },
    });
    second.stop('SIGTERM');
    expect(await second.exit).toBe(0);
  });

  it('reads its configuration again when it is told to', async () => {
    const config = join(scratchFolder(), 'p.yml');
    writeFileSync(config, 'global: { external_labels: { a: b } }');
    const served = new Served(
      '--read-only',
      `--storage.tsdb.path=${SMALL}`,
      `--config.file=${config}`,
      '--web.enable-lifecycle',
    );
    const url = await served.url();
    const yaml = async (): Promise<unknown> =>
      ((await (await fetch(`${url}/api/v1/status/config`)).json()) as { data: { yaml: string } })
        .data.yaml;
    expect(await yaml()).toContain('a: b');
    writeFileSync(config, 'global: {}');
    served.reload();
    expect(await yaml()).toBe('global: {}');
    writeFileSync(config, 'globl: {}');
    const refused = await fetch(`${url}/-/reload`, { method: 'POST' });
    expect([refused.status, await refused.text()]).toEqual([
      500,
      `failed to reload config: ${config}:1: unknown field globl\n`,
    ]);
    served.reload();
    expect(served.terminal.messages.at(-1)).toContain('the configuration cannot be read');
    expect(await yaml()).toBe('global: {}');
    expect((await fetch(`${url}/-/quit`, { method: 'POST' })).status).toBe(200);
    expect(await served.exit).toBe(0);
  });

  it('does not start where there is nothing to serve, or with a wrong configuration', async () => {
    const nothing = new Served('--read-only', '--storage.tsdb.path=/nowhere');
    await expect(nothing.exit).rejects.toThrow('/nowhere');
    const config = join(scratchFolder(), 'p.yml');
    writeFileSync(config, 'a: b');
    await expect(new Served(`--config.file=${config}`).exit).rejects.toThrow(':1: unknown field a');
  });
});
