/**
 * The real programs that `npm run peers` brings into `.peers/bin`. Where they are not, the tests
 * that need them are skipped with the reason printed; never under CI, which brings them.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const BIN = resolve(__dirname, '../../.peers/bin');

export type Peer =
  | 'prometheus'
  | 'promtool'
  | 'prometheus-2.42'
  | 'compaction'
  | 'promtool-2.42'
  | 'node-exporter'
  | 'victoria-metrics'
  | 'vmagent'
  | 'vmalert'
  | 'vmctl';

export function peer(name: Peer): string {
  return join(BIN, name);
}

/** `describe` for tests that run `needed`. */
export function describePeers(title: string, needed: readonly Peer[], body: () => void): void {
  const missing = needed.filter((name) => !existsSync(peer(name)));
  if (missing.length === 0 || process.env.CI === 'true') {
    describe(title, body);
  } else {
    process.stderr.write(`skipped: ${title}: no ${missing.join(', ')}; try npm run peers\n`);
    describe.skip(title, body);
  }
}
