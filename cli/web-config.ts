/**
 * `--web.config.file`: TLS and users, as Prometheus' exporter-toolkit reads them. Paths in it are
 * relative to the file.
 */
import { dirname, isAbsolute, join } from 'node:path';
import type { SecureVersion } from 'node:tls';
import type { Disk } from '../disk/disk.js';
import { InputError } from '../model/errors.js';
import { parseYaml, type YamlFields } from './yaml-fields.js';

/** What the server needs of it. */
export interface WebConfig {
  /** Absent: plain HTTP. */
  readonly tls?: TlsConfig;
  /** bcrypt hashes by user; empty: everybody may ask. */
  readonly users: Readonly<Record<string, string>>;
}

/** Options of Node's TLS server. */
export interface TlsConfig {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: SecureVersion;
  readonly maxVersion?: SecureVersion;
}

const FILE_BYTES_MAX = 1024 * 1024;
const BCRYPT = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/;
const VERSIONS: Readonly<Record<string, SecureVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
};
/** Which certificates clients bring: whether one is asked for, and whether it is checked. */
const CLIENT_AUTH: Readonly<Record<string, readonly [asks: boolean, checks: boolean]>> = {
  NoClientCert: [false, false],
  RequestClientCert: [true, false],
  RequireAndVerifyClientCert: [true, true],
};

/** Reads and checks the file; throws an `InputError` that names the line. */
export function readWebConfig(path: string, disk: Disk): WebConfig {
  const read = (file: string): string =>
    Buffer.from(disk.readFile(file, FILE_BYTES_MAX)).toString('utf8');
  const top = parseYaml(path, read(path));
  const tls = readTls(top.fields('tls_server_config'), path, read);
  const users = top.texts('basic_auth_users');
  for (const [user, hash] of Object.entries(users)) {
    if (!BCRYPT.test(hash)) {
      throw top.errorAt('basic_auth_users', `the password of ${user} is no bcrypt hash`);
    }
  }
  top.end();
  return { tls, users };
}

function readTls(
  fields: YamlFields,
  path: string,
  read: (file: string) => string,
): TlsConfig | undefined {
  if (fields.names().length === 0) return undefined;
  const content = (inline: string, file: string): string | undefined => {
    const given = fields.text(inline);
    const name = fields.text(file);
    if (name === undefined || name === '') return given;
    return read(isAbsolute(name) ? name : join(dirname(path), name));
  };
  const cert = content('cert', 'cert_file');
  const key = content('key', 'key_file');
  const ca = content('client_ca', 'client_ca_file');
  const auth = fields.parsed('client_auth_type', choiceOf(CLIENT_AUTH));
  const minVersion = fields.parsed('min_version', choiceOf(VERSIONS)) ?? 'TLSv1.2';
  const maxVersion = fields.parsed('max_version', choiceOf(VERSIONS));
  // Go's TLS has decided this by itself for years.
  fields.text('prefer_server_cipher_suites');
  fields.end();
  if (cert === undefined || key === undefined) {
    throw new InputError(path, 1, 'tls_server_config needs cert or cert_file, and key or key_file');
  }
  const [requestCert, rejectUnauthorized] = auth ?? CLIENT_AUTH.NoClientCert;
  return { cert, key, ca, requestCert, rejectUnauthorized, minVersion, maxVersion };
}

function choiceOf<T>(choices: Readonly<Record<string, T>>): (text: string) => T {
  return (text) => {
    if (Object.hasOwn(choices, text)) return choices[text];
    throw new Error(`it is one of ${Object.keys(choices).join(', ')}`);
  };
}
