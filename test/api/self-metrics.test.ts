import type { DatabaseSource } from '../../api/api-database.js';
import { createHandler } from '../../api/handler.js';
import { createSelfMetrics } from '../../api/self-metrics.js';
import { MemoryApiDatabase } from '../support/api-database.js';

describe('metrics of our own', () => {
  it('have the names of Prometheus', async () => {
    const database = new MemoryApiDatabase();
    const source: DatabaseSource = {
      state: 'ready',
      database,
      replay: { min: 0, max: 0, current: 0 },
    };
    const { registry, onRequestDone } = createSelfMetrics(source, { version: '1.2.3' });
    const handler = createHandler(source, { metrics: registry, onRequestDone });
    const ask = (path: string): Promise<Response> =>
      handler(new Request(`http://localhost${path}`));
    await ask('/api/v1/label/job/values');
    await ask('/api/v1/label/x/values');
    const answer = await ask('/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    expect(text).toContain('mmtsdb_build_info{version="1.2.3"} 1');
    expect(text).toContain('prometheus_ready 1');
    expect(text).toContain('prometheus_tsdb_head_series 0');
    expect(text).toContain('process_resident_memory_bytes');
    expect(text).toContain(
      'prometheus_http_requests_total{handler="/api/v1/label/:name/values",code="200"} 2',
    );
  });

  it('say so while there is no database', async () => {
    const source = { state: 'starting', database: null, replay: { min: 0, max: 0, current: 0 } };
    const { registry } = createSelfMetrics(source as DatabaseSource, {
      version: '1',
      process: false,
    });
    expect(await registry.metrics()).toContain('prometheus_ready 0');
    expect(await registry.metrics()).not.toContain('process_');
  });

  it('are absent where none were given', async () => {
    const handler = createHandler(new MemoryApiDatabase());
    expect((await handler(new Request('http://localhost/metrics'))).status).toBe(404);
  });
});
