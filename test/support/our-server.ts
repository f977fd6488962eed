/** `mmtsdb serve` as a program of its own, as users start it. */
import { join, resolve } from 'node:path';
import { freePort, Program } from './programs.js';
import { scratchFolder } from './scratch.js';

const CLI = resolve(__dirname, '../../dist/cli/main.js');

export interface OurServer {
  readonly program: Program;
  readonly url: string;
  /** Host and port. */
  readonly address: string;
  /** Its data directory. */
  readonly dir: string;
}

/** Starts it on a free port with everything allowed, on a scratch directory unless one is given. */
export async function startOurs(
  flags: readonly string[] = [],
  dir = join(scratchFolder(), 'data'),
): Promise<OurServer> {
  const address = `127.0.0.1:${await freePort()}`;
  const program = new Program(process.execPath, [
    CLI,
    'serve',
    `--storage.tsdb.path=${dir}`,
    `--web.listen-address=${address}`,
    '--web.enable-remote-write-receiver',
    '--web.enable-admin-api',
    '--web.enable-lifecycle',
    ...flags,
  ]);
  const url = `http://${address}`;
  await program.ready(`${url}/-/ready`);
  return { program, url, address, dir };
}
