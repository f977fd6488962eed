import { Command } from 'commander';
import { addServeFlags, flagTexts, type ServeFlags, serveFlagsOf } from '../../cli/serve-flags.js';

function parse(...argv: string[]): ServeFlags {
  const command = new Command('serve').exitOverride().configureOutput({ writeErr: () => {} });
  addServeFlags(command);
  command.parse(argv, { from: 'user' });
  return serveFlagsOf(command.opts());
}

describe('the flags of serve', () => {
  it('have the defaults of Prometheus, but listen on loopback', () => {
    const flags = parse();
    expect(flags).toMatchObject({
      'storage.tsdb.path': 'data/',
      'web.listen-address': '127.0.0.1:9090',
      'web.enable-admin-api': false,
      'query.lookback-delta': 300_000,
      'query.timeout': 120_000,
      'query.max-samples': 50_000_000,
      'storage.tsdb.min-block-duration': 7_200_000,
      'storage.tsdb.wal-compression-type': 'snappy',
      'enable-feature': [],
      'read-only': false,
      'record-interval': 0,
      durability: 'process',
    });
    expect(flags['storage.tsdb.retention.time']).toBeUndefined();
  });

  it('are read', () => {
    expect(
      parse(
        '--storage.tsdb.path=x',
        '--storage.tsdb.retention.time',
        '30d',
        '--storage.tsdb.retention.size=1GB',
        '--web.enable-admin-api',
        '--enable-feature=a,b',
        '--enable-feature=c',
        '--durability=100ms',
        '--query-workers=3',
        '--read-only',
      ),
    ).toMatchObject({
      'storage.tsdb.path': 'x',
      'storage.tsdb.retention.time': 30 * 86_400_000,
      'storage.tsdb.retention.size': 1024 ** 3,
      'web.enable-admin-api': true,
      'enable-feature': ['a', 'b', 'c'],
      durability: { intervalMs: 100 },
      'query-workers': 3,
      'read-only': true,
    });
  });

  it('refuse wrong values', () => {
    expect(() => parse('--query.timeout=soon')).toThrow('not a valid duration string');
    expect(() => parse('--storage.tsdb.retention.size=5')).toThrow('it is a number with a unit');
    expect(() => parse('--log.level=loud')).toThrow('Allowed choices are debug, info, warn, error');
    expect(() => parse('--query-workers=-1')).toThrow('query-workers');
    expect(() => parse('--query-workers=17')).toThrow('It is a whole number from 0 to 16.');
    expect(() => parse('--web.listen-adress=x')).toThrow('unknown option');
  });

  it('are listed in the words of the command line', () => {
    expect(flagTexts(parse('--durability=100ms', '--enable-feature=a,b'))).toMatchObject({
      'config.file': '',
      'query.timeout': '2m',
      'storage.tsdb.path': 'data/',
      'web.enable-admin-api': 'false',
      'enable-feature': 'a,b',
      durability: '100ms',
    });
  });
});
