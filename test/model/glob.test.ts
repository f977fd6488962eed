import { type Glob, matchesGlob } from '../../model/glob.js';

function check(glob: Glob, matching: readonly string[], others: readonly string[]): void {
  expect(matching.filter((text) => !matchesGlob(glob, text))).toEqual([]);
  expect(others.filter((text) => matchesGlob(glob, text))).toEqual([]);
}

describe('a glob', () => {
  it('of one literal is that literal', () => {
    check({ literals: ['ab'], gaps: [] }, ['ab'], ['', 'a', 'abc', 'xab']);
  });

  it('anchors its first and its last literal, which do not overlap', () => {
    check({ literals: ['ab', 'bc'], gaps: [0] }, ['abbc', 'ab bc'], ['abc', 'abb', 'xabbc', 'ab']);
    check({ literals: ['ab', 'bc'], gaps: [1] }, ['ab bc'], ['abbc']);
  });

  it('finds the others between them, in order', () => {
    const glob = { literals: ['a', 'x', 'y', 'b'], gaps: [0, 0, 1] };
    check(glob, ['axy-b', 'a-x-y-b', 'axyxyxyb'], ['ayx-b', 'axyb', 'axy-', 'xy-b']);
  });

  it('takes a character of two units for one', () => {
    check({ literals: ['', '😀', ''], gaps: [1, 0] }, ['a😀', '😀😀', '😁😀b'], ['😀', '😀a']);
  });
});
