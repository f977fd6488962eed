import { parsed, refusal } from '../support/parsing.js';

describe('matching', () => {
  it('says how sides find each other', () => {
    expect(parsed('a == bool on (x) group_left (y) fill_right(-1) b')).toMatchObject({
      returnsBool: true,
      matching: {
        cardinality: 'many-to-one',
        labels: ['x'],
        isOn: true,
        include: ['y'],
        fillLeft: null,
        fillRight: -1,
      },
    });
    expect(parsed('a + ignoring () group_right b')).toMatchObject({
      matching: { cardinality: 'one-to-many', labels: [], isOn: false, include: [] },
    });
    expect(parsed('a + fill(5m) b')).toMatchObject({ matching: { fillLeft: 300, fillRight: 300 } });
    expect(parsed('a + fill_right(1) fill_left(2) b')).toMatchObject({
      matching: { fillLeft: 2, fillRight: 1 },
    });
  });

  it('takes a parenthesis behind group_left for labels', () => {
    expect(refusal('a + on (x) group_left (b)')).toBe('1:26: parse error: unexpected end of input');
    expect(refusal('a + on (x) group_left * b')).toBe(
      '1:23: parse error: unexpected <op:*> in grouping opts, expected "("',
    );
  });

  it('has its parts in order', () => {
    expect(refusal('a == on (x) bool b')).toBe('1:13: parse error: unexpected <bool>');
    expect(refusal('a + fill(1) on (x) b')).toBe('1:13: parse error: unexpected <on>');
    expect(refusal('a + fill(b) c')).toBe('1:10: parse error: unexpected identifier "b"');
  });
});
