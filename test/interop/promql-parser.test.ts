/**
 * Our parser against Prometheus' own: random expressions, right and wrong, must give the same tree,
 * text or message at `/api/v1/parse_query` and `/api/v1/format_query`. A seed that failed is run
 * again with `SEED=… npm run interop -- promql-parser`.
 */
import { ParseError } from '../../model/errors.js';
import { expressionToJson } from '../../promql/ast-json.js';
import { parseExpression } from '../../promql/parser.js';
import type { ParserOptions } from '../../promql/parser-options.js';
import { formatExpression } from '../../promql/printer.js';
import { EVERYTHING } from '../support/parsing.js';
import { startBareServer } from '../support/bare-server.js';
import { describePeers } from '../support/peers.js';
import { RandomPromql } from '../support/random-promql.js';

const COUNT = Number(process.env.COUNT ?? 4000);
const SEED = Number(process.env.SEED ?? Date.now() % 1e9);
const AT_ONCE = 16;
const FLAGS = [
  'promql-experimental-functions',
  'promql-extended-range-selectors',
  'promql-binop-fill-modifiers',
];

interface Answer {
  readonly tree?: unknown;
  readonly text?: string;
  readonly error?: string;
}

async function ask(url: string, query: string): Promise<{ data?: unknown; error?: string }> {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ query }) });
  // JSON that we write has no negative zero.
  const text = (await answer.text()).replaceAll(/:-0\b(?!\.)/g, ':0');
  return JSON.parse(text) as { data?: unknown; error?: string };
}

/** What Prometheus says. */
async function theirs(server: string, query: string): Promise<Answer> {
  const parsed = await ask(`${server}/parse_query`, query);
  const { data, error } = await ask(`${server}/format_query`, query);
  if (error !== undefined) return { error: error.replace('invalid parameter "query": ', '') };
  // A fill of Inf breaks the answer, as it does ours.
  return { tree: 'data' in parsed ? parsed.data : null, text: String(data) };
}

function ours(query: string, options: ParserOptions): Answer {
  try {
    const expression = parseExpression(query, options);
    return { tree: treeOf(expression), text: formatExpression(expression) };
  } catch (error) {
    if (error instanceof ParseError) return { error: error.message };
    throw error;
  }
}

function treeOf(expression: ReturnType<typeof parseExpression>): unknown {
  let tree: unknown = null;
  try {
    tree = expressionToJson(expression);
  } catch (error) {
    expect(error).toMatchObject({ code: 'TSDB_ARGUMENT' });
  }
  return JSON.parse(JSON.stringify(tree));
}

/** The wording of RE2's errors is re2js' own. */
function withoutPattern({ error, ...answer }: Answer): Answer {
  return { ...answer, error: error?.replace(/(error parsing regexp: ).*/s, '$1') };
}

describePeers('random expressions', ['prometheus'], () => {
  it.each<[string, readonly string[], ParserOptions]>([
    ['with all experiments', [`--enable-feature=${FLAGS.join(',')}`], EVERYTHING],
    ['without experiments', [], {}],
  ])('%s are read as Prometheus reads them', async (_name, flags, options) => {
    process.stderr.write(`promql-parser: SEED=${SEED}\n`);
    const server = `${await startBareServer(flags)}/api/v1`;
    const random = new RandomPromql(SEED);
    let left = COUNT;
    const work = async (): Promise<void> => {
      while (left-- > 0) {
        const query = random.query();
        const want = withoutPattern(await theirs(server, query));
        expect({ query, ...withoutPattern(ours(query, options)) }).toEqual({ query, ...want });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  });
});
