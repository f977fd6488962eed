import { alignColumns } from '../../cli/tab-writer.js';

describe('alignColumns', () => {
  it('pads to the widest cell plus two, at least thirteen, and never the last cell', () => {
    expect(
      alignColumns([
        ['ID', 'NUM SAMPLES', 'A LONGER TITLE', 'SIZE'],
        ['x', '1', '2', '3'],
      ]),
    ).toEqual([
      'ID           NUM SAMPLES  A LONGER TITLE  SIZE',
      'x            1            2               3',
    ]);
  });

  it('counts code points, as Go does', () => {
    expect(alignColumns([['😀é', 'x']])).toEqual([`😀é${' '.repeat(11)}x`]);
  });

  it('of nothing is nothing', () => {
    expect(alignColumns([])).toEqual([]);
  });
});
