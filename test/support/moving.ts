/** Cursors that pause, read without turns in between. */
import type { Selection } from '../../index/selection.js';
import type { Moved } from '../../model/steps.js';

/** Moves to the next item, over all pauses; false: there is none. */
export function advance(cursor: { move(): Moved }): boolean {
  for (;;) {
    const moved = cursor.move();
    if (moved !== 'paused') return moved === 'on';
  }
}

/** The ids that are left in a selection. */
export function idsOf(selection: Selection): number[] {
  const ids: number[] = [];
  while (advance(selection)) ids.push(selection.at);
  return ids;
}
