/** Grafana's provisioning in `examples/grafana`: what it names exists, what it asks can be parsed. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { parseExpression } from '../promql/parser.js';

const FOLDER = resolve(__dirname, '../examples/grafana');

function textOf(...path: string[]): string {
  return readFileSync(join(FOLDER, ...path), 'utf8');
}

interface Dashboard {
  readonly panels: readonly {
    readonly datasource: { readonly uid: string };
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

describe('the provisioning of Grafana', () => {
  it('names a data source of the type Prometheus, where npm start serves', () => {
    const { datasources } = parse(textOf('provisioning/datasources/mmtsdb.yml')) as {
      datasources: Record<string, unknown>[];
    };
    expect(datasources).toMatchObject([
      { type: 'prometheus', uid: 'mmtsdb', url: 'http://127.0.0.1:9090' },
    ]);
  });

  it('has a dashboard whose panels ask it what can be asked', () => {
    const { panels } = JSON.parse(textOf('dashboards/mmtsdb.json')) as Dashboard;
    expect(panels.length).toBeGreaterThan(3);
    for (const { datasource, targets } of panels) {
      expect(datasource.uid).toBe('mmtsdb');
      for (const { expr } of targets) {
        const filled = expr.replaceAll('$__rate_interval', '20s').replaceAll('$job', 'x');
        expect(parseExpression(filled).type).toBe('vector');
      }
    }
  });
});
