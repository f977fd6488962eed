/** `--label`: promtool's separators, the last of equal names. */
import { collectLabel } from '../../cli/label-flag.js';

it('labels are collected, split at the first = or :', () => {
  let labels = collectLabel('a=b=c', undefined);
  for (const text of ['x:1', 'empty=', '=value', 'a=2']) labels = collectLabel(text, labels);
  expect([...labels]).toEqual([
    ['a', '2'],
    ['x', '1'],
    ['empty', ''],
    ['', 'value'],
  ]);
});

it('a name without a value is refused', () => {
  expect(() => collectLabel('name', undefined)).toThrow('It is name=value.');
});
