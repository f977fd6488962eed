/** What the parts of an evaluation call each other by: expressions in, streams and columns out. */
import type { Columns } from '../model/columns.js';
import type { Labels } from '../model/labels.js';
import type { MadeColumn } from '../model/queryable.js';
import type { Moved } from '../model/steps.js';
import type { Expression } from './ast.js';
import type { Grid } from './grid.js';
import type { LeafPlan } from './leaf.js';
import type { QueryContext } from './query-context.js';
import type { Selections } from './selection.js';
import type { VectorStream } from './vector-stream.js';
import type { WindowShape } from './window.js';

/** One query that is being evaluated. */
export interface Evaluation {
  readonly context: QueryContext;
  readonly selections: Selections;
  /** The series of an expression of type vector. */
  vector(expression: Expression, grid: Grid): Promise<VectorStream>;
  /** The value of an expression of type scalar at each step. The caller's to keep. */
  scalar(expression: Expression, grid: Grid): Promise<Float64Array>;
  /**
   * The samples behind an expression of type matrix, and which of them each step sees; `leaf` says
   * what is made of them, if other threads may do that too.
   */
  range(
    expression: Expression,
    grid: Grid,
    leaf?: (shape: WindowShape) => LeafPlan,
  ): Promise<RangeVector>;
}

/** A range vector: series with all samples of all windows, without stale markers. */
export interface RangeVector {
  readonly shape: WindowShape;
  readonly source: RangeSource;
}

/** Valid after `move()` returned `on`, until its next call. The samples are the reader's. */
export interface RangeSource {
  readonly labels: Labels;
  readonly dropsName: boolean;
  readonly samples: Columns;
  /** What another thread has made of the samples, which are not there then. */
  readonly made: MadeColumn | null;
  move(): Moved;
}
