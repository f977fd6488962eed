import { unescapeName } from '../../api/escaped-name.js';

function check(escaped: string, want: string): void {
  expect(unescapeName(escaped)).toBe(want);
}

it('escaped names are what they stand for', () => {
  check('U__x_2e_y', 'x.y');
  check('U___1f98a_', '\u{1f98a}');
  check('U__a__b', 'a_b');
  check('U__', '');
  check('U__plain', 'plain');
  check('job', 'job');
});

it('what is no valid escape stays as it is', () => {
  check('U__x_', 'U__x_');
  check('U__x_2e', 'U__x_2e');
  check('U__x_zz_', 'U__x_zz_');
  check('U__x_d800_', 'U__x_d800_');
  check('U__x_123456_', 'U__x_123456_');
});
