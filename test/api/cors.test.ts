import { corsHeaders } from '../../api/cors.js';
import { matcher } from '../../model/matcher.js';

function allowed(pattern: string, origin: string): string | undefined {
  const request = new Request('http://localhost/', { headers: { origin } });
  const headers = new Map(corsHeaders(request, matcher('origin', '=~', pattern)));
  return headers.get('access-control-allow-origin');
}

it('any origin may call by default, or those that match', () => {
  expect(allowed('.*', 'https://a.example')).toBe('*');
  expect(allowed('https://.*[.]example', 'https://a.example')).toBe('https://a.example');
  expect(allowed('https://.*[.]example', 'https://a.example.org')).toBeUndefined();
});

it('a request without an origin gets no headers', () => {
  expect(corsHeaders(new Request('http://localhost/'), matcher('origin', '=~', '.*'))).toEqual([]);
});
