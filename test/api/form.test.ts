import { type Form, readForm } from '../../api/form.js';

const URL_TEXT = 'http://localhost/api/v1/query?query=url&time=1&match[]=a';

function post(body: string, type: string, method = 'POST'): Promise<Form> {
  const request = new Request(URL_TEXT, { method, body, headers: { 'content-type': type } });
  return readForm(request, new URL(URL_TEXT));
}

describe('parameters', () => {
  it('of a form count before those of the URL', async () => {
    const form = await post('query=form&match[]=b', 'application/x-www-form-urlencoded');
    expect(form.get('query')).toBe('form');
    expect(form.get('time')).toBe('1');
    expect(form.get('limit')).toBe('');
    expect(form.getAll('match[]')).toEqual(['b', 'a']);
  });

  it('are read from a body only where it says that it is a form', async () => {
    expect((await post('query=form', 'text/plain')).get('query')).toBe('url');
    const type = 'Application/x-www-form-urlencoded; charset=UTF-8';
    expect((await post('query=form', type)).get('query')).toBe('form');
  });

  it('are refused beyond ten megabytes', async () => {
    const body = `query=${'x'.repeat(10 * 1024 * 1024)}`;
    await expect(post(body, 'application/x-www-form-urlencoded')).rejects.toThrow('bytes limit');
  });
});
