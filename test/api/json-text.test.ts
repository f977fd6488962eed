import { jsonArray, quote } from '../../api/json-text.js';

async function textOf(items: readonly string[]): Promise<string> {
  let text = '';
  for await (const piece of jsonArray(items, quote).pieces) text += Buffer.from(piece).toString();
  return text;
}

it('an array in pieces is the array', async () => {
  const many = Array.from({ length: 50_000 }, (_, i) => `value "${i}"`);
  expect(JSON.parse(await textOf(many))).toEqual(many);
  expect(await textOf([])).toBe('[]');
  expect(await textOf(['a'])).toBe('["a"]');
});

it('gives the event loop its turns', async () => {
  const many = Array.from({ length: 200_000 }, (_, i) => `value-${i}`);
  let turns = 0;
  const counter = setInterval(() => turns++, 0);
  await textOf(many);
  clearInterval(counter);
  expect(turns).toBeGreaterThan(0);
});

it('bytes that are no UTF-8 become U+FFFD', () => {
  expect(quote('a\udcffb')).toBe('"a\ufffdb"');
});
