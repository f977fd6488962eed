/** Assertions: our own bugs, never to be taken for an expected error. */
import { assert, AssertionError, unreachable } from '../../model/assert.js';
import { TsdbError } from '../../model/errors.js';

describe('an assertion', () => {
  it('throws what should have held', () => {
    expect(() => assert(false, 'a chunk has a sample')).toThrow(AssertionError);
    expect(() => assert(false, 'a chunk has a sample')).toThrow('BUG: a chunk has a sample');
  });

  it('is silent where it holds', () => {
    expect(() => assert(true, 'a chunk has a sample')).not.toThrow();
  });

  it('is no expected error', () => {
    expect(new AssertionError('x')).not.toBeInstanceOf(TsdbError);
    expect(new AssertionError('x').name).toBe('AssertionError');
  });
});

describe('the end of a switch', () => {
  it('throws the value that no case took', () => {
    expect(() => unreachable('left' as never)).toThrow('BUG: unexpected value left');
  });
});
