import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWebConfig, type WebConfig } from '../../cli/web-config.js';
import { NodeDisk } from '../../disk/node-disk.js';
import { scratchFolder } from '../support/scratch.js';

const HASH = '$2b$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';

function read(yaml: string, files: Readonly<Record<string, string>> = {}): WebConfig {
  const folder = scratchFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const path = join(folder, 'web.yml');
  writeFileSync(path, yaml);
  return readWebConfig(path, new NodeDisk());
}

describe('the web configuration', () => {
  it('has users and TLS, with files beside it', () => {
    const config = read(
      `tls_server_config:
  cert_file: c.pem
  key_file: k.pem
  client_ca_file: ca.pem
  client_auth_type: RequireAndVerifyClientCert
  min_version: TLS13
basic_auth_users:
  alice: ${HASH}
`,
      { 'c.pem': 'CERT', 'k.pem': 'KEY', 'ca.pem': 'CA' },
    );
    expect(config).toEqual({
      users: { alice: HASH },
      tls: {
        cert: 'CERT',
        key: 'KEY',
        ca: 'CA',
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.3',
        maxVersion: undefined,
      },
    });
  });

  it('may have neither', () => {
    expect(read('')).toEqual({ users: {}, tls: undefined });
  });

  it('names the line of what is wrong', () => {
    expect(() => read('tls_server_config:\n  certfile: x\n')).toThrow(
      ':2: unknown field tls_server_config.certfile',
    );
    expect(() => read('tls_server_config:\n  cert: x\n')).toThrow('key or key_file');
    expect(() => read('tls_server_config:\n  cert: x\n  key: y\n  min_version: TLS9\n')).toThrow(
      ':4: tls_server_config.min_version: it is one of TLS10',
    );
    expect(() => read('basic_auth_users:\n  bob: secret\n')).toThrow('bob is no bcrypt hash');
    expect(() => read('rate_limit:\n  burst: 1\n')).toThrow(':1: unknown field rate_limit');
  });
});
