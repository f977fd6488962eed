/** Basic authentication in front of a handler; passwords are bcrypt hashes, as in Prometheus. */
import { createHash } from 'node:crypto';
import { compare } from 'bcryptjs';
import type { FetchHandler } from './handler.js';

/** Answers that are remembered: checking a password takes bcrypt a twentieth of a second. */
const REMEMBERED_MAX = 100;
/** What an unknown user's password is compared with, so that time does not tell who exists. */
const NOBODY = '$2b$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';

/** Lets through whoever has a user's password; everybody else gets 401. */
export function withBasicAuth(
  handler: FetchHandler,
  users: Readonly<Record<string, string>>,
): FetchHandler {
  const remembered = new Map<string, boolean>();
  return async (request) => {
    const given = credentialsOf(request);
    if (given !== null && (await isRight(given, users, remembered))) return handler(request);
    return new Response('Unauthorized\n', {
      status: 401,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'www-authenticate': 'Basic',
        'x-content-type-options': 'nosniff',
      },
    });
  };
}

interface Credentials {
  readonly user: string;
  readonly password: string;
}

function credentialsOf(request: Request): Credentials | null {
  const [scheme, encoded = ''] = (request.headers.get('authorization') ?? '').split(' ');
  if (scheme.toLowerCase() !== 'basic') return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

async function isRight(
  { user, password }: Credentials,
  users: Readonly<Record<string, string>>,
  remembered: Map<string, boolean>,
): Promise<boolean> {
  const hash = Object.hasOwn(users, user) ? users[user] : NOBODY;
  // By digest: passwords do not stay in memory.
  const key = createHash('sha256')
    .update(JSON.stringify([user, hash, password]))
    .digest('hex');
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const isSame = (await compare(password, hash)) && hash !== NOBODY;
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(key, isSame);
  return isSame;
}
