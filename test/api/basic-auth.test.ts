import { hashSync } from 'bcryptjs';
import { withBasicAuth } from '../../api/basic-auth.js';

const handler = withBasicAuth(() => Promise.resolve(new Response('in')), {
  alice: hashSync('se:cret', 4),
});

async function statusFor(authorization?: string): Promise<number> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  return (await handler(new Request('http://localhost/', { headers }))).status;
}

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

describe('basic authentication', () => {
  it('lets in who has a password, again and again', async () => {
    expect(await statusFor(basic('alice:se:cret'))).toBe(200);
    expect(await statusFor(basic('alice:se:cret'))).toBe(200);
  });

  it('lets in nobody else', async () => {
    for (const wrong of [
      undefined,
      'Bearer x',
      'Basic',
      basic('alice'),
      basic('alice:'),
      basic('alice:secret'),
      basic('bob:se:cret'),
      basic('__proto__:x'),
    ]) {
      expect([wrong, await statusFor(wrong)]).toEqual([wrong, 401]);
    }
  });

  it('says what it wants', async () => {
    const answer = await handler(new Request('http://localhost/'));
    expect(answer.headers.get('www-authenticate')).toBe('Basic');
    expect(await answer.text()).toBe('Unauthorized\n');
  });
});
