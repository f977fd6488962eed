/** The heap pops as Go's does. */
import fc from 'fast-check';
import { Heap } from '../../model/heap.js';

describe('Heap', () => {
  it('pops in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (items) => {
        const heap = new Heap<number>((a, b) => a < b);
        for (const item of items) heap.push(item);
        const popped: number[] = [];
        while (heap.size > 0) popped.push(heap.pop() as number);
        expect(popped).toEqual([...items].sort((a, b) => a - b));
      }),
    );
  });

  it('peeks and pops undefined when empty', () => {
    const heap = new Heap<number>((a, b) => a < b);
    expect(heap.peek()).toBeUndefined();
    expect(heap.pop()).toBeUndefined();
  });

  it("pops equal items in the order of Go's container/heap", () => {
    // What a Go program printed for heap.Push of a0 b0 c0 d0 e0 (all equal) and five heap.Pop.
    const heap = new Heap<string>(() => false);
    for (const item of ['a', 'b', 'c', 'd', 'e']) heap.push(item);
    const popped = [heap.pop(), heap.pop(), heap.pop(), heap.pop(), heap.pop()];
    expect(popped).toEqual(GO_ORDER);
  });
});

const GO_ORDER = ['a', 'e', 'd', 'c', 'b'];
