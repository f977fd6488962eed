import { Command } from 'commander';
import { NO_CONFIG } from '../../cli/config-file.js';
import { addServeFlags, type ServeFlags, serveFlagsOf } from '../../cli/serve-flags.js';
import { apiOptionsOf, listenOptionsOf, retentionOf } from '../../cli/serve-options.js';

const DAY_MS = 86_400_000;

function flags(...argv: string[]): ServeFlags {
  const command = new Command('serve');
  addServeFlags(command);
  command.parse(argv, { from: 'user' });
  return serveFlagsOf(command.opts());
}

it('what is kept: the file first, then flags, then 15 days unless there is a size', () => {
  const time = '--storage.tsdb.retention.time=1d';
  const size = '--storage.tsdb.retention.size=1KB';
  expect(retentionOf(flags(), NO_CONFIG)).toMatchObject({ retentionMs: 15 * DAY_MS });
  expect(retentionOf(flags(size), NO_CONFIG)).toMatchObject({
    retentionMs: 0,
    retentionBytes: 1024,
  });
  expect(retentionOf(flags(time, size), NO_CONFIG)).toMatchObject({ retentionMs: DAY_MS });
  const config = { ...NO_CONFIG, retentionMs: 5 * DAY_MS, retentionPercentage: 50 };
  expect(retentionOf(flags(time), config)).toMatchObject({
    retentionMs: 5 * DAY_MS,
    retentionPercentage: 50,
  });
});

it('the API gets what the flags say', () => {
  const experimental = '--enable-feature=promql-experimental-functions';
  const options = apiOptionsOf(
    flags('--web.enable-remote-write-receiver', '--query.timeout=5s', experimental),
    { ...NO_CONFIG, externalLabels: { a: 'b' } },
  );
  expect(options).toMatchObject({
    enableRemoteWriteReceiver: true,
    queryTimeoutMs: 5000,
    promql: { experimentalFunctions: true, fillModifiers: false },
    externalLabels: { a: 'b' },
  });
  const readOnly = apiOptionsOf(
    flags('--web.enable-remote-write-receiver', '--read-only'),
    NO_CONFIG,
  );
  expect(readOnly).toMatchObject({ enableRemoteWriteReceiver: false });
});

it('so does the listener', () => {
  expect(listenOptionsOf(flags('--web.listen-address=:8000'), { users: {} })).toMatchObject({
    host: '0.0.0.0',
    port: 8000,
    connectionsMax: 512,
    readTimeoutMs: 300_000,
  });
});
