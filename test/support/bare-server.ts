/** A real Prometheus that scrapes nothing, for asking what it makes of queries. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { peer } from './peers.js';
import { freePort, Program } from './programs.js';
import { scratchFolder } from './scratch.js';

/** Starts a server with further flags; its URL. */
export async function startBareServer(flags: readonly string[]): Promise<string> {
  const folder = scratchFolder();
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, 'global: {}\n');
  mkdirSync(join(folder, 'data'));
  const address = `127.0.0.1:${await freePort()}`;
  const program = new Program(peer('prometheus'), [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
    '--web.enable-remote-write-receiver',
    '--log.level=error',
    ...flags,
  ]);
  await program.ready(`http://${address}/-/ready`);
  return `http://${address}`;
}
