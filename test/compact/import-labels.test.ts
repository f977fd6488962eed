/** Labels of imported samples: what promtool's builder makes of them, and what no series can have. */
import { importedLabels } from '../../compact/import-labels.js';
import { DecodeError } from '../../model/errors.js';

type Pairs = Readonly<Record<string, string>>;

function labels(pairs: readonly string[], added: Pairs = {}): Pairs {
  return importedLabels(pairs, new Map(Object.entries(added))).toJSON();
}

it('labels are sorted bytewise', () => {
  const pairs = ['b', '1', '__name__', 'm', 'B', '2', 'é', '3'];
  expect(Object.keys(labels(pairs))).toEqual(['B', '__name__', 'b', 'é']);
});

it.each<[string[], Pairs, Pairs]>([
  [['a', '1'], { b: '2' }, { a: '1', b: '2' }],
  [['a', '1'], { a: '2' }, { a: '2' }],
  [['a', '1', 'b', '2'], { a: '' }, { b: '2' }],
  [['a', '', 'b', '2'], {}, { b: '2' }],
  [['a', '', 'b', '2'], { a: '3' }, { a: '3', b: '2' }],
  [['a', '', 'a', '1', 'b', '2'], {}, { b: '2' }],
  [['__name__', ''], { __name__: 'm' }, { __name__: 'm' }],
])('%j with %j added are %j', (pairs, added, wanted) => {
  expect(labels(pairs, added)).toEqual(wanted);
});

it.each<[string[], Pairs, string]>([
  [['a', '1', 'a', '2'], {}, 'the label "a" is there twice'],
  [['a', '1', 'a', '1'], {}, 'the label "a" is there twice'],
  [['a', '1', 'a', '2'], { a: '3' }, 'the label "a" is there twice'],
  [['', '1'], {}, 'a label has no name'],
  [['a', '1'], { '': '1' }, 'a label has no name'],
  [['__name__', ''], {}, 'the series has no labels'],
  [['a', '1'], { a: '' }, 'the series has no labels'],
  [['a', 'x'.repeat(2 ** 24 + 1)], {}, 'a label has more than 16777216 characters'],
])('some are refused (%#)', (pairs, added, message) => {
  expect(() => labels(pairs, added)).toThrow(new DecodeError(message, 0));
});
