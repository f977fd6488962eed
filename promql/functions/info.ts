/**
 * `info(v, {selector})`: gives series the labels of info metrics (`target_info` and its like) that
 * share `instance` and `job` with them (promql/info.go).
 */
import { QueryError } from '../../model/errors.js';
import { type Labels, METRIC_NAME } from '../../model/labels.js';
import { type Matcher, matcher } from '../../model/matcher.js';
import type { Call, Expression } from '../ast.js';
import type { Evaluation } from '../evaluation.js';
import { type Grid, lastTime } from '../grid.js';
import { fillInstantTimes, instantView } from '../instant-steps.js';
import { keepAll } from '../keep.js';
import { keyOn, withLabels } from '../label-sets.js';
import { labelsText } from '../labels-text.js';
import { failForDuplicates } from '../names.js';
import { unwrap } from '../planner.js';
import type { QueryContext } from '../query-context.js';
import { openSource } from '../selection.js';
import type { StepColumn } from '../step-column.js';
import { ABSENT } from '../step-column.js';
import { ListStream, type VectorSeries, type VectorStream } from '../vector-stream.js';

/** The labels by which info metrics are found. */
const IDENTIFYING = ['instance', 'job'];
const DEFAULT_NAME = 'target_info';
const NONE = -1;

export async function openInfo(
  evaluation: Evaluation,
  { args }: Call,
  grid: Grid,
): Promise<VectorStream> {
  const { context } = evaluation;
  const vector = unwrap(args[0]);
  const base = await keepAll(context, await evaluation.vector(vector, grid));
  const wanted = wantedOf(args.length > 1 ? unwrap(args[1]) : null);
  const isInfo = ({ labels }: VectorSeries): boolean =>
    wanted.names.every((name) => name.matches(labels.get(METRIC_NAME)));
  const enriched = base.filter((series) => !isInfo(series));
  const infos = await readInfos(context, enriched, wanted, { vector, grid });
  const join = new InfoJoin(context, infos, wanted, grid);
  join.chooseInfos(base);
  const untouched = new Set(base.filter(isInfo));
  for (const series of base) {
    if (untouched.has(series)) join.pass(series);
    else join.enrich(series);
    await context.work(grid.steps);
  }
  return new ListStream(join.finish());
}

/** What the second argument asks for. */
interface Wanted {
  /** Of the info metrics' names. */
  readonly names: readonly Matcher[];
  /** Of their other labels; those alone are copied, or all where there is none. */
  readonly labels: readonly Matcher[];
}

function wantedOf(selector: Expression | null): Wanted {
  const matchers = selector?.kind === 'vectorSelector' ? selector.matchers : [];
  const names = matchers.filter(({ name }) => name === METRIC_NAME);
  const labels = matchers.filter(({ name }) => name !== METRIC_NAME);
  if (names.some(({ isNegative }) => !isNegative)) return { names, labels };
  if (names.length === 0) return { names: [matcher(METRIC_NAME, '=', DEFAULT_NAME)], labels };
  return { names: [matcher(METRIC_NAME, '=~', '.+_info'), ...names], labels };
}

/** An info series; `times` are those of its samples, in ms. */
interface InfoSeries {
  readonly labels: Labels;
  readonly times: StepColumn;
}

async function readInfos(
  context: QueryContext,
  enriched: readonly VectorSeries[],
  wanted: Wanted,
  { vector, grid }: { vector: Expression; grid: Grid },
): Promise<InfoSeries[]> {
  const matchers: Matcher[] = [];
  for (const name of IDENTIFYING) {
    const values = new Set(enriched.map(({ labels }) => labels.get(name)));
    values.delete('');
    if (values.size === 0) continue;
    matchers.push(matcher(name, '=~', [...values].map(quotePattern).join('|')));
  }
  if (matchers.length === 0) return [];
  matchers.push(...wanted.labels, ...wanted.names);
  const source = await openSource(context, matchers, infoRange(context, vector, grid), grid.steps);
  const view = instantView(grid, { offset: 0, at: null }, context.lookbackMs);
  const infos: InfoSeries[] = [];
  for (;;) {
    const moved = source.move();
    if (moved === 'ended') return infos;
    if (moved === 'paused') {
      await context.turn();
      continue;
    }
    const times = context.newColumn(grid.steps);
    fillInstantTimes(source.samples, view, 'milliseconds', times);
    if (times.count === 0) continue;
    if (source.samples.histograms !== null) {
      const what = 'this should be an info metric, with float samples: ';
      throw new QueryError('execution', what + labelsText(source.labels));
    }
    infos.push({ labels: source.labels, times });
  }
}

/** Info metrics are read where the first selector of the argument looks. */
function infoRange(
  context: QueryContext,
  vector: Expression,
  grid: Grid,
): { minTime: number; maxTime: number } {
  const time = firstSelectorTime(context, vector);
  const offset = time?.offset ?? 0;
  const start = (time?.at ?? grid.start) - offset;
  const end = (time?.at ?? lastTime(grid)) - offset;
  return { minTime: start - context.lookbackMs + 1, maxTime: end };
}

