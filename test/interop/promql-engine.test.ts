/**
 * Our engine against Prometheus' own: random queries over the same samples must give the same
 * series, values, warnings and errors. A seed that failed is run again with
 * `SEED=… npm run interop -- promql-engine`.
 */
import { parseScript } from '../../conformance/script.js';
import { STALE_NAN } from '../../encoding/float-bits.js';
import { Columns } from '../../model/columns.js';
import { TsdbError } from '../../model/errors.js';
import { Engine } from '../../promql/engine.js';
import { startBareServer } from '../support/bare-server.js';
import { EVERYTHING } from '../support/parsing.js';
import { describePeers } from '../support/peers.js';
import { ArrayQueryable } from '../support/queryable.js';
import { RANDOM_DATA, RandomQueries } from '../support/random-queries.js';
import { type FloatSeries, remoteWrite } from '../support/remote-protocol.js';

const COUNT = Number(process.env.COUNT ?? 1500);
const SEED = Number(process.env.SEED ?? Date.now() % 1e9);
const AT_ONCE = 8;
const HOUR = 3_600_000;
/** The time of the first samples: late enough for the server to take them. */
const BASE = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR;
const FLAGS =
  'promql-experimental-functions,promql-extended-range-selectors,promql-binop-fill-modifiers';
/** Where sums are made of other parts, the last digits may differ. */
const EPSILON = 1e-12;

interface Asked {
  readonly query: string;
  readonly start: number;
  readonly end: number;
  /** 0: at `start` alone. */
  readonly step: number;
}

interface Answer {
  readonly error?: string;
  readonly data?: { readonly resultType: string; readonly result: unknown };
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

function loadedSeries(): FloatSeries[] {
  const [load] = parseScript(RANDOM_DATA);
  if (load.kind !== 'load') throw new Error(JSON.stringify(load));
  return load.series.map(({ labels, points }) => {
    const times: number[] = [];
    const values = new Float64Array(points.length);
    points.forEach((point, i) => {
      if (point.kind === 'stale') values.set(STALE_NAN, times.length);
      else if (point.kind === 'float') values[times.length] = point.value;
      else return;
      times.push(BASE + i * load.stepMs);
    });
    return { labels, times, values: values.subarray(0, times.length) };
  });
}

function storageOf(series: readonly FloatSeries[]): ArrayQueryable {
  return new ArrayQueryable(
    series.map(({ labels, times, values }) => {
      const samples = new Columns(times.length);
      samples.times.set(times);
      samples.values.set(values);
      samples.commitFloats(times.length);
      return { labels, samples };
    }),
  );
}

async function theirs(server: string, { query, start, end, step }: Asked): Promise<Answer> {
  const seconds = (time: number): string => String(time / 1000);
  const body = new URLSearchParams({ query });
  if (step === 0) body.set('time', seconds(start));
  else {
    body.set('start', seconds(start));
    body.set('end', seconds(end));
    body.set('step', seconds(step));
  }
  const url = `${server}/api/v1/${step === 0 ? 'query' : 'query_range'}`;
  const answer = await fetch(url, { method: 'POST', body });
  return (await answer.json()) as Answer;
}

async function ours(engine: Engine, storage: ArrayQueryable, asked: Asked): Promise<Answer> {
  const { query, start, step } = asked;
  try {
    const result =
      step === 0
        ? await engine.instant(storage, query, { time: start })
        : await engine.range(storage, query, asked);
    const { warnings, infos } = result;
    return { data: JSON.parse(JSON.stringify(result)) as Answer['data'], warnings, infos };
  } catch (error) {
    if (error instanceof TsdbError) return { error: error.message };
    throw error;
  }
}

/** An answer without what is left to chance, or counted wrongly by Prometheus. */
function comparable({ error, data, warnings = [], infos = [] }: Answer): unknown {
  if (error !== undefined) {
    return error
      .replace(/^invalid parameter "query": /, '')
      .replace(/match group .*?(?= on the)/s, 'match group')
      .replace(/operation: \[.*\];/s, 'operation');
  }
  const result = data?.result;
  const texts = Array.isArray(result) ? result.map((one) => JSON.stringify(one)) : [];
  return {
    type: data?.resultType,
    result: data?.resultType === 'scalar' ? result : texts.sort().map((text) => roundedOf(text)),
    warnings: told(warnings),
    infos: told(infos.map((text) => text.replace(/over -?\d+ samples/, 'over samples'))),
  };
}

/**
 * Annotations in an order; of more than ten Prometheus tells any ten, and of equal ones the place
 * of one.
 */
function told(texts: readonly string[]): string[] {
  if (texts.length > 10) return ['many'];
  return texts.map((text) => text.replace(/ \(\d+:\d+\)$/, '')).sort();
}

/** Numbers cut to the digits that have to agree. */
function roundedOf(text: string): string {
  const digits = Math.round(-Math.log10(EPSILON));
  return text.replace(/"(-?\d[\d.e+-]*)"\]/g, (_, number: string) => {
    return `"${Number(number).toPrecision(digits)}"]`;
  });
}

describePeers('random queries', ['prometheus'], () => {
  it.each([
    ['', false],
    [',promql-delayed-name-removal', true],
  ])('are answered as Prometheus answers them%s', async (flag, delayedNameRemoval) => {
    process.stderr.write(`promql-engine: SEED=${SEED}\n`);
    const server = await startBareServer([`--enable-feature=${FLAGS}${flag}`]);
    const series = loadedSeries();
    await remoteWrite(server, series);
    const storage = storageOf(series);
    const engine = new Engine({ ...EVERYTHING, delayedNameRemoval });
    const random = new RandomQueries(SEED);
    let left = COUNT;
    const work = async (): Promise<void> => {
      while (left-- > 0) {
        const start = BASE + 1000 * random.below(1800);
        const step = random.chance(0.4) ? 0 : [15_000, 30_000, 47_000, 300_000][random.below(4)];
        const asked = { query: random.query(), start, end: start + 20 * step, step };
        const want = comparable(await theirs(server, asked));
        expect({ asked, answer: comparable(await ours(engine, storage, asked)) }).toEqual({
          asked,
          answer: want,
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  });
});
