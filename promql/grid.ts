/**
 * The moments at which an expression is evaluated: `start + i × interval`, in ms. An instant query
 * has one; a subquery has its own.
 */
export interface Grid {
  readonly start: number;
  /** In ms; of no meaning where there is one step. */
  readonly interval: number;
  readonly steps: number;
  /** Whether it was asked for one moment, and not for a range that holds one by chance. */
  readonly isInstant: boolean;
}

/** The steps from `start` to `end` at most; none where `end` comes first. */
export function gridOf(start: number, end: number, interval: number): Grid {
  const steps = end < start ? 0 : Math.floor((end - start) / interval) + 1;
  return { start, interval, steps, isInstant: start === end };
}

/** The first moment of `grid` alone. */
export function firstStep(grid: Grid): Grid {
  const { start, interval, steps } = grid;
  return { start, interval, steps: Math.min(1, steps), isInstant: true };
}

/** The last moment of a grid that has steps. */
export function lastTime(grid: Grid): number {
  return grid.start + (grid.steps - 1) * grid.interval;
}
