import { PagedList } from '../../index/paged-list.js';

const LENGTH = 10_000;

function numbers(): PagedList<number> {
  const list = new PagedList<number>();
  for (let i = 0; i < LENGTH; i++) list.push(i);
  return list;
}

describe('a list in pages', () => {
  it('has each place where it was pushed', () => {
    const list = numbers();
    expect(list.toArray()).toEqual(Array.from({ length: LENGTH }, (_, i) => i));
    list.set(5000, -1);
    list.set(LENGTH, -2);
    expect([list.at(4999), list.at(5000), list.at(LENGTH), list.length]).toEqual([
      4999,
      -1,
      -2,
      LENGTH + 1,
    ]);
  });

  it('gives back what was pushed, the last one first, and takes others', () => {
    const list = numbers();
    for (let i = LENGTH - 1; i >= 0; i--) expect(list.pop()).toBe(i);
    expect([list.pop(), list.length, list.toArray()]).toEqual([undefined, 0, []]);
    list.push(7);
    expect(list.toArray()).toEqual([7]);
  });
});
