/** `--web.listen-address`: `host:port`, `:port`, `[::1]:9090`. */
import { InvalidArgumentError } from 'commander';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/;
const PORT_MAX = 65_535;
/** All addresses, as in Go. */
const ANYWHERE = '0.0.0.0';

export function parseListenAddress(text: string): ListenAddress {
  const match = ADDRESS.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > PORT_MAX) {
    throw new InvalidArgumentError('It is host:port, like 127.0.0.1:9090.');
  }
  const host = match[1] ?? match[2];
  return { host: host === '' ? ANYWHERE : host, port };
}
