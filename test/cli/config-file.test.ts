import { parseConfig } from '../../cli/config-file.js';

function refuse(yaml: string, line: number, reason: string): void {
  expect(() => parseConfig('p.yml', yaml)).toThrow(`p.yml:${line}: ${reason}`);
}

describe('the configuration file', () => {
  it('is a part of prometheus.yml', () => {
    const yaml = `global:
  scrape_interval: 15s
  evaluation_interval: 30s
  external_labels:
    region: eu
    zone: 1
storage:
  tsdb:
    retention:
      time: 30d
      size: 512MB
      percentage: 80
scrape_configs: []
`;
    expect(parseConfig('p.yml', yaml)).toEqual({
      externalLabels: { region: 'eu', zone: '1' },
      evaluationIntervalMs: 30_000,
      retentionMs: 30 * 86_400_000,
      retentionBytes: 512 * 1024 * 1024,
      retentionPercentage: 80,
      yaml,
    });
  });

  it('may be empty', () => {
    expect(parseConfig('p.yml', '')).toEqual({ externalLabels: {}, yaml: '' });
    expect(parseConfig('p.yml', 'global:\n').externalLabels).toEqual({});
  });

  it('names the line of what it does not know', () => {
    refuse('global:\n  scrape_intervall: 1s\n', 2, 'unknown field global.scrape_intervall');
    refuse('\n\nfoo: 1\n', 3, 'unknown field foo');
    refuse(
      'storage:\n  tsdb:\n    retention:\n      tim: 1d\n',
      4,
      'unknown field storage.tsdb.retention.tim',
    );
  });

  it('names the line of what it does not do, and of wrong values', () => {
    refuse('a: 1\nscrape_configs:\n  - job_name: x\n', 3, 'scrape_configs is not supported');
    refuse(
      'storage:\n  tsdb:\n    out_of_order_time_window: 30m\n',
      3,
      'storage.tsdb.out_of_order',
    );
    refuse('global:\n  scrape_interval: soon\n', 2, 'global.scrape_interval: not a valid duration');
    refuse(
      'storage:\n  tsdb:\n    retention:\n      size: 5\n',
      4,
      'storage.tsdb.retention.size: it is',
    );
    refuse('global: 5\n', 1, 'global is a mapping');
    refuse('global:\n  external_labels:\n    a: [1]\n', 3, 'global.external_labels.a is a single');
    refuse('- a\n', 1, 'the file is a mapping');
    refuse('a: 1\na: 2\n', 2, 'Map keys must be unique');
    refuse('a: "\n', 2, 'Missing closing');
  });
});
