/** When a thread that helps another to write leaves it alone. */
import { HelpPause, PAUSE_MS_MAX, PAUSE_MS_MIN, SLOW_MS } from '../../wal/help-pause.js';

/** How long the pause is behind a write of so many ms at `now`. */
function pauseOf(pause: HelpPause, now: number, ms: number): number {
  pause.note(now - ms, now, true);
  let length = 0;
  while (!pause.isOver(now + length)) length++;
  return length;
}

describe('a pause of helping', () => {
  it('is none behind quick writes', () => {
    const pause = new HelpPause();
    expect(pause.isOver(0)).toBe(true);
    expect(pauseOf(pause, 1000, SLOW_MS)).toBe(0);
  });

  it('is short behind a slow one, and four times as long behind each that follows', () => {
    const pause = new HelpPause();
    const lengths = [0, 1, 2, 3, 4, 5].map((i) => pauseOf(pause, 10_000 * (i + 1), SLOW_MS + 1));
    expect(lengths.slice(0, 3)).toEqual([PAUSE_MS_MIN, 4 * PAUSE_MS_MIN, 16 * PAUSE_MS_MIN]);
    expect(lengths.slice(-2)).toEqual([PAUSE_MS_MAX, PAUSE_MS_MAX]);
  });

  it('is short again when many were quick', () => {
    const pause = new HelpPause();
    for (let i = 0; i < 3; i++) pause.note(0, 100, true);
    for (let i = 0; i < 99; i++) pause.note(0, 1, true);
    for (let i = 0; i < 99; i++) pause.note(0, 1, false);
    expect(pauseOf(pause, 5000, 100)).toBe(64 * PAUSE_MS_MIN);
    for (let i = 0; i < 100; i++) pause.note(0, 1, true);
    expect(pauseOf(pause, 10_000, 100)).toBe(PAUSE_MS_MIN);
  });
});