function firstSelectorTime(
  { plan }: QueryContext,
  expression: Expression,
): { offset: number; at: number | null } | null {
  for (const [selector, time] of plan.selectors) {
    if (selector.start >= expression.start && selector.end <= expression.end) return time;
  }
  return null;
}

function quotePattern(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

class InfoJoin {
  private readonly context: QueryContext;
  private readonly infos: readonly InfoSeries[];
  private readonly steps: number;
  private readonly copied: ReadonlySet<string>;
  private readonly needsInfo: boolean;
  /** By name of an info metric, then by identity: which info series to take at each step. */
  private readonly chosen = new Map<string, Map<string, Int32Array>>();
  private readonly results = new Map<string, VectorSeries>();

  constructor(context: QueryContext, infos: readonly InfoSeries[], wanted: Wanted, grid: Grid) {
    this.context = context;
    this.infos = infos;
    this.steps = grid.steps;
    this.copied = new Set(wanted.labels.map(({ name }) => name));
    this.needsInfo = wanted.labels.some(({ matchesEmpty }) => !matchesEmpty);
  }

  /** The newest sample of each identity and step; two of the same age are an error. */
  chooseInfos(base: readonly VectorSeries[]): void {
    const looked = new Uint8Array(this.steps);
    for (const { column } of base) {
      for (let step = 0; step < this.steps; step++) looked[step] |= column.kinds[step];
    }
    this.infos.forEach((info, index) => {
      const chosen = this.chosenOf(info.labels);
      for (let step = 0; step < this.steps; step++) {
        if (looked[step] === ABSENT || info.times.kinds[step] === ABSENT) continue;
        if (chosen[step] === NONE || this.isNewer(index, chosen[step], step)) chosen[step] = index;
      }
    });
  }

  private chosenOf(labels: Labels): Int32Array {
    const name = labels.get(METRIC_NAME);
    let byIdentity = this.chosen.get(name);
    if (byIdentity === undefined) {
      byIdentity = new Map<string, Int32Array>();
      this.chosen.set(name, byIdentity);
    }
    const key = keyOn(labels, IDENTIFYING);
    let chosen = byIdentity.get(key);
    if (chosen === undefined) {
      chosen = new Int32Array(this.steps).fill(NONE);
      byIdentity.set(key, chosen);
    }
    return chosen;
  }

  private isNewer(index: number, other: number, step: number): boolean {
    const time = this.infos[index].times.values[step];
    const otherTime = this.infos[other].times.values[step];
    if (time !== otherTime) return time > otherTime;
    const existing = `existing ${labelsText(this.infos[other].labels)} @ ${otherTime}`;
    const added = `new ${labelsText(this.infos[index].labels)} @ ${time}`;
    const what = `found duplicate series for info metric: ${existing}, ${added}`;
    throw new QueryError('execution', what);
  }

  /** A series that is an info metric itself. */
  pass({ labels, column }: VectorSeries): void {
    const target = this.columnOf(labels);
    for (let step = 0; step < this.steps; step++) this.copy(column, target, step);
  }

  enrich({ labels, column }: VectorSeries): void {
    const key = keyOn(labels, IDENTIFYING);
    const choices: Int32Array[] = [];
    for (const byIdentity of this.chosen.values()) {
      const choice = byIdentity.get(key);
      if (choice !== undefined) choices.push(choice);
    }
    const targets = new Map<string, StepColumn | null>();
    for (let step = 0; step < this.steps; step++) {
      if (column.kinds[step] === ABSENT) continue;
      const indices = choices.map((choice) => choice[step]).filter((index) => index !== NONE);
      const choice = indices.join();
      let target = targets.get(choice);
      if (target === undefined) {
        const result = this.labelsWith(labels, indices);
        target = result === null ? null : this.columnOf(result);
        targets.set(choice, target);
      }
      if (target !== null) this.copy(column, target, step);
    }
  }

  /** The labels with those of the chosen info series; null where none was found but needed. */
  private labelsWith(labels: Labels, indices: readonly number[]): Labels | null {
    if (indices.length === 0) return this.needsInfo ? null : labels;
    const added = new Map<string, string>();
    for (const index of indices) {
      for (const [name, value] of this.infos[index].labels) {
        if (name === METRIC_NAME || (this.copied.size > 0 && !this.copied.has(name))) continue;
        const known = added.get(name);
        if (known !== undefined && known !== value) {
          throw new QueryError('execution', `conflicting label: ${name}`);
        }
        if (labels.get(name) === '') added.set(name, value);
      }
    }
    return withLabels(labels, added);
  }

  private columnOf(labels: Labels): StepColumn {
    const key = labels.key();
    let series = this.results.get(key);
    if (series === undefined) {
      series = { labels, dropsName: false, column: this.context.newColumn(this.steps) };
      this.results.set(key, series);
    }
    return series.column;
  }

  private copy(from: StepColumn, to: StepColumn, step: number): void {
    if (from.kinds[step] === ABSENT) return;
    if (to.kinds[step] !== ABSENT) failForDuplicates();
    to.copyStep(from, step);
  }

  finish(): VectorSeries[] {
    return [...this.results.values()];
  }
}
