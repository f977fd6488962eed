/**
 * Finds out before a query runs what it needs: durations and times of all selectors, which reads of
 * the storage serve them (identical selectors share one), and which parts give the same at every
 * step and are evaluated once. Touches nothing.
 *
 * Which parts those are follows Prometheus' `PreprocessExpr` (promql/engine.go).
 */
import { unreachable } from '../model/assert.js';
import type { Matcher } from '../model/matcher.js';
import {
  type Call,
  type Expression,
  millisecondsOf,
  type Subquery,
  type TimeModifiers,
  type VectorSelector,
} from './ast.js';
import { type DurationScope, lengthOf, offsetOf } from './durations.js';

/** What is asked of an expression: an instant query has `start` = `end` and no interval. */
export interface QueryRange {
  readonly start: number;
  readonly end: number;
  readonly interval: number;
  readonly lookbackMs: number;
  /** The step of subqueries that name none. */
  readonly subqueryStepMs: number;
}

/** One read of the storage: all that selectors with the same matchers need. */
export interface ReadPlan {
  readonly matchers: readonly Matcher[];
  minTime: number;
  maxTime: number;
  /** How many selectors it serves. */
  users: number;
}

/** When a selector or a subquery looks. */
export interface TimePlan {
  readonly offset: number;
  /** `@`: the moment to look at, whatever the step. */
  readonly at: number | null;
}

export interface SelectorPlan extends TimePlan {
  readonly read: ReadPlan;
}

export interface SubqueryPlan extends TimePlan {
  readonly range: number;
  readonly interval: number;
}

export interface QueryPlan {
  readonly range: QueryRange;
  readonly selectors: ReadonlyMap<VectorSelector, SelectorPlan>;
  readonly subqueries: ReadonlyMap<Subquery, SubqueryPlan>;
  /** Ranges of matrix selectors, in ms, by their selector. */
  readonly ranges: ReadonlyMap<VectorSelector, number>;
  /** What to evaluate once, at the first step. */
  readonly invariant: ReadonlySet<Expression>;
  readonly reads: readonly ReadPlan[];
  readonly minTime: number;
  readonly maxTime: number;
}

/** Functions whose value depends on the moment of evaluation, whatever their arguments. */
const UNSAFE = new Set(
  (
    'days_in_month day_of_month day_of_week day_of_year end hour minute month year ' +
    'predict_linear range start step time timestamp'
  ).split(' '),
);

/** Functions of the query itself: constants. */
const CONSTANTS = new Set(['start', 'end', 'range', 'step']);

export function planQuery(expression: Expression, range: QueryRange): QueryPlan {
  const planner = new Planner(range);
  planner.collect(expression, []);
  const { shouldWrap } = planner.findInvariant(expression);
  if (shouldWrap) planner.invariant.add(expression);
  return planner.finish();
}

/** The expression inside of any parentheses. */
export function unwrap(expression: Expression): Expression {
  let inner = expression;
  while (inner.kind === 'parentheses') inner = inner.expression;
  return inner;
}

/** Whether a call stands for a constant of the query. */
export function isQueryConstant(call: Call): boolean {
  return CONSTANTS.has(call.func.name);
}

interface Invariance {
  readonly isInvariant: boolean;
  /** Whether evaluating it once is worth a thing: not for literals and range selectors. */
  readonly shouldWrap: boolean;
}

const CHANGES: Invariance = { isInvariant: false, shouldWrap: false };
const LITERAL: Invariance = { isInvariant: true, shouldWrap: false };
const INVARIANT: Invariance = { isInvariant: true, shouldWrap: true };

class Planner {
  readonly invariant = new Set<Expression>();
  private readonly range: QueryRange;
  private readonly scope: DurationScope;
  private readonly selectors = new Map<VectorSelector, SelectorPlan>();
  private readonly subqueries = new Map<Subquery, SubqueryPlan>();
  private readonly ranges = new Map<VectorSelector, number>();
  private readonly reads: ReadPlan[] = [];
  private readonly readsByKey = new Map<string, ReadPlan[]>();

  constructor(range: QueryRange) {
    this.range = range;
    const rangeSeconds = (range.end - range.start) / 1000;
    this.scope = { stepSeconds: range.interval / 1000, rangeSeconds };
  }

  finish(): QueryPlan {
    const { range, selectors, subqueries, ranges, invariant, reads } = this;
    const none = reads.length === 0;
    const minTime = none ? 0 : Math.min(...reads.map((read) => read.minTime));
    const maxTime = none ? 0 : Math.max(...reads.map((read) => read.maxTime));
    return { range, selectors, subqueries, ranges, invariant, reads, minTime, maxTime };
  }

