import { PieceBuffer } from '../../api/piece-buffer.js';

it('pieces hold what was put in, in its order', () => {
  const buffer = new PieceBuffer();
  let want = '';
  let got = '';
  for (let i = 0; i < 5000; i++) {
    buffer.text(`ünï${i}\u{1f98a}`);
    buffer.bytes(Buffer.from(`|${'x'.repeat(i % 50)}|`));
    buffer.copy(Buffer.from('[abc]'), 1, 1 + (i % 4));
    want += `ünï${i}\u{1f98a}|${'x'.repeat(i % 50)}|${'abc'.slice(0, i % 4)}`;
    if (buffer.isFull) got += Buffer.from(buffer.take()).toString();
  }
  expect(got + Buffer.from(buffer.take()).toString()).toBe(want);
});

it('a piece may be larger than usual, and what was taken stays', () => {
  const buffer = new PieceBuffer();
  buffer.text('a'.repeat(1_000_000));
  const taken = buffer.take();
  buffer.text('b');
  expect([taken.length, taken[0], Buffer.from(buffer.take()).toString()]).toEqual([
    1_000_000,
    'a'.charCodeAt(0),
    'b',
  ]);
});