  /** Visits all nodes; `path` are the subqueries around, outermost first. */
  collect(node: Expression, path: readonly SubqueryPlan[]): void {
    switch (node.kind) {
      case 'vectorSelector':
        this.addSelector(node, null, path);
        break;
      case 'matrixSelector': {
        const { rangeExpression, rangeNs } = node;
        const range =
          rangeExpression === null
            ? millisecondsOf(rangeNs)
            : lengthOf(rangeExpression, this.scope);
        this.addSelector(node.selector, range, path);
        break;
      }
      case 'subquery':
        this.collect(node.expression, [...path, this.addSubquery(node)]);
        break;
      case 'binary':
        this.collect(node.left, path);
        this.collect(node.right, path);
        break;
      case 'call':
        // The selector behind info's metrics is no selector of its own: it only filters.
        for (const arg of node.func.name === 'info' ? node.args.slice(0, 1) : node.args) {
          this.collect(arg, path);
        }
        break;
      case 'aggregation':
        this.collect(node.expression, path);
        if (node.parameter !== null) this.collect(node.parameter, path);
        break;
      case 'unary':
      case 'parentheses':
        this.collect(node.expression, path);
        break;
      case 'number':
      case 'string':
        break;
      default:
        unreachable(node);
    }
  }

  private timeOf(node: TimeModifiers): TimePlan {
    const { offsetExpression, offsetNs, startOrEnd, timestamp } = node;
    const offset =
      offsetExpression === null ? millisecondsOf(offsetNs) : offsetOf(offsetExpression, this.scope);
    if (startOrEnd !== null) return { offset, at: this.range[startOrEnd] };
    return { offset, at: timestamp };
  }

  private addSubquery(node: Subquery): SubqueryPlan {
    const { rangeExpression, rangeNs, stepExpression, stepNs } = node;
    const range =
      rangeExpression === null ? millisecondsOf(rangeNs) : lengthOf(rangeExpression, this.scope);
    const step =
      stepExpression === null ? millisecondsOf(stepNs) : lengthOf(stepExpression, this.scope);
    const interval = step === 0 ? this.range.subqueryStepMs : step;
    const plan = { ...this.timeOf(node), range, interval };
    this.subqueries.set(node, plan);
    return plan;
  }

  private addSelector(
    node: VectorSelector,
    range: number | null,
    path: readonly SubqueryPlan[],
  ): void {
    const time = this.timeOf(node);
    if (range !== null) this.ranges.set(node, range);
    let { start, end } = this.range;
    for (const subquery of path) {
      if (subquery.at !== null) start = end = subquery.at;
      start -= subquery.offset + subquery.range;
      end -= subquery.offset;
    }
    if (time.at !== null) start = end = time.at;
    const { lookbackMs } = this.range;
    // Ranges are left-open.
    start += 1 - time.offset - (range ?? lookbackMs);
    end -= time.offset;
    if (range !== null && (node.isAnchored || node.isSmoothed)) start -= lookbackMs;
    if (node.isSmoothed) end += lookbackMs;
    this.selectors.set(node, { ...time, read: this.readOf(node, start, end) });
  }

  /** A read of the same matchers whose range meets the wanted one, widened; or a new one. */
  private readOf(node: VectorSelector, minTime: number, maxTime: number): ReadPlan {
    const key = node.matchers.map(String).sort().join();
    let known = this.readsByKey.get(key);
    if (known === undefined) this.readsByKey.set(key, (known = []));
    for (const read of known) {
      if (read.minTime > maxTime || minTime > read.maxTime) continue;
      read.minTime = Math.min(read.minTime, minTime);
      read.maxTime = Math.max(read.maxTime, maxTime);
      read.users++;
      return read;
    }
    const read = { matchers: node.matchers, minTime, maxTime, users: 1 };
    known.push(read);
    this.reads.push(read);
    return read;
  }

  findInvariant(node: Expression): Invariance {
    switch (node.kind) {
      case 'vectorSelector':
        return this.selectors.get(node)?.at == null ? CHANGES : INVARIANT;
      case 'matrixSelector':
        return this.selectors.get(node.selector)?.at == null ? CHANGES : LITERAL;
      case 'aggregation':
        return this.findInvariant(unwrap(node.expression));
      case 'binary':
        return this.ofSides(node.left, node.right);
      case 'call':
        return this.ofCall(node);
      case 'subquery':
        if (this.findInvariant(node.expression).isInvariant) this.invariant.add(node.expression);
        return this.subqueries.get(node)?.at == null ? CHANGES : INVARIANT;
      case 'unary':
      case 'parentheses':
        return this.findInvariant(node.expression);
      case 'number':
      case 'string':
        return LITERAL;
      default:
        return unreachable(node);
    }
  }

  private ofSides(left: Expression, right: Expression): Invariance {
    const ofLeft = this.findInvariant(left);
    const ofRight = this.findInvariant(right);
    if (ofLeft.isInvariant && ofRight.isInvariant) return INVARIANT;
    if (ofLeft.shouldWrap) this.invariant.add(left);
    if (ofRight.shouldWrap) this.invariant.add(right);
    return CHANGES;
  }

  private ofCall(node: Call): Invariance {
    const { name } = node.func;
    if (isQueryConstant(node)) return LITERAL;
    const inners = (name === 'info' ? node.args.slice(0, 1) : node.args).map(unwrap);
    const found = inners.map((inner) => this.findInvariant(inner));
    const allInvariant = found.every(({ isInvariant }) => isInvariant);
    // The time of a sample that is looked up at one moment is the same at every step.
    const isFixedTime =
      name === 'timestamp' && inners.every(({ kind }) => kind === 'vectorSelector');
    if (allInvariant && (!UNSAFE.has(name) || isFixedTime)) return INVARIANT;
    inners.forEach((inner, i) => {
      if (found[i].shouldWrap) this.invariant.add(inner);
    });
    return CHANGES;
  }
}
